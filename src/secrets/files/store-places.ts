import { readdirSync, realpathSync, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import type { CredentialStore } from './stores-format.ts';

export interface Surroundings {
  /** Absolute. */
  home: string;
  env: Readonly<Record<string, string | undefined>>;
}

/** A file of a store that is there. Whether it can be read shows when it is. */
export interface StoreFile {
  path: string;
  /** With `~` for home. */
  shown: string;
  size: number;
}

/** A listed folder with more files is not looked through to its end. */
const MOST_IN_FOLDER = 200;

/** The XDG Base Directory Specification's variables, and what they are without. */
const XDG: readonly (readonly [string, string])[] = [
  ['XDG_CONFIG_HOME', '.config'],
  ['XDG_DATA_HOME', '.local/share'],
  ['XDG_CACHE_HOME', '.cache'],
];

/** Regular files of a store, links followed where they stay in home. */
export function filesOfStore(store: CredentialStore, around: Surroundings): StoreFile[] {
  const found = new Map<string, StoreFile>();
  for (const place of placesOf(store, around))
    for (const path of expand(place)) {
      const file = fileAt(path, around.home);
      if (file && !found.has(path)) found.set(path, file);
    }
  return [...found.values()];
}

function placesOf(
  { paths, env = [] }: CredentialStore,
  { home, env: values }: Surroundings,
): string[] {
  const own = paths.flatMap((path) =>
    path.startsWith('~/') ? below(path.slice(2), home, values) : [path],
  );
  const named = env.flatMap((name) => (values[name] ?? '').split(':'));
  return [...own, ...named.map((path) => path.replace(/^FILE:/, '')).filter(isPlace)];
}

function isPlace(path: string): boolean {
  return isAbsolute(path) && !path.includes('*') && !path.includes('\0');
}

/** In home, and where an XDG variable has moved it. */
function below(path: string, home: string, env: Surroundings['env']): string[] {
  const moved = XDG.flatMap(([name, folder]) => {
    const value = env[name];
    return value && isAbsolute(value) && path.startsWith(`${folder}/`)
      ? [join(value, path.slice(folder.length + 1))]
      : [];
  });
  return [join(home, path), ...moved];
}

/** `*` stands for names of one folder, or for the whole name of one. */
function expand(path: string): string[] {
  const star = path.indexOf('*');
  if (star < 0) return [path];
  const from = path.lastIndexOf('/', star);
  const to = path.indexOf('/', star);
  const [folder, rest] = [path.slice(0, from), to < 0 ? '' : path.slice(to)];
  const piece = path.slice(from + 1, to < 0 ? path.length : to);
  const [start = '', end = ''] = piece.split('*');
  return names(folder)
    .filter(
      (name) => name.startsWith(start) && name.endsWith(end) && name.length >= piece.length - 1,
    )
    .map((name) => `${folder}/${name}${rest}`);
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder).sort().slice(0, MOST_IN_FOLDER);
  } catch {
    return [];
  }
}

function fileAt(path: string, home: string): StoreFile | null {
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (!stat?.isFile() || stat.size === 0) return null;
    const inHome = path.startsWith(`${home}/`);
    if (inHome && !realpathSync(path).startsWith(`${realpathSync(home)}/`)) return null;
    return { path, shown: inHome ? `~${path.slice(home.length)}` : path, size: stat.size };
  } catch {
    return null;
  }
}
