import { locate } from '../policy/argv/place.ts';
import { UNRESOLVED, type ExecRequest } from '../policy/types.ts';
import type { ShellWrite } from '../shell/types.ts';
import type { Checked } from './types.ts';
import { asks, denies } from './verdicts.ts';

/** Settings of the kernel, which are not kept. */
const KERNEL = /^\/(?:proc|sys)\//;
/** Written to, these stop the machine or take a device from it. */
const DRASTIC = /^\/proc\/sysrq-trigger$|^\/sys\/.*\/(?:remove|delete|unbind|reset)$/;

/** What is to be said of a file that the shell itself opens for writing; null where nothing is. */
export function judgeWrite(
  { target, cwd, appends }: ShellWrite,
  place: Pick<ExecRequest, 'home' | 'repository'>,
): Checked | null {
  const request: ExecRequest = { kind: 'exec', path: '', names: [], argv: [], cwd, ...place };
  const { path, places, components } = locate(target, request);
  if (path.startsWith('/dev/tcp/') || path.startsWith('/dev/udp/')) return null;
  if (
    places.has('device') &&
    !/^\/dev\/(?:pts|ttyS?|ptmx|console|stdout|stderr|fd|null|mqueue)/.test(path)
  )
    return target.includes(UNRESOLVED)
      ? asks('redirect.device', 'it may write over a disk')
      : denies('redirect.device', 'it writes over a disk', 'Write to a file in the repository.');
  if (KERNEL.test(path))
    return DRASTIC.test(path)
      ? asks('redirect.kernel', 'it stops the machine, or takes a device from it')
      : null;
  if (appends) return null;
  if (places.has('git') && !isNote(components))
    return asks('redirect.git', "it writes over one of git's own files", 'Use git for that.');
  if (places.has('system'))
    return asks(
      'redirect.system',
      'it writes over a file of the system',
      'Write to a file in the repository.',
    );
  if (isDotfile(path, place))
    return asks(
      'redirect.home',
      'it writes over a settings file in the home folder',
      'Append with >>, or write to another name first.',
    );
  return null;
}

/** Texts that git reads and forgets. */
function isNote(components: readonly string[]): boolean {
  return /^(?:COMMIT_EDITMSG|info|hooks|description)$/.test(components[1] ?? '');
}

function isDotfile(
  path: string,
  { home, repository }: Pick<ExecRequest, 'home' | 'repository'>,
): boolean {
  if (!path.startsWith(`${home}/`) || path.startsWith(`${repository}/`)) return false;
  const [first = '', ...rest] = path.slice(home.length + 1).split('/');
  if (!first.startsWith('.')) return false;
  // Caches and the like are made again.
  return !/^\.(?:cache|local|npm|tmp)$/.test(first) || rest.length === 0;
}
