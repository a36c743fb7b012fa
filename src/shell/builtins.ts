import { UNRESOLVED } from '../policy/types.ts';
import { readCommandVariables } from './command-variables.ts';
import { unknownFolder, type Environment } from './environment.ts';
import { formatted } from './format.ts';
import { printedBy, written } from './printed.ts';
import type { Reader } from './reader.ts';
import { NOTHING_PRINTED, textStream, unknownFrom } from './streams.ts';
import type { Cause, Listed, Stream } from './types.ts';

interface Call {
  reader: Reader;
  args: readonly string[];
  environment: Environment;
  stdin: Stream | null;
  /** What is not known of the arguments. */
  causes: readonly Cause[];
}

type Builtin = (call: Call) => Stream | null;

/**
 * Builtins that change what the shell knows, or read more text. Null for every other command, and for those that are to be
 * judged as programs besides.
 */
export function runBuiltin(
  reader: Reader,
  argv: readonly string[],
  environment: Environment,
  stdin: Stream | null,
  causes: readonly Cause[],
): Stream | null {
  let at = 0;
  while (/^(?:command|builtin)$/.test(argv[at] ?? '') && !argv[at + 1]?.startsWith('-')) at += 1;
  const name = argv[at] ?? '';
  const builtin = Object.hasOwn(BUILTINS, name) ? BUILTINS[name] : undefined;
  if (name === 'command' && /^-[vV]$/.test(argv[at + 1] ?? ''))
    return printedBy(['which', ...argv.slice(at + 2)], stdin, environment);
  return builtin?.({ reader, args: argv.slice(at + 1), environment, stdin, causes }) ?? null;
}

const declare: Builtin = ({ reader, args, environment }) => {
  const reference = args.some((arg) => /^-[a-zA-Z]*n/.test(arg));
  for (const arg of args) {
    const [, name, value = ''] = /^([A-Za-z_]\w*)\+?=(.*)$/s.exec(arg) ?? [];
    if (name === undefined) continue;
    if (reference) environment.references.set(name, value);
    else environment.assign(name, value);
    readCommandVariables(reader, [[name, value]], environment);
  }
  return NOTHING_PRINTED;
};

const enter: Builtin = ({ args, environment }) => {
  const [folder = environment.context.home] = args.filter((arg) => !/^-[LPe@n]+$|^--$/.test(arg));
  if (folder === '-') environment.enter(environment.variables.get('OLDPWD') ?? UNRESOLVED);
  else environment.enter(folder);
  return NOTHING_PRINTED;
};

const source: Builtin = ({ reader, args, environment, stdin }) => {
  const [file = ''] = args;
  const stream = /^\/dev\/(?:stdin|fd\/0)$/.test(file) ? stdin : written(file, environment);
  if (!stream || stream.from === 'file') return NOTHING_PRINTED;
  return runText(reader, stream, environment, null);
};

const lines: Builtin = ({ args, environment, stdin }) => {
  const name = args.findLast((arg) => !arg.startsWith('-')) ?? 'MAPFILE';
  const known = stdin && !stdin.text.includes(UNRESOLVED);
  if (known) environment.arrays.set(name, stdin.text.replace(/\n$/, '').split('\n').slice(0, 1000));
  else environment.assign(name, UNRESOLVED, stdin ? listedBy(stdin) : undefined);
  if (known) environment.variables.delete(name);
  return NOTHING_PRINTED;
};

function listedBy({ programs, found }: Stream): Listed {
  return found ? { programs, found } : { programs };
}

