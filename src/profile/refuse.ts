import { existsSync, realpathSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { knownBrokers } from './builtins.ts';
import type { Locations } from './locations.ts';
import type { LayeredEntry } from './merge.ts';
import { ProfileError, type Problem } from './problem.ts';
import { suggest } from './suggest.ts';
import type { Sourced } from './types.ts';

/** Throws ProfileError when a line of `files.write` takes nothing back: the person who wrote it believes it does. */
export function refuseUnmatchedWrites(entries: LayeredEntry[]): void {
  const protectedPatterns = new Set<string>();
  for (const entry of entries)
    if (entry.key === 'files.protect') protectedPatterns.add(entry.value);
  for (const { key, value, source } of entries) {
    if (key !== 'files.write' || protectedPatterns.has(value)) continue;
    const near = suggest(value, protectedPatterns);
    throw new ProfileError([
      {
        ...at(source),
        key,
        message: `nothing protects "${value}"`,
        fix: near ? `Did you mean "${near}"?` : 'Name a line as `guard profile show` prints it',
      },
    ]);
  }
}

/** Throws ProfileError when a session could write guard's own settings or record, and so change its own policy. */
export function refuseOwnFolders(write: Sourced<string>[], locations: Locations): void {
  const own = [locations.configHome, locations.stateHome].map((folder) => join(folder, 'guard'));
  for (const { value, source } of write) {
    const path = value.startsWith('~/') ? join(locations.home, value.slice(2)) : value;
    const clash = own.find((folder) => overlaps(path, folder));
    if (clash === undefined) continue;
    throw new ProfileError([
      {
        ...at(source),
        key: 'home.write',
        message: `"${value}" would let the session change guard's own files in ${clash}`,
        fix: 'Name the folders in it that the agent needs',
      },
    ]);
  }
}

/** Throws ProfileError for a broker that nobody has defined. */
export function refuseUnknownBrokers(brokers: Sourced<string>[], locations: Locations): void {
  if (!brokers.length) return;
  const known = knownBrokers(locations);
  for (const { value, source } of brokers) {
    if (known.includes(value)) continue;
    const near = suggest(value, known);
    throw new ProfileError([
      {
        ...at(source),
        key: 'broker',
        message: `no broker is called "${value}"`,
        fix: near ? `Did you mean "${near}"?` : `Known brokers: ${known.join(', ')}`,
      },
    ]);
  }
}

function at({ file, line }: Sourced<unknown>['source']): Pick<Problem, 'file' | 'line' | 'column'> {
  return { file, line, column: 1 };
}

function overlaps(a: string, b: string): boolean {
  const [x, y] = [`${real(a)}/`, `${real(b)}/`];
  return x.startsWith(y) || y.startsWith(x);
}

/** Links resolved as far as the path exists. */
function real(path: string): string {
  const parts = normalize(path).split('/');
  for (let count = parts.length; count > 1; count--) {
    const head = parts.slice(0, count).join('/');
    if (existsSync(head)) return [realpathSync(head), ...parts.slice(count)].join('/');
  }
  return normalize(path);
}
