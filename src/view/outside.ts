import { readdirSync, type BigIntStats } from 'node:fs';
import { decodePath, encodePath } from '../byte-path.ts';
import type { FoundSecret } from './walk.ts';
import type { NamePatterns } from './name-patterns.ts';

/** Stands for a pattern in reports. */
export const BESIDE_GIT = "folder among git's own";

/** gitrepository-layout(5), and what git-lfs, git-annex and git-svn add. */
const GITS_OWN =
  /^(objects|refs|reftable|logs|info|hooks|worktrees|modules|branches|remotes|rr-cache|rebase-(merge|apply)|sequencer|lfs|annex|svn)$/;

/**
 * A linked worktree needs the common git folder, whole, because git replaces files in it by renaming. What else lies there
 * is no part of the session's work tree: other work trees, where a bare repository has them inside. Such folders are
 * covered whole, and of the files those with a secret name. Paths are absolute; folders that `repository` lies in are kept.
 */
export function besideGit(
  commonDir: string,
  repository: string,
  names: NamePatterns,
): FoundSecret[] {
  const found: FoundSecret[] = [];
  const open = [commonDir];
  for (let folder = open.pop(); folder !== undefined; folder = open.pop())
    for (const entry of readdirSync(encodePath(folder), {
      withFileTypes: true,
      encoding: 'buffer',
    })) {
      const name = decodePath(entry.name);
      const path = `${folder}/${name}`;
      const secret = names.secret(name);
      if (path === repository) continue;
      if (`${repository}/`.startsWith(`${path}/`)) open.push(path);
      else if (!entry.isDirectory()) found.push(...(secret ? [{ path, ...secret }] : []));
      else if (folder !== commonDir || !GITS_OWN.test(name))
        found.push({ path, kind: 'hide', pattern: BESIDE_GIT });
    }
  return found;
}

/**
 * Where a path of {@link FoundSecret} lies: one that begins with `/` is outside of the repository. Links are followed in
 * no component below `root`.
 */
export function placeOf(
  repository: string,
  path: string,
): { root: string; relative: string; absolute: string; outside: true | null } {
  return path.startsWith('/')
    ? { root: '/', relative: path.slice(1), absolute: path, outside: true }
    : { root: repository, relative: path, absolute: `${repository}/${path}`, outside: null };
}

/**
 * Is what lies outside public, whatever the name that leads to it? What the system's packages bring for every user to
 * read, such as the certificates of its authorities; a folder of root's that everybody may list; what is on no disk.
 */
export function isPublic(path: string, stat: BigIntStats): boolean {
  if (/^\/(proc|sys|dev)\//.test(path)) return true;
  if (stat.isDirectory() && /^\/[^/]*$/.test(path)) return true;
  const packaged = /^\/(usr\/(?!local\/)|etc\/(ssl\/certs|pki|ca-certificates)\/)/.test(path);
  // Whose user is root has other files of root's too.
  const others = stat.isDirectory() && process.getuid?.() !== 0;
  return (packaged || others) && stat.uid === 0n && (stat.mode & 0o004n) !== 0n;
}