const BUILTINS: Readonly<Record<string, Builtin>> = {
  cd: enter,
  chdir: enter,
  pushd: (call) => {
    call.environment.folders.push(call.environment.cwd);
    return enter(call);
  },
  popd: ({ environment }) => {
    environment.enter(environment.folders.pop() ?? unknownFolder(environment.context.repository));
    return NOTHING_PRINTED;
  },
  export: declare,
  declare,
  typeset: declare,
  local: declare,
  readonly: declare,
  unset: ({ args, environment }) => {
    for (const name of args) {
      environment.variables.delete(name);
      environment.functions.delete(name);
    }
    return NOTHING_PRINTED;
  },
  alias: ({ args, environment }) => {
    for (const arg of args) {
      const [, name, text] = /^([^=]+)=(.*)$/s.exec(arg) ?? [];
      if (name !== undefined) environment.aliases.set(name, text ?? '');
    }
    return NOTHING_PRINTED;
  },
  unalias: ({ args, environment }) => {
    for (const name of args) environment.aliases.delete(name);
    if (args.includes('-a')) environment.aliases.clear();
    return NOTHING_PRINTED;
  },
  set: ({ args, environment }) => {
    const end = args.indexOf('--');
    if (end >= 0) environment.positional = args.slice(end + 1);
    else if (args.length > 0 && !/^[-+]/.test(args[0] ?? '')) environment.positional = args;
    return NOTHING_PRINTED;
  },
  shift: ({ args, environment }) => {
    environment.positional &&= environment.positional.slice(Number(args[0] ?? 1) || 1);
    return NOTHING_PRINTED;
  },
  read: ({ args, environment, stdin }) => {
    const names = args.filter((arg) => /^[A-Za-z_]\w*$/.test(arg));
    const text = stdin?.text.replace(/\n$/, '') ?? UNRESOLVED;
    const listed = stdin ? listedBy(stdin) : undefined;
    // Of several lines nobody knows which is read.
    const fields = text.includes('\n') ? [] : text.split(/\s+/);
    names.forEach((name, index) => {
      const last = index === names.length - 1;
      const value = last ? fields.slice(index).join(' ') : fields[index];
      environment.assign(name, fields.length ? (value ?? '') : lineOf(text), listed);
    });
    return NOTHING_PRINTED;
  },
  mapfile: lines,
  readarray: lines,
  hash: ({ args, environment }) => {
    const [flag, path = '', name = ''] = args;
    if (flag === '-p' && name !== '') environment.aliases.set(name, path);
    return NOTHING_PRINTED;
  },
  compgen: (call) => {
    const at = call.args.indexOf('-C');
    return at < 0
      ? null
      : runText(call.reader, textStream(call.args[at + 1] ?? ''), call.environment, null);
  },
  eval: ({ reader, args, environment, stdin, causes }) => {
    const programs = causes.every((cause) => 'programs' in cause)
      ? causes.flatMap((cause) => ('programs' in cause ? cause.programs : []))
      : [];
    return runText(reader, { text: args.join(' '), from: 'command', programs }, environment, stdin);
  },
  source,
  '.': source,
  trap: ({ reader, args, environment }) => {
    const [text = ''] = args.filter((arg) => arg !== '--');
    if (args.length > 1 && text !== '-' && !/^-[lp]$/.test(text)) {
      const later = environment.copy();
      runText(reader, textStream(text), later, null);
    }
    return NOTHING_PRINTED;
  },
  printf: ({ args, environment }) => {
    if (args[0] !== '-v') return null;
    environment.assign(args[1] ?? '', formatted(args.slice(2)));
    return NOTHING_PRINTED;
  },
};

/** What several lines have in common: a folder they are all below. */
function lineOf(text: string): string {
  const lines = text.split('\n');
  return lines.every((line) => line === lines[0]) ? (lines[0] ?? UNRESOLVED) : UNRESOLVED;
}

/** More text for the same shell. Of a part that is not known it is said where it is from. */
function runText(
  reader: Reader,
  { text, programs }: Stream,
  environment: Environment,
  stdin: Stream | null,
): Stream {
  if (text.trim() !== UNRESOLVED) return reader.text(text, environment, stdin);
  reader.listener.onCommand({
    argv: [UNRESOLVED],
    cwd: environment.cwd,
    stdin: null,
    causes: [{ programs }],
    argumentCauses: [],
    variables: environment.variables,
    files: environment.files,
  });
  return unknownFrom('');
}
