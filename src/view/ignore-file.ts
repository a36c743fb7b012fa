import { lstatSync } from 'node:fs';
import ignore, { type Ignore } from 'ignore';
import { readRegular } from './inside.ts';

/** A long .gitignore has some hundred lines. */
const LARGEST = 64 * 1024;
const LINES = 2000;
const LINE = 200;
/** Stars of one pattern: matching takes longer with each. */
const STARS = 8;

/** A file of patterns, gitignore(5). */
export interface IgnoreFile {
  /** What it says of a path below its folder; a folder's ends in a slash. */
  test(path: string): { ignored: boolean; unignored: boolean };
  /** Milliseconds since 1970: when it was last changed, or put where it is. */
  ctime: number;
}

/** Null where there is none; `unclear` where what git makes of it is not for certain. */
export function readIgnoreFile(path: string): IgnoreFile | 'unclear' | null {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (!stat) return null;
  const bytes = stat.isFile() ? readRegular(path, LARGEST) : null;
  if (!bytes) return 'unclear';
  const lines = bytes.toString('latin1').split(/\r?\n/);
  if (lines.length > LINES || !lines.every(isPlain)) return 'unclear';
  const patterns: Ignore = ignore({ ignorecase: false }).add(lines);
  return { test: (path) => patterns.test(path), ctime: stat.ctimeMs };
}

/** A comment, nothing, or a pattern that all readers of the format agree on. */
function isPlain(line: string): boolean {
  if (line === '' || line.startsWith('#')) return true;
  if (line.length > LINE || !/^[!-~](?:[ -~]*[!-~])? *$/.test(line)) return false;
  if (/\\|\*\*\*|^!?\/*\s*$|^!!/.test(line)) return false;
  if (/[^/]\*\*|\*\*[^/\s]/.test(line) || line.split('*').length > STARS) return false;
  return !/[[\]]/.test(line.replace(/\[[A-Za-z0-9_.]+\]/g, ''));
}
