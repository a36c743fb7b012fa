import { locate } from '../policy/argv/place.ts';
import { UNRESOLVED, type ExecRequest } from '../policy/types.ts';
import type { ShellWrite } from '../shell/types.ts';
import type { Checked } from './types.ts';
import { NETWORK } from '../shell/printed.ts';
import { judgeConnection } from './connections.ts';
import { asks, denies } from './verdicts.ts';

/** Settings of the kernel, which are not kept. */
const KERNEL = /^\/(?:proc|sys)\//;
/** Written to, these stop the machine or take a device from it. */
const DRASTIC = /^\/proc\/sysrq-trigger$|^\/sys\/.*\/(?:remove|delete|unbind|reset)$/;

/** What is to be said of a file that the shell itself opens for writing; null where nothing is. */
export function judgeWrite(
  write: ShellWrite,
  place: Pick<ExecRequest, 'home' | 'repository'>,
): Checked | null {
  const { target, cwd, appends } = write;
  const request: ExecRequest = { kind: 'exec', path: '', names: [], argv: [], cwd, ...place };
  const { path, places, components } = locate(target, request);
  if (NETWORK.test(path)) return judgeConnection(write);
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
  const power = givesPower(path, place.home);
  if (power && (appends || !places.has('system'))) return power;
  if (appends) return null;
  // No file has that name: it is the end of an address with a placeholder.
  if (target === '.git') return null;
  if (places.has('git') && !isNote(components))
    return asks('redirect.git', "it writes over one of git's own files", 'Use git for that.');
  if (places.has('system'))
    return asks(
      'redirect.system',
      'it writes over a file of the system',
      'Write to a file in the repository.',
    );
  if (isSettings(path, place))
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

/** Start-up files of shells, keys, and what tools read before anything else. */
const SETTINGS =
  /^\.(?:(?:bash|zsh|ksh|csh|tcsh|k|c|tc|z)(?:rc|env|_?profile|_login|_logout|_aliases|login)|profile|login|logout|inputrc|xinitrc|xsessionrc|pam_environment|(?:ssh|gnupg|aws|kube|docker|password-store|mozilla)\/.+|config\/(?:fish|gh|gcloud|rclone|git|systemd|autostart)\/.+|git(?:config|-credentials)|netrc|npmrc|pypirc|pgpass|my\.cnf|vimrc|emacs|tmux\.conf)$/;

function isSettings(
  path: string,
  { home, repository }: Pick<ExecRequest, 'home' | 'repository'>,
): boolean {
  if (!path.startsWith(`${home}/`) || path.startsWith(`${repository}/`)) return false;
  return SETTINGS.test(path.slice(home.length + 1));
}

/** Files that say who may do what, and what is run as root. */
const POWER =
  /^\/etc\/(?:sudoers(?:\.d\/.+)?|doas\.conf|g?shadow|passwd|crontab|cron\.[^/]+\/.+|ld\.so\.preload|pam\.(?:d\/.+|conf))$|^\/var\/spool\/cron\/.+|^\/root\/\.ssh\/.+|\/\.ssh\/(?:authorized_keys2?|rc|environment)$/;

/** What is to be said of a file of power that is written or appended to; null for others. */
export function givesPower(path: string, home: string): Checked | null {
  // Root's own settings, where root is who works here.
  if (home === '/root' && /^\/root\/\.ssh\/(?!authorized_keys|rc$|environment$)/.test(path))
    return null;
  return POWER.test(path)
    ? asks(
        'redirect.power',
        'it changes who may do what on this machine, or what is run as root',
        'Ask the user to do it.',
      )
    : null;
}
