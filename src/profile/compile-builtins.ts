import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../package-root.ts';
import type { ProfileContent } from './entries.ts';
import { parseProfile } from './parse.ts';
import { readProfileFile } from './read-file.ts';

/** The built-in profiles as plain data, by file (`profiles/base.yaml`), so that starting needs no YAML and no schema. */
export type BuiltinProfiles = Record<string, ProfileContent>;

/** JSON for `dist/builtin-profiles.json`. Throws ProfileError when a built-in profile is not valid. */
export function compileBuiltinProfiles(): string {
  return JSON.stringify(compileBuiltins());
}

/** Parses every built-in profile. */
export function compileBuiltins(root: string = PACKAGE_ROOT): BuiltinProfiles {
  const agents = readdirSync(join(root, 'profiles', 'agents')).filter((name) =>
    name.endsWith('.yaml'),
  );
  const files = ['profiles/base.yaml', ...agents.sort().map((name) => `profiles/agents/${name}`)];
  return Object.fromEntries(
    files.map((file) => {
      const text = readProfileFile(join(root, file), { shown: file });
      if (!text) throw new Error(`${file} is gone`);
      return [file, parseProfile(text, { file, isAgent: file.includes('/agents/') })];
    }),
  );
}
