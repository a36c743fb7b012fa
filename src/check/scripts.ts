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
  /** Of a shell on another machine. */
  where?: 'elsewhere';
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
  if (
    QUEUES.has(name) ||
    (name === 'parallel' && argv.every((arg, at) => at === 0 || /^-/.test(arg)))
  )
    return stdin && { stream: stdin, language: 'shell', positional: null, always: true };
  const login = loginShell(programs, name, argv);
  if (login)
    return stdin && { stream: stdin, language: 'shell', positional: null, always: true, ...login };
  const shell = SHELLS.has(programs.find(name)?.command ?? '');
  if (!shell && !READERS.test(name)) return ownFile(argv, files, cwd);
  const [invocation] = invocationsOf(programs, name, argv) ?? [];
  if (!invocation) return null;
  const { flags, operands } = invocation;
  const start = (flags.get('rcfile') ?? flags.get('init-file'))?.values.at(-1);
  const first = start === undefined ? undefined : files.get(absolute(start, cwd));
  if (first) return { stream: first, language: 'shell', positional: null, always: true };
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
  return stream ? { stream, language, positional, always: file.startsWith('/dev/fd/') } : null;
}

/** Programs that start a shell where they are given nothing to start: su(1), chroot(1), nsenter(1). */
const SHELL_WITHOUT = /^(?:su|chroot|nsenter|unshare|runuser|pkexec|newgrp|sg)$/;

/** A shell that no word names, and which reads what the program is given: `ssh host`, `sudo -i`. */
function loginShell(
  programs: Programs,
  name: string,
  argv: readonly string[],
): { where?: 'elsewhere' } | null {
  if (SHELL_WITHOUT.test(name)) {
    const most = name === 'chroot' || name === 'newgrp' ? 1 : name === 'su' ? 2 : 0;
    const plain = argv.slice(1).filter((arg) => !arg.startsWith('-'));
    if (plain.length > most || argv.some((arg) => /^-c|^--command/.test(arg))) return null;
    return name === 'chroot' ? { where: 'elsewhere' } : {};
  }
  const [invocation] = invocationsOf(programs, name, argv) ?? [];
  if (!invocation) return null;
  const { flags, operands, command, grammar } = invocation;
  if (command === 'sudo' || command === 'doas')
    return operands.length === 0 &&
      (flags.has('i') || flags.has('login') || flags.has('s') || flags.has('shell'))
      ? {}
      : null;
  const remote = grammar.data.starts?.some(
    ({ as, where, from, skip = 0 }) =>
      as === 'shell' &&
      where === 'elsewhere' &&
      (from === 'operands' ? operands.length <= skip : !flags.has(from)),
  );
  return remote ? { where: 'elsewhere' } : null;
}

/** The words of a shell with options written in one way: `+x` is an option too, and `-c -- CODE` is `-c CODE`. */
export function plainOptions(
  programs: Programs,
  name: string,
  argv: readonly string[],
): readonly string[] {
  if (!argv.some((arg) => arg === '--' || /^\+[a-zA-Z]/.test(arg))) return argv;
  if (!SHELLS.has(programs.find(name)?.command ?? '')) return argv;
  const words = [...argv];
  for (let at = 1; /^[-+]./.test(words[at] ?? ''); at += 1) {
    const word = words[at] ?? '';
    if (word === '--') {
      words.splice(at, 1);
      break;
    }
    words[at] = word.replace(/^\+/, '-');
    if (/^-[a-zA-Z]*[oO]$/.test(words[at] ?? '')) at += 1;
  }
  return words;
}

/** Folders of programs that people put their own into. */
const SEARCHED = ['/usr/local/bin', '/usr/bin', '/usr/local/sbin', '/bin'];

/** `./x.sh`, which this text wrote itself. */
function ownFile(
  argv: readonly string[],
  files: ReadonlyMap<string, Stream>,
  cwd: string,
): Script | null {
  const [file = '', ...args] = argv;
  if (files.size === 0 || file === '') return null;
  const stream = file.includes('/')
    ? files.get(absolute(file, cwd))
    : SEARCHED.map((folder) => files.get(`${folder}/${file}`)).find((found) => found);
  if (!stream || /^#!(?!.*sh\b)/.test(stream.text)) return null;
  return { stream, language: 'shell', positional: args, always: false };
}

function absolute(file: string, cwd: string): string {
  return posix.normalize(file.startsWith('/') ? file : `${cwd}/${file}`);
}
