import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../package-root.ts';
import type { BuiltinProfiles } from './compile-builtins.ts';
import type { ProfileContent } from './entries.ts';
import { userBrokersFolder, type Locations } from './locations.ts';
import { fileProblem } from './problem.ts';
import { readProfileFile } from './read-file.ts';

export const BASE = 'profiles/base.yaml';

let compiled: BuiltinProfiles | undefined;

/** A built-in profile by its file, or null when there is none. Parses only when the build has not done so already. */
export async function builtinProfile(file: string): Promise<ProfileContent | null> {
  const text = readProfileFile(join(PACKAGE_ROOT, file), { shown: file });
  if (!text) {
    if (file === BASE) throw fileProblem(file, 'it is gone', 'Install guard again');
    return null;
  }
  compiled ??= readCompiled();
  const ready = compiled[file];
  // The compiled form counts only for the very bytes it was made from: a built-in profile may be edited in place.
  if (ready?.sha256 === text.sha256) return ready;
  const { parseProfile } = await import('./parse.ts');
  return (compiled[file] = parseProfile(text, { file, isAgent: file !== BASE }));
}

export function builtinAgentFile(name: string): string {
  return `profiles/agents/${name}.yaml`;
}

export function builtinAgentNames(): string[] {
  return namesIn(join(PACKAGE_ROOT, 'profiles', 'agents'));
}

/** Names of the brokers: built in, and the user's own. What they are is read elsewhere, and only when one is used. */
export function knownBrokers(locations: Pick<Locations, 'configHome'>): string[] {
  return [
    ...new Set([
      ...namesIn(join(PACKAGE_ROOT, 'profiles', 'brokers')),
      ...namesIn(userBrokersFolder(locations)),
    ]),
  ].sort();
}

/** Names of the agents (or brokers) a folder has files for, sorted; none when there is no such folder. */
export function namesIn(folder: string): string[] {
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
    return names.map((name) => name.slice(0, -'.yaml'.length)).sort();
  } catch {
    return [];
  }
}

function readCompiled(): BuiltinProfiles {
  try {
    const json = readFileSync(join(PACKAGE_ROOT, 'dist', 'builtin-profiles.json'), 'utf8');
    return JSON.parse(json) as BuiltinProfiles;
  } catch {
    // Not built: the YAML is parsed instead, which is slower and the same.
    return {};
  }
}
