import { lstatSync, readdirSync, realpathSync } from 'node:fs';
import { basename, join } from 'node:path';
import { GuardError } from '../guard-error.ts';
import type { EffectiveProfile } from '../profile/types.ts';
import { expandHome } from '../sandbox/home-mounts.ts';
import { moveOut } from '../view/move-out.ts';

/** Milliseconds between looks. */
const LOOK_EVERY = 700;

/** A name in a writable folder of home that the profile has read-only, and that did not exist when the session began. */
interface Absent {
  folder: string;
  relative: string;
}

/**
 * An agent's own folder is writable, but what it runs or obeys in later sessions is read-only there (`home.read` inside
 * `home.write`). What does not exist cannot be bound read-only: it is held when it is made, as in the repository.
 * To be called before the session's first process runs; returns what looks a last time.
 */
export function holdNewSettings(
  profile: EffectiveProfile,
  home: string,
  sessionDir: string,
  onHeld: (path: string, kept: string) => void,
  onFailure: (error: GuardError) => void,
): () => void {
  const absent = absentSettings(profile, home);
  let held = 0;
  const look = (): void => {
    for (const { folder, relative } of absent) {
      const path = join(folder, relative);
      if (!obeyed(path)) continue;
      const kept = join(sessionDir, 'held', `home-${held++}`, basename(relative));
      try {
        moveOut(folder, relative, kept);
        onHeld(path, kept);
      } catch (cause) {
        onFailure(
          new GuardError({
            what: `cannot hold ${path}`,
            why: cause instanceof Error ? cause.message : String(cause),
            fix: 'Look at it before you start the agent again: later sessions would obey it',
            cause,
          }),
        );
      }
    }
  };
  const timer = setInterval(look, LOOK_EVERY).unref();
  return () => {
    clearInterval(timer);
    look();
  };
}

export function absentSettings(profile: EffectiveProfile, home: string): Absent[] {
  const folders = profile.home.write.map(({ value }) => expandHome(value, home));
  return profile.home.read.flatMap(({ value }) => {
    const path = expandHome(value, home);
    const writable = folders.find((folder) => path.startsWith(`${folder}/`));
    if (writable === undefined || lstatSync(path, { throwIfNoEntry: false })) return [];
    // Home folders are often links into a folder of dotfiles.
    return [{ folder: realpathSync(writable), relative: path.slice(writable.length + 1) }];
  });
}

/** There, and not an empty folder, which nothing obeys. */
function obeyed(path: string): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (!stats?.isDirectory()) return stats !== undefined;
  try {
    return readdirSync(path).length > 0;
  } catch {
    return true;
  }
}
