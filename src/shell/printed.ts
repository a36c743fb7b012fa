import { Buffer } from 'node:buffer';
import { posix } from 'node:path';
import { lastComponent } from '../policy/argv/program.ts';
import { UNRESOLVED } from '../policy/types.ts';
import { downloadsOf } from './downloads.ts';
import type { Environment } from './environment.ts';
import { escaped, formatted } from './format.ts';
import { joined, NOTHING_PRINTED, textStream, unknownFrom, UNREAD_FILE } from './streams.ts';
import type { Stream } from './types.ts';

type Printer = (args: readonly string[], stdin: Stream | null, environment: Environment) => Stream;

/** What a command prints, where that follows from its words alone. Nothing is run. */
export function printedBy(
  argv: readonly string[],
  stdin: Stream | null,
  environment: Environment,
): Stream {
  if (argv[0] === 'sudo' && argv.length > 1) {
    const at = argv.findIndex((arg, index) => index > 0 && !/^-[AbEHknPS]+$/.test(arg));
    if (at > 0 && !argv[at]?.startsWith('-')) return printedBy(argv.slice(at), stdin, environment);
  }
  const name = lastComponent(argv[0] ?? '');
  const printer = PRINTERS[name];
  const stream =
    printer && Object.hasOwn(PRINTERS, name) ? printer(argv.slice(1), stdin, environment) : null;
  return stream ?? unknownFrom(name, stdin);
}

const SILENT: Printer = () => NOTHING_PRINTED;
const plain = (args: readonly string[]): string[] => args.filter((arg) => !/^-[a-z]/i.test(arg));

