import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  linkSync,
  openSync,
  readSync,
  renameSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { Sign } from '../approval/types.ts';
import { GuardError } from '../guard-error.ts';
import { SIGN_WORDS } from './sign-words.ts';
import { ensureStateRoot, type StateOptions } from './state-root.ts';

const WORDS = 3;
/** Longer than three words and a line end. Bytes. */
const LONGEST = 64;
/** Anybody else may read or write. */
const OPEN_TO_OTHERS = 0o077;

export interface UserSign {
  sign: Sign;
  /** It was drawn just now: the user has never seen it. */
  fresh: boolean;
}

/**
 * The words only the user and guard know, drawn when there are none yet. Every question shows them, and nothing inside a
 * session can read them, so a question somebody else drew lacks them. Never throws: without a sign a question says why.
 */
export function userSign(options: StateOptions = {}): UserSign {
  try {
    const path = signPath(options);
    const known = read(path);
    if (known !== null) return { sign: { words: known }, fresh: false };
    const drawn = draw();
    const temporary = write(path, drawn);
    try {
      // link(2) replaces nothing: of two guards that start together one sign stays, and both show it.
      linkSync(temporary, path);
      return { sign: { words: drawn }, fresh: true };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const other = read(path);
      if (other === null) throw error;
      return { sign: { words: other }, fresh: false };
    } finally {
      unlinkSync(temporary);
    }
  } catch (error) {
    return { sign: { missing: reason(error) }, fresh: false };
  }
}

/** Draws another sign in place of the one there is. Throws a GuardError when it cannot be kept. */
export function newSign(options: StateOptions = {}): string {
  const path = signPath(options);
  const drawn = draw();
  try {
    renameSync(write(path, drawn), path);
  } catch (cause) {
    throw new GuardError({
      what: 'no other sign was drawn',
      why: reason(cause),
      fix: `Mend ${path}, or set XDG_STATE_HOME to a folder that only you can write`,
      exitCode: 1,
      cause,
    });
  }
  return drawn;
}

/** Where the sign is kept; makes its folder. Throws a GuardError when somebody else could replace it. */
export function signPath(options: StateOptions = {}): string {
  return join(dirname(ensureStateRoot(options)), 'sign');
}

function draw(): string {
  return [...randomBytes(WORDS)].map((byte) => SIGN_WORDS[byte % SIGN_WORDS.length]).join(' ');
}

/** Null when there is none. Throws when there is something else in its place. */
function read(path: string): string | null {
  let fd: number;
  try {
    // O_NONBLOCK: a FIFO in its place must not keep guard waiting (open(2)).
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) throw new Error(`${path} is not a plain file`);
    if (stat.uid !== process.getuid?.()) throw new Error(`${path} belongs to somebody else`);
    if (stat.mode & OPEN_TO_OTHERS) throw new Error(`${path} can be read by others`);
    const bytes = Buffer.alloc(LONGEST);
    const words = bytes.toString('utf8', 0, readSync(fd, bytes)).trim();
    const parts = words.split(' ');
    if (parts.length !== WORDS || !parts.every((word) => SIGN_WORDS.includes(word)))
      throw new Error(`${path} does not hold a sign`);
    return words;
  } finally {
    closeSync(fd);
  }
}

/** Into a file of its own beside the real one, whole before it gets its name. */
function write(path: string, words: string): string {
  const temporary = `${path}.${randomBytes(8).toString('hex')}`;
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  const fd = openSync(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  try {
    writeSync(fd, `${words}\n`);
  } catch (error) {
    unlinkSync(temporary);
    throw error;
  } finally {
    closeSync(fd);
  }
  return temporary;
}

function reason(error: unknown): string {
  if (error instanceof GuardError) return error.why;
  return error instanceof Error ? error.message : 'it was refused';
}
