import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { GuardError } from '../guard-error.ts';
import type { EffectiveProfile, Sourced } from '../profile/types.ts';
import type { MountStep } from './plan.ts';

/**
 * What the profile grants of home, in the order of the paths, so that a narrower grant lies over a wider one. A missing
 * folder that the session may write to is made when it starts; anything else that is missing is left out. Throws a
 * GuardError for a grant that gives more than it says.
 */
export function homeMounts(
  profile: EffectiveProfile,
  home: string,
  copies: ReadonlyMap<string, string>,
  repository: string,
): MountStep[] {
  const writable = profile.home.write.map(({ value }) => expandHome(value, home));
  const mount =
    (op: 'bind' | 'ro-bind') =>
    (grant: Sourced<string>): MountStep[] => {
      const target = expandHome(grant.value, home);
      if (!existsSync(target)) return op === 'bind' ? [{ op, source: target, target }] : [];
      const source = realpathSync(target);
      if (leadsTo(source, repository) && source !== target) {
        // `~/bin` is often a link into a folder of dotfiles, and that folder may be what is worked on.
        if (op === 'ro-bind' && grant.source.layer === 'default') return [];
        throw leadsToRepository(target, source);
      }
      const above = writable.find((folder) => target.startsWith(`${folder}/`));
      if (
        above !== undefined &&
        source !== join(realpathSync(above), target.slice(above.length + 1))
      )
        throw leadsAway(target, source, above);
      return [{ op, source, target }];
    };
  const copied = [...copies].map(([target, source]): MountStep => ({ op: 'bind', source, target }));
  return [
    ...profile.home.read.flatMap(mount('ro-bind')),
    ...profile.home.write.flatMap(mount('bind')),
    ...copied,
  ].sort((a, b) => (a.target < b.target ? -1 : 1));
}

export function expandHome(path: string, home: string): string {
  return path === '~' ? home : path.startsWith('~/') ? join(home, path.slice(2)) : path;
}

/** Whether one holds the other. */
function leadsTo(path: string, repository: string): boolean {
  return (
    `${path}/`.startsWith(`${repository}/`) ||
    `${repository}/`.startsWith(path === '/' ? '/' : `${path}/`)
  );
}

function leadsToRepository(target: string, source: string): GuardError {
  return new GuardError({
    what: `cannot grant ${target}`,
    why: `it leads to ${source}, and so to the repository by another name, where nothing would be covered`,
    fix: 'Take it out of your profile: the session has the repository already',
  });
}

/** Links are followed, as dotfiles often are links, but not where an earlier session may have left them. */
function leadsAway(target: string, source: string, above: string): GuardError {
  return new GuardError({
    what: `cannot grant ${target}`,
    why: `it leads to ${source}, and sessions may write to ${above}, so a session may have made it do so`,
    fix: 'Look at that link, and replace it by what it stands for or remove it',
  });
}