const PRINTERS: Readonly<Record<string, Printer>> = {
  echo: (args) => {
    let at = 0;
    while (/^-[neE]+$/.test(args[at] ?? '')) at += 1;
    const flags = args.slice(0, at).join('');
    const text = args.slice(at).join(' ');
    return textStream(
      `${flags.includes('e') ? escaped(text) : text}${flags.includes('n') ? '' : '\n'}`,
    );
  },
  printf: (args) => textStream(formatted(args[0] === '--' ? args.slice(1) : args)),
  cat: (args, stdin, environment) => {
    const files = plain(args);
    if (files.length === 0) return stdin ?? unknownFrom('cat');
    return files
      .map((file) => (file === '-' ? (stdin ?? NOTHING_PRINTED) : written(file, environment)))
      .reduce(joined);
  },
  tee: (args, stdin, environment) => {
    const stream = stdin ?? unknownFrom('tee');
    for (const file of plain(args)) environment.files.set(environment.path(file), stream);
    return stream;
  },
  base64: (args, stdin, environment) => {
    if (!args.some((arg) => /^(?:-[a-z]*[dD][a-z]*|--decode)$/.test(arg)))
      return unknownFrom('base64', stdin);
    const [file] = plain(args);
    const source = file === undefined ? stdin : written(file, environment);
    return decoded(source, 'base64', /^[A-Za-z0-9+/=_\s-]*$/);
  },
  xxd: (args, stdin) =>
    args.some((arg) => /^-(?:r|rp|revert)$/.test(arg))
      ? decoded(stdin, 'hex', /^[0-9a-fA-F\s]*$/)
      : unknownFrom('xxd', stdin),
  rev: (_, stdin) =>
    known(stdin) && stdin.text.length <= 4096
      ? textStream(
          stdin.text
            .split('\n')
            .map((line) => [...line].reverse().join(''))
            .join('\n'),
        )
      : unknownFrom('rev', stdin),
  pwd: (_, __, { cwd }) => textStream(`${cwd}\n`),
  which: (args) => textStream(`/usr/bin/${plain(args)[0] ?? UNRESOLVED}\n`),
  basename: (args) => {
    const [path = '', suffix = ''] = plain(args);
    return textStream(`${path.includes(UNRESOLVED) ? UNRESOLVED : posix.basename(path, suffix)}\n`);
  },
  dirname: (args) => {
    const path = plain(args)[0] ?? '';
    return path.includes(UNRESOLVED)
      ? unknownFrom('dirname')
      : textStream(`${posix.dirname(path)}\n`);
  },
  realpath: (args, _, environment) => resolved(args, environment),
  readlink: (args, _, environment) => resolved(args, environment),
  mktemp: () => textStream(`/tmp/tmp.${UNRESOLVED}\n`),
  whoami: (_, __, { context }) => textStream(`${context.user}\n`),
  seq: (args) => {
    const numbers = args.map(Number);
    const [first = 1, last = first] = numbers;
    const [from, to] = numbers.length > 1 ? [first, last] : [1, first];
    if (numbers.length > 2 || !(to - from < 1000)) return unknownFrom('seq');
    const lines: string[] = [];
    for (let at = from; at <= to; at += 1) lines.push(`${at}\n`);
    return textStream(lines.join(''));
  },
  git: (args, stdin, { context }) => {
    if (args.includes('rev-parse') && args.includes('--show-toplevel'))
      return textStream(`${context.repository}\n`);
    if (args.includes('ls-files') || args.includes('--name-only')) return within('.', 'git');
    return unknownFrom('git', stdin);
  },
  find: (args) => {
    const end = args.findIndex((arg) => arg.startsWith('-') && !/^-[HLPO]/.test(arg));
    const folders = args
      .slice(0, end < 0 ? args.length : end)
      .filter((arg) => !arg.startsWith('-'));
    const paths = foundPaths(folders, args).map((path) => `${path}\n`);
    return { text: paths.join(''), from: 'command', programs: ['find'], found: ['find', ...args] };
  },
  ls: (args) => {
    const patterns = plain(args).filter((arg) => /[*?[]/.test(arg));
    return patterns.length > 0 && patterns.length === plain(args).length
      ? textStream(`${patterns.join('\n')}\n`)
      : unknownFrom('ls');
  },
  sort: passing('sort'),
  uniq: passing('uniq'),
  head: passing('head'),
  tail: passing('tail'),
  shuf: passing('shuf'),
  grep: (args, stdin, environment) =>
    args.some((arg) => /^-(?!-)[a-zA-Z]*[oclL]|^--(?:only|count|files)/.test(arg))
      ? unknownFrom('grep', stdin)
      : passing('grep')(plain(args).slice(1), stdin, environment),
  tr: (args, stdin, environment) =>
    /^(?:\\n|\\0+|\n)$/.test(args[0] ?? '') && /^(?:\\n|\\0+|\n| )$/.test(args[1] ?? '')
      ? passing('tr')([], stdin, environment)
      : unknownFrom('tr', stdin),
  curl: downloaded('curl'),
  wget: downloaded('wget'),
  mkfifo: (args, _, environment) => {
    // Whoever writes into it does so later.
    for (const file of plain(args))
      environment.files.set(environment.path(file), unknownFrom('mkfifo'));
    return NOTHING_PRINTED;
  },
  true: SILENT,
  ':': SILENT,
  cd: SILENT,
  mkdir: SILENT,
  touch: SILENT,
  rm: SILENT,
  cp: copied,
  mv: copied,
  ln: copied,
  install: copied,
  chmod: SILENT,
  sleep: SILENT,
  test: SILENT,
  '[': SILENT,
  exit: SILENT,
  set: SILENT,
  export: SILENT,
};

/** What `find` names: below each folder, ending as a `-name` says. */
export function foundPaths(folders: readonly string[], args: readonly string[]): string[] {
  const at = args.findIndex((arg) => arg === '-name' || arg === '-iname');
  const alternatives = args.some(
    (arg) => arg === '-o' || arg === '-or' || arg === '!' || arg === '-not',
  );
  const name = at < 0 || alternatives ? '' : (args[at + 1] ?? '');
  const tail = name === '' || /[?[\]]/.test(name) ? UNRESOLVED : name.replace(/\*+/g, UNRESOLVED);
  // Of a whole name the place nearest to the start: what lies deeper is less.
  const between = tail.includes(UNRESOLVED) && !tail.startsWith(UNRESOLVED) ? `${UNRESOLVED}/` : '';
  return (folders.length ? folders : ['.']).map(
    (folder) => `${folder === '/' ? '' : folder}/${between}${tail}`,
  );
}

/** What it prints are lines of what it reads. */
function passing(program: string): Printer {
  return (args, stdin) =>
    stdin === null ||
    args.some((arg) => !/^[-+]|^\d+$/.test(arg)) ||
    stdin.text.trim() === UNRESOLVED
      ? unknownFrom(program, stdin)
      : { ...stdin, programs: [...stdin.programs, program].slice(-16) };
}

function downloaded(program: string): Printer {
  return (args, stdin, environment) => {
    const files = downloadsOf(program, args);
    for (const file of files ?? [])
      environment.files.set(environment.path(file), unknownFrom(program));
    return files ? NOTHING_PRINTED : unknownFrom(program, stdin);
  };
}

/** A file that this text wrote itself goes by another name as well. */
function copied(args: readonly string[], _: Stream | null, environment: Environment): Stream {
  const files = plain(args);
  const target = files.at(-1) ?? '';
  for (const file of files.slice(0, -1)) {
    const stream = environment.files.get(environment.path(file));
    if (!stream) continue;
    environment.files.set(environment.path(target), stream);
    environment.files.set(environment.path(`${target}/${posix.basename(file)}`), stream);
  }
  return NOTHING_PRINTED;
}

function known(stream: Stream | null): stream is Stream {
  return stream !== null && !stream.text.includes(UNRESOLVED);
}

function within(folder: string, program: string): Stream {
  return { text: `${folder}/${UNRESOLVED}\n`, from: 'command', programs: [program] };
}

/** Bash opens a connection for these: bash(1), "REDIRECTION". */
export const NETWORK = /^\/dev\/(?:tcp|udp)\//;

/** A file as this text left it, or as nobody reads it. */
export function written(file: string, environment: Environment): Stream {
  if (NETWORK.test(file)) return unknownFrom('nc');
  return environment.files.get(environment.path(file)) ?? UNREAD_FILE;
}

function resolved(args: readonly string[], environment: Environment): Stream {
  const [path = '.'] = plain(args);
  return path.includes(UNRESOLVED)
    ? unknownFrom('realpath')
    : textStream(`${environment.path(path)}\n`);
}

function decoded(source: Stream | null, coding: 'base64' | 'hex', allowed: RegExp): Stream {
  if (!known(source) || !allowed.test(source.text)) return unknownFrom(coding, source);
  return textStream(Buffer.from(source.text.replace(/\s+/g, ''), coding).toString('utf8'));
}
