import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds `profiles/` and `dist/`, whether this runs from `src/` (tests) or from the bundle. */
export const PACKAGE_ROOT = findRoot(dirname(fileURLToPath(import.meta.url)));

function findRoot(start: string): string {
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'profiles', 'base.yaml'))) return folder;
    if (folder === dirname(folder))
      throw new Error(`no profiles/base.yaml above ${start}: the installation is incomplete`);
  }
}
