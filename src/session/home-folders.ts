import { cpSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { GuardError } from '../guard-error.ts';
import type { EffectiveProfile } from '../profile/types.ts';
import { expandHome } from '../sandbox/home-mounts.ts';

/** Copies what the profile lists under `home.copy` into the session's folder: path inside → copy. Missing ones are left out. */
export function copyHome(
  profile: EffectiveProfile,
  home: string,
  sessionDir: string,
): Map<string, string> {
  const copies = new Map<string, string>();
  for (const { value } of profile.home.copy) {
    const path = expandHome(value, home);
    if (!existsSync(path)) continue;
    const copy = join(sessionDir, 'home', String(copies.size));
    cpSync(path, copy, { recursive: true, dereference: true });
    copies.set(path, copy);
  }
  return copies;
}

/** An agent that was never started has no folder yet; without it, a login made inside would be lost. */
export function makeWritableFolders(profile: EffectiveProfile, home: string): void {
  for (const { value } of profile.home.write) {
    const path = expandHome(value, home);
    try {
      if (!existsSync(path)) mkdirSync(path, { recursive: true, mode: 0o700 });
    } catch (cause) {
      throw new GuardError({
        what: `cannot make ${path}`,
        why: cause instanceof Error ? cause.message : 'it was refused',
        fix: 'Make it, or take it out of home.write in your profile',
        cause,
      });
    }
  }
}
