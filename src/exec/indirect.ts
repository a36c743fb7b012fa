import { closeSync, constants, openSync, readSync } from 'node:fs';
import { decodePath } from '../byte-path.ts';
import { release, resolveFor, type HeldCall, type HeldFile } from './held-call.ts';
import { lastComponent, LOADER_NAME } from './identity.ts';

/** A program that will run without an execve of its own. */
export interface Indirect {
  path: string;
  names: string[];
  argv: string[];
}

/** Names a file is known by, beyond its own. */
export type Identify = (file: HeldFile, calledAs: string) => string[];

/** The kernel looks at this much of a script's first line (BINPRM_BUF_SIZE since Linux 5.1), and at this many scripts in turn. */
const FIRST_LINE = 256;
const SCRIPTS_IN_TURN = 5;
/** Words of a loader's command line that may name the program. */
const LOADER_WORDS = 64;

/** What else an exec runs: the interpreters of a script, and the program that a dynamic loader is given. */
export function indirectPrograms(
  call: HeldCall,
  names: readonly string[],
  identify: Identify,
): Indirect[] {
  if (!('fd' in call.file)) return [];
  if (names.some((name) => LOADER_NAME.test(name))) return [loaded(call, names, identify)];
  return interpreters(call, call.file, identify);
}

/** execve(2), "Interpreter scripts": `INTERPRETER [ARGUMENT] SCRIPT ARGUMENTS…`, which may be a script in its turn. */
function interpreters(call: HeldCall, script: HeldFile, identify: Identify): Indirect[] {
  const found: Indirect[] = [];
  let [file, argv] = [script, [call.called, ...call.argv.slice(1)]];
  const opened: HeldFile[] = [];
  try {
    while (found.length < SCRIPTS_IN_TURN) {
      const line = firstLine(file);
      if (line === null) break;
      const [, path = '', argument = ''] = /^[ \t]*([^ \t]+)[ \t]*(.*?)[ \t]*$/s.exec(line) ?? [];
      const next = resolveFor(call.tid, path.startsWith('/') ? path : `${call.cwd}/${path}`);
      if (!('fd' in next)) break;
      opened.push(next);
      argv = [path, ...(argument ? [argument] : []), ...argv];
      const names = [lastComponent(path), lastComponent(next.path), ...identify(next, path)];
      found.push({ path: next.path, names: [...new Set(names)], argv });
      file = next;
    }
  } finally {
    for (const each of opened) release(each);
  }
  return found;
}

/** Text behind `#!`, or null for a file that is no script. */
function firstLine(file: HeldFile): string | null {
  if (!file.regular) return null;
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
    return decodePath(text.subarray(2, end < 0 ? text.length : end));
  } finally {
    closeSync(fd);
  }
}

/** The loader's command line with every program in it by the name it is known by, as a rule would look for it. */
function loaded(call: HeldCall, names: readonly string[], identify: Identify): Indirect {
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
