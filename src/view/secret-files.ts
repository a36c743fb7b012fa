import type { BigIntStats } from 'node:fs';
import { statInside } from './covers.ts';
import { real } from './git-layout.ts';
import { otherNames } from './hard-links.ts';
import { lstatAt } from './inside.ts';
import type { CoverKind, NamePatterns } from './name-patterns.ts';
import { isPublic, placeOf } from './outside.ts';
import { walkRepository, type FoundSecret } from './walk.ts';

const STRICTNESS: readonly CoverKind[] = ['spans', 'redact', 'hide'];

/**
 * From secret names to the files behind them: a link's target is covered in place of the link, a file's other names as
 * well as itself. Where a link leads out of the repository its target is covered too: a session sees some of what is there.
 */
export function secretFiles(
  repository: string,
  found: readonly FoundSecret[],
  names: NamePatterns,
): FoundSecret[] {
  const files = new Map<string, FoundSecret>();
  for (const secret of found)
    for (const file of followLink(repository, secret, names)) strictest(files, file);
  const linked = new Map<string, BigIntStats>();
  for (const { path, kind } of files.values()) {
    // What is found by content is found under each of its names.
    if (kind === 'spans') continue;
    const stat = statInside(repository, path);
    if (stat?.isFile() && stat.nlink > 1n) linked.set(path, stat);
  }
  if (linked.size > 0)
    for (const [path, original] of otherNames(repository, linked)) {
      const secret = files.get(original);
      if (secret) strictest(files, { ...secret, path });
    }
  return [...files.values()];
}

/** The secret itself, or what its name points to; a folder is covered file by file. */
export function followLink(
  repository: string,
  secret: FoundSecret,
  names: NamePatterns,
): FoundSecret[] {
  const path = placeOf(repository, secret.path).absolute;
  const stat = lstatAt(path);
  if (!stat?.isSymbolicLink()) return stat ? [secret] : [];
  const root = real(repository);
  const target = real(path);
  if (!root || !target) return [];
  if (!target.startsWith(`${root}/`)) return leadsOut(root, target, secret);
  const relative = target.slice(root.length + 1);
  const aim = statInside(repository, relative);
  if (!aim) return [];
  if (!aim.isDirectory()) return [{ ...secret, path: relative }];
  // Everything in the folder, whatever its names are.
  const { pattern } = secret;
  const kind = secret.kind === 'redact' ? 'redact' : 'hide';
  const all = { ...names, secret: () => ({ kind, pattern }) as const, protect: () => null };
  return walkRepository(target, all).secrets.map((file) => ({
    ...file,
    path: `${relative}/${file.path}`,
  }));
}

/** A folder is covered whole, unless it is everybody's, as /etc is: no link in a repository may take that away. */
function leadsOut(repository: string, target: string, secret: FoundSecret): FoundSecret[] {
  const stat = statInside('/', target);
  if (!stat || isPublic(target, stat)) return [];
  if (stat.isFile()) return [{ ...secret, path: target }];
  const around = `${repository}/`.startsWith(target === '/' ? target : `${target}/`);
  return stat.isDirectory() && !around ? [{ ...secret, kind: 'hide', path: target }] : [];
}

function strictest(files: Map<string, FoundSecret>, file: FoundSecret): void {
  const known = files.get(file.path);
  if (!known || STRICTNESS.indexOf(known.kind) < STRICTNESS.indexOf(file.kind))
    files.set(file.path, file);
}
