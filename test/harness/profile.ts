import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Place } from './guard.ts';

/** Writes the user's own profile of a place. */
export function userProfile(place: Place, yaml: string): void {
  const folder = join(place.home, '.config', 'guard');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'profile.yaml'), `version: 1\n${yaml}\n`);
}
