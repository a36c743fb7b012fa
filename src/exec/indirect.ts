import { closeSync, constants, openSync, readSync } from 'node:fs';
import { decodePath } from '../byte-path.ts';
import {
  release,
  resolveFor,
  stampKey,
  type FileStamp,
  type HeldCall,
  type HeldFile,
} from './held-call.ts';
import { lastComponent, LOADER_NAME } from './identity.ts';

/** A program that will run without an execve of its own. */
export interface Indirect {
  path: string;
  names: string[];
  argv: string[];
}

/** The interpreter of a script, or of a script that interprets one. */
export interface Interpreter extends Indirect {
  file: FileStamp;
}

/** Names a file is known by, beyond its own. */
export type Identify = (file: HeldFile, calledAs: string) => string[];

/** The kernel looks at this much of a script's first line (BINPRM_BUF_SIZE since Linux 5.1), and at this many scripts in turn. */
const FIRST_LINE = 256;
const SCRIPTS_IN_TURN = 5;
/** A NUL ends the path, and the argument. */
const WORDS = /^[ \t]*([^ \t\0]+)(?:[ \t]+([^\0]*?))?[ \t]*(?:\0.*)?$/s;
/** Words of a loader's command line that may name the program. */
const LOADER_WORDS = 64;

/** execve(2), "Interpreter scripts": `INTERPRETER [ARGUMENT] SCRIPT ARGUMENTS…`, which may be a script in its turn. */
export function interpreters(call: HeldCall, script: HeldFile, identify: Identify): Interpreter[] {
  const found: Interpreter[] = [];
  let [file, argv] = [script, [call.called, ...call.argv.slice(1)]];
  const opened: HeldFile[] = [];
  try {
    while (found.length < SCRIPTS_IN_TURN) {
      const line = firstLine(file);
      if (line === null) break;
      const [, path = '', argument = ''] = WORDS.exec(line) ?? [];
      const next = resolveFor(call.tid, path.startsWith('/') ? path : `${call.cwd}/${path}`);
      if (!('fd' in next)) break;
      opened.push(next);
      argv = [path, ...(argument ? [argument] : []), ...argv];
      const names = [lastComponent(path), lastComponent(next.path), ...identify(next, path)];
      found.push({ path: next.path, names: [...new Set(names)], argv, file: next });
      file = next;
    }
  } finally {
    for (const each of opened) release(each);
  }
  return found;
}

/** Text behind `#!` by file, null for one that is no script. What was rewritten unseen is noticed when it has started. */
const firstLines = new Map<string, string | null>();

function firstLine(file: HeldFile): string | null {
  if (!file.regular) return null;
  const key = stampKey(file);
  let line = firstLines.get(key);
  if (line === undefined) {
    line = readFirstLine(file);
    if (firstLines.size > 1000) firstLines.clear();
    firstLines.set(key, line);
  }
  return line;
}

function readFirstLine(file: HeldFile): string | null {
  let fd: number;
  try {
    fd = openSync(`/proc/self/fd/${file.fd}`, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch {
    // What cannot be read cannot be interpreted either.
    return null;
  }
  try {
    const buffer = Buffer.alloc(FIRST_LINE);
    const text = buffer.subarray(0, readSync(fd, buffer, 0, FIRST_LINE, 0));
    if (text[0] !== 0x23 || text[1] !== 0x21) return null;
    const end = text.indexOf(0x0a);
    return decodePath(text.subarray(2, end < 0 ? FIRST_LINE - 1 : end));
  } finally {
    closeSync(fd);
  }
}

export function isLoader(names: readonly string[]): boolean {
  return names.some((name) => LOADER_NAME.test(name));
}

/** The loader's command line with every program in it by the name it is known by, as a rule would look for it. */
export function loaded(call: HeldCall, names: readonly string[], identify: Identify): Indirect {
  const argv = call.argv.map((word, index) => {
    if (index === 0 || index > LOADER_WORDS || word.startsWith('-')) return word;
    const file = resolveFor(call.tid, word.startsWith('/') ? word : `${call.cwd}/${word}`);
    if (!('fd' in file)) return word;
    try {
      return identify(file, word)[0] ?? word;
    } finally {
      release(file);
    }
  });
  const loader = names.filter((name) => LOADER_NAME.test(name));
  return { path: `/${loader[0] ?? ''}`, names: loader, argv };
}
