import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
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

/** For a session. A built program reads what `compileBuiltinRules` made, each body when it is needed. @throws GuardError */
export async function loadCompactPacks(): Promise<CompactPack[]> {
  const dist = join(PACKAGE_ROOT, 'dist');
  const built = join(dist, 'rules', 'index.json');
  if (!fileURLToPath(import.meta.url).startsWith(`${dist}/`) || !existsSync(built))
    return (await loadRulePacks()).map(compactPack);
  const index = JSON.parse(readFileSync(built, 'utf8')) as CompactPack[];
  return index.map((pack) => ({ ...pack, body: { file: join(dist, 'rules', bodyName(pack)) } }));
}

/** What the build writes to `dist/rules`, by name: the packs, checked, without their examples. */
export async function compileBuiltinRules(): Promise<Record<string, string>> {
  const packs = (await loadRulePacks()).map(compactPack);
  return {
    'index.json': JSON.stringify(packs.map((pack) => ({ ...pack, body: '' }))),
    ...Object.fromEntries(packs.map((pack) => [bodyName(pack), pack.body as string])),
  };
}

function bodyName({ file }: CompactPack): string {
  return `${basename(file, '.yaml')}.pack.json`;
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
