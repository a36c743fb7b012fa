import { readdirSync, type BigIntStats } from 'node:fs';
import { decodePath, encodePath } from '../byte-path.ts';
import { lstatAt } from './inside.ts';
import { isTooDeep } from './walk.ts';

/**
 * Every path in the repository, `.git` included, that is another name of one of these files. Asked only when a secret
 * file has more names than one, because it must look at every file; it stops when all names are found.
 */
export function otherNames(
  repository: string,
  files: ReadonlyMap<string, BigIntStats>,
): Map<string, string> {
  const wanted = new Map<string, { path: string; left: number }>();
  for (const [path, stat] of files) {
    const key = `${stat.dev}:${stat.ino}`;
    if (!wanted.has(key)) wanted.set(key, { path, left: Number(stat.nlink) });
  }
  let open = wanted.size;
  const found = new Map<string, string>();
  if (open === 0) return found;
  for (const { path, stat } of everyFile(repository)) {
    const file = wanted.get(`${stat.dev}:${stat.ino}`);
    if (!file) continue;
    if (!files.has(path)) found.set(path, file.path);
    if (--file.left === 0 && --open === 0) break;
  }
  return found;
}

/** Every regular file in the repository, `.git` included. */
export function* everyFile(repository: string): Generator<{ path: string; stat: BigIntStats }> {
  const folders = [''];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop())
    for (const path of children(repository, folder, folders)) {
      const stat = lstatAt(`${repository}/${path}`);
      if (stat) yield { path, stat };
    }
}

/** Names of what is no folder; folders go on the list of those to visit. */
function children(repository: string, folder: string, folders: string[]): string[] {
  const out: string[] = [];
  // Covered whole, and so deep that a cover there could not be named.
  if (isTooDeep(`${repository}/${folder}`)) return out;
  for (const entry of entriesOf(encodePath(`${repository}/${folder}`))) {
    const name = decodePath(entry.name);
    const path = folder ? `${folder}/${name}` : name;
    if (entry.isDirectory()) folders.push(path);
    else if (entry.isFile()) out.push(path);
  }
  return out;
}

function entriesOf(folder: string | Buffer) {
  try {
    return readdirSync(folder, { withFileTypes: true, encoding: 'buffer' });
  } catch {
    // Unreadable or gone: the walk before this one has covered what could not be read.
    return [];
  }
}
