import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GuardError } from '../guard-error.ts';
import { PACKAGE_ROOT } from '../package-root.ts';
import { compactPack, type CompactPack } from './rules/compact.ts';
import type { RulePackData } from './rules/pack.ts';

const FOLDER = join('profiles', 'rules');

/** The built-in rule packs, read from their YAML and checked. @throws GuardError with file and line */
export function loadRulePacks(): Promise<RulePackData[]> {
  return readRulePacks(join(PACKAGE_ROOT, FOLDER));
}

/** For a session. A built program reads what `compileBuiltinRules` wrote beside it. @throws GuardError */
export async function loadCompactPacks(): Promise<CompactPack[]> {
  const dist = join(PACKAGE_ROOT, 'dist');
  const built = join(dist, 'builtin-rules.json');
  if (fileURLToPath(import.meta.url).startsWith(`${dist}/`) && existsSync(built))
    return JSON.parse(readFileSync(built, 'utf8')) as CompactPack[];
  return (await loadRulePacks()).map(compactPack);
}

/** What the build writes to `dist/builtin-rules.json`: the packs, checked, without their examples. */
export async function compileBuiltinRules(): Promise<string> {
  return JSON.stringify((await loadRulePacks()).map(compactPack));
}

/** Every pack of a folder, checked by itself and against the others. @throws GuardError */
export async function readRulePacks(folder: string): Promise<RulePackData[]> {
  const { readPack } = await import('./rules/read.ts');
  const { checkTogether } = await import('./rules/check.ts');
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .sort();
  if (files.length === 0)
    throw new GuardError({
      what: 'Cannot load the rules',
      why: `there are none in ${folder}`,
      fix: 'Install guard again',
    });
  const packs = files.map((name) =>
    readPack(readFileSync(join(folder, name), 'utf8'), join(FOLDER, name)),
  );
  checkTogether(packs);
  return packs;
}
