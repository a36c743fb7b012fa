import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder that holds `.git`, from `cwd` upwards; null where there is none. */
export function repositoryAt(cwd: string): string | null {
  for (let at = cwd; ; at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return at;
    if (at === dirname(at)) return null;
  }
}
