import { posix } from 'node:path';
import type { ExecRequest } from '../types.ts';
import { locate } from './place.ts';

/** `:/x`, `:!x`, `:^x` and mixtures of them, and `:(top,glob)x`: gitglossary(7), "pathspec". */
const MAGIC = /^:(?:\(([^)]*)\)|([/!^]*):?)(.*)$/s;

/**
 * Whether a pathspec covers the whole tree, or all of it but what it names. Where that cannot be told from its text
 * (attributes) it is taken to. A commit-ish (`HEAD~1`, `:/words`) is read as the path it would be, and covers nothing.
 */
export function coversEverything(word: string, request: ExecRequest): boolean {
  if (word === '') return false;
  const magic = MAGIC.exec(word);
  if (!magic) return pathCovers(word, request);
  const [, long, short = '', rest = ''] = magic;
  const words = (long ?? '').split(',').map((each) => each.trim());
  if (/[!^]/.test(short) || words.includes('exclude') || rest === '') return true;
  if (words.some((each) => each.startsWith('attr:'))) return true;
  const top = short.includes('/') || words.includes('top');
  return pathCovers(rest, top ? { ...request, cwd: request.repository } : request);
}

/** The folder git runs in counts as everything too: all of it that the caller is at work on. */
function pathCovers(path: string, request: ExecRequest): boolean {
  if (onlyWild(posix.normalize(path))) return true;
  const { places, components } = locate(path, request);
  if (places.has('repository') || places.has('above')) return true;
  return components.length > 0 && onlyWild(components.join('/'));
}

/** `.`, `..`, `*`, `**` + `/*`, `?*`, `[!x]*`: nothing in it that a name must have. A `*` of git's matches slashes. */
function onlyWild(path: string): boolean {
  return /^(?:[*?./\\]|\[[^\]]*\])+$/.test(path) && path !== '/';
}
