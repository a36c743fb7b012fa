import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GuardError } from '../../guard-error.ts';
import { PACKAGE_ROOT } from '../../package-root.ts';
import type { Detector } from '../engine/detector.ts';
import type { RuleDescription } from './catalog.ts';
import { compactRule, compileRule } from './compile.ts';
import type { CompactRule, SecretFile, SecretRule } from './rule-format.ts';
import type { ReadRule } from './read.ts';

const FOLDER = join('profiles', 'secrets');
const DIST = join(PACKAGE_ROOT, 'dist');
const RULES = 'secrets.json';
const CATALOG = 'secrets-catalog.json';

/** The detectors of the built-in rules. What was built is read as it is: one file, no YAML, nothing to check. */
export function loadRuleDetectors(): readonly Detector[] {
  return builtinRules().map(compileRule);
}

/** Those in `profiles/secrets`, as the build left them. */
export function builtinRules(): CompactRule[] {
  const built = builtFile(RULES);
  if (built) return JSON.parse(readFileSync(built, 'utf8')) as CompactRule[];
  return unbuiltRules().map(({ rule, provider }) => compactRule(rule, provider));
}

/** What there is to say of each built-in rule, by its id. */
export function loadCatalog(): Record<string, RuleDescription> {
  const built = builtFile(CATALOG);
  if (built) return JSON.parse(readFileSync(built, 'utf8')) as Record<string, RuleDescription>;
  return Object.fromEntries(unbuiltRules().map(described));
}

/**
 * The user's own kinds, from a folder like `~/.config/guard/secrets`, as plain data that threads can be handed; with
 * `compileRule` they are detectors. No such folder, no kinds. @throws GuardError where one is broken
 */
export async function loadUserRules(folder: string): Promise<CompactRule[]> {
  if (!existsSync(folder)) return [];
  const { readSecretFile } = await import('./read.ts');
  return yamlFiles(folder).flatMap((name) => {
    const file = join(folder, name);
    return readSecretFile(readFileSync(file, 'utf8'), file).map(({ rule, provider }) =>
      compactRule(rule, provider),
    );
  });
}

/** Every built-in rule, checked by itself and against the others. @throws GuardError */
export async function readBuiltinRules(): Promise<ReadRule[]> {
  const { parseSecretFile } = await import('./read.ts');
  const folder = join(PACKAGE_ROOT, FOLDER);
  const rules = yamlFiles(folder).flatMap((name) => {
    const file = join(FOLDER, name);
    return parseSecretFile(readFileSync(join(folder, name), 'utf8'), file);
  });
  const seen = new Set<string>();
  for (const { rule, provider } of rules) {
    const { id } = compactRule(rule, provider);
    if (seen.has(id)) throw twice(id);
    seen.add(id);
  }
  return rules;
}

/** What the build writes to `dist`, by name: the rules without their examples, and what people are told of them. */
export async function compileBuiltinSecrets(): Promise<Record<string, string>> {
  const rules = await readBuiltinRules();
  return {
    [RULES]: JSON.stringify(rules.map(({ rule, provider }) => compactRule(rule, provider))),
    [CATALOG]: JSON.stringify(Object.fromEntries(rules.map(described))),
  };
}

function described({ rule, provider, name }: ReadRule): [string, RuleDescription] {
  const { description, power, unlimited, revoke, env, by, before, words, pattern } = rule;
  const begins = by === 'token' && !before && !pattern?.includes('<secret>');
  return [
    `${provider}.${rule.id}`,
    {
      provider,
      name,
      description,
      power,
      unlimited,
      revoke,
      env,
      prefixes: begins ? words : undefined,
    },
  ];
}

function builtFile(name: string): string | undefined {
  const file = join(DIST, name);
  return fileURLToPath(import.meta.url).startsWith(`${DIST}/`) && existsSync(file)
    ? file
    : undefined;
}

/** Where nothing is built (tests). The schema is left to `readBuiltinRules`, which a test calls. */
function unbuiltRules(): ReadRule[] {
  const { parse } = createRequire(import.meta.url)('yaml') as { parse: (text: string) => unknown };
  const folder = join(PACKAGE_ROOT, FOLDER);
  return yamlFiles(folder).flatMap((name) => {
    const file = parse(readFileSync(join(folder, name), 'utf8')) as SecretFile;
    return file.rules.map((rule: SecretRule) => {
      const provider = rule.provider ?? file.provider ?? '';
      return { rule, provider, name: rule.name ?? file.name ?? provider };
    });
  });
}

function yamlFiles(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .sort();
}

function twice(id: string): GuardError {
  return new GuardError({
    what: 'Cannot load the kinds of secrets',
    why: `"${id}" is there twice`,
    fix: 'Give one of them another id',
  });
}
