import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { glob } from '../policy/glob.ts';
import { printable } from '../printable.ts';
import type { Operands } from './definition.ts';

/** Longer than any branch, title or package name; a comment on an issue (65,536 characters at GitHub) fits. */
const MAX_TEXT = 70_000;
const WORD = /^[\p{L}\p{N}_@{][\p{L}\p{N}_@{}./:#%+=,~^?&*-]{0,499}$/u;
/** Addresses and files, also in one slash: what takes a name takes those as well (`npm view file:.`). */
const ELSEWHERE = /(?:^|@)(?:file|https?|ssh|git\+[a-z]+):|:\/\//i;
/** A step up, also as a URL may write it. */
const CLIMBS = /(?:^|\/)(?:\.|%2e){2}(?:\/|$)/i;

/** Where a path may lead. */
interface Place {
  repository: string;
  cwd: string;
}

/** Why a word may not stand where `kind` is wanted, or null when it may. */
export function refuseOperand(word: string, kind: Operands, place: Place): string | null {
  const shown = `"${printable(word, 80)}"`;
  if (word.startsWith('-')) return `${shown} looks like an option`;
  if (word.includes('\0') || word.length > MAX_TEXT) return `an argument is too long`;
  if (kind === 'none') return `${shown} is one word too many`;
  if (kind === 'word' && (!WORD.test(word) || ELSEWHERE.test(word) || CLIMBS.test(word)))
    return `${shown} is not a plain name, number or branch`;
  if (kind === 'path' && !isInside(word, place)) return `${shown} is not in the repository`;
  return null;
}

/** Whether one of the patterns fits the whole word. */
export function fits(word: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => glob(pattern)(word));
}

function isInside(path: string, { repository, cwd }: Place): boolean {
  // npm and others read `user/repository`, `git+ssh:` and `https:` as places elsewhere.
  if (!/^(?:\.{0,2}\/|\.{1,2}$)/.test(path)) return false;
  try {
    const real = realpathSync(resolve(cwd, path));
    return real === repository || real.startsWith(`${repository}/`);
  } catch {
    return false;
  }
}
