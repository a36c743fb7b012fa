import { existsSync, lstatSync, readlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GUARD, type Place } from '../harness/guard.ts';

const CHECKOUT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

export interface World {
  /** Options of bubblewrap's for what is different there: mounts, limits. */
  options?: string[];
  /** No user namespace can be made there. */
  noUserNamespaces?: boolean;
  /** Run by sh instead of guard: `"$@"` is guard. */
  script?: string;
}

/**
 * Words that start guard in a machine of its own: the system read-only, the place as it is, and in between only folders
 * that belong to this user. What a test does to that machine (a full disk, no namespaces) the real one never notices.
 */
export function guardInWorld(place: Place, world: World = {}): string[] {
  const root = dirname(place.state);
  const guard = [process.execPath, GUARD];
  return [
    'bwrap',
    ...['--unshare-user', '--uid', String(process.getuid?.()), '--gid', String(process.getgid?.())],
    ...(world.noUserNamespaces ? ['--disable-userns'] : []),
    ...['--die-with-parent', '--tmpfs', '/', '--dev-bind', '/dev', '/dev'],
    ...['--dev-bind', '/proc', '/proc'],
    ...[
      '/usr',
      '/etc',
      '/bin',
      '/sbin',
      '/lib',
      '/lib64',
      dirname(dirname(process.execPath)),
      CHECKOUT,
    ]
      .filter((path, index, all) => existsSync(path) && all.indexOf(path) === index)
      .flatMap(same),
    ...['--bind', root, root, '--chdir', place.repository],
    ...(world.options ?? []),
    '--',
    ...(world.script === undefined ? guard : ['sh', '-c', world.script, 'sh', ...guard]),
  ];
}

/** `/bin` is a link to `usr/bin` on merged systems. */
function same(path: string): string[] {
  return lstatSync(path).isSymbolicLink()
    ? ['--symlink', readlinkSync(path), path]
    : ['--ro-bind', path, path];
}
