import { posix } from 'node:path';
import { invocationsOf, type Programs } from '../policy/argv/program.ts';
import { UNRESOLVED } from '../policy/types.ts';
import type { Stream } from '../shell/types.ts';

interface Script {
  stream: Stream;
  language: 'shell' | 'other';
  positional: readonly string[] | null;
  /** Whatever printed it: a shell that reads it from a pipe runs what nobody wrote down. */
  always: boolean;
}

const SHELLS = new Set(['sh', 'fish']);
/** These run later what they are given now: at(1). */
const QUEUES = new Set(['at', 'batch']);
/** Interpreters that read their program from standard input when none is named. */
const READERS =
  /^(?:python[\d.]*|pypy3?|node|nodejs|perl[\d.]*|ruby[\d.]*|php[\d.]*|lua|bun|deno)$/;

/** What a shell or an interpreter would run that is not among its words. Null where it runs none, or one that lies in a file. */
export function scriptOf(
  programs: Programs,
  name: string,
  argv: readonly string[],
  { stdin, files, cwd }: { stdin: Stream | null; files: ReadonlyMap<string, Stream>; cwd: string },
): Script | null {
  if (QUEUES.has(name))
    return stdin && { stream: stdin, language: 'shell', positional: null, always: true };
  const shell = SHELLS.has(programs.find(name)?.command ?? '');
  if (!shell && !READERS.test(name)) return ownFile(argv, files, cwd);
  const [invocation] = invocationsOf(programs, name, argv) ?? [];
  if (!invocation) return null;
  const { flags, operands } = invocation;
  if (
    ['c', 'command', 'e', 'eval', 'p', 'print', 'm', 'r', 'run', 'E', 'n', 'check'].some((id) =>
      flags.has(id),
    )
  )
    return null;
  const [file = '-', ...args] = operands;
  const language = shell ? 'shell' : 'other';
  const positional = shell ? args : null;
  if (file === '-' || file === '/dev/stdin' || (shell && flags.has('s')))
    return (
      stdin && {
        stream: stdin,
        language,
        positional: flags.has('s') ? operands : positional,
        always: true,
      }
    );
  const stream = file.includes(UNRESOLVED) ? undefined : files.get(absolute(file, cwd));
  return stream ? { stream, language, positional, always: false } : null;
}

/** `./x.sh`, which this text wrote itself. */
function ownFile(
  argv: readonly string[],
  files: ReadonlyMap<string, Stream>,
  cwd: string,
): Script | null {
  const [file = '', ...args] = argv;
  if (files.size === 0 || !file.includes('/')) return null;
  const stream = files.get(absolute(file, cwd));
  if (!stream || /^#!(?!.*sh\b)/.test(stream.text)) return null;
  return { stream, language: 'shell', positional: args, always: false };
}

function absolute(file: string, cwd: string): string {
  return posix.normalize(file.startsWith('/') ? file : `${cwd}/${file}`);
}
