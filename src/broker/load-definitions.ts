import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PACKAGE_ROOT } from '../package-root.ts';
import { userBrokersFolder } from '../profile/locations.ts';
import { fileProblem } from '../profile/problem.ts';
import { readProfileFile } from '../profile/read-file.ts';
import type { BrokerDefinition } from './definition.ts';

const FOLDER = 'profiles/brokers';

/** The definitions of these brokers; the user's own, in `guard/brokers`, take the place of built-in ones. @throws ProfileError */
export async function loadBrokerDefinitions(
  names: readonly string[],
  configHome: string,
): Promise<BrokerDefinition[]> {
  const folder = userBrokersFolder({ configHome });
  if (!names.length) return [];
  const found: BrokerDefinition[] = [];
  for (const name of names) {
    const definition = (await readOwn(name, folder)) ?? (await builtinDefinitions())[name];
    if (!definition)
      throw fileProblem(
        join(folder, `${name}.yaml`),
        'there is no such broker',
        'See `guard shims`',
      );
    found.push(definition);
  }
  return found;
}

/** What the build writes to `dist/builtin-brokers.json`. @throws ProfileError */
export async function compileBuiltinBrokers(): Promise<string> {
  return JSON.stringify(await readBuiltins());
}

async function readOwn(name: string, folder: string): Promise<BrokerDefinition | null> {
  const file = join(folder, `${name}.yaml`);
  const content = readProfileFile(file);
  if (!content) return null;
  const { readDefinition } = await import('./read-definition.ts');
  return readDefinition(content.text, { name, file, own: true }).definition;
}

/** A built program reads what the build checked; from the sources the YAML is read. */
async function builtinDefinitions(): Promise<Record<string, BrokerDefinition>> {
  const dist = join(PACKAGE_ROOT, 'dist');
  const built = join(dist, 'builtin-brokers.json');
  if (fileURLToPath(import.meta.url).startsWith(`${dist}/`) && existsSync(built))
    return JSON.parse(readFileSync(built, 'utf8')) as Record<string, BrokerDefinition>;
  return readBuiltins();
}

async function readBuiltins(): Promise<Record<string, BrokerDefinition>> {
  const { readDefinition } = await import('./read-definition.ts');
  const files = readdirSync(join(PACKAGE_ROOT, FOLDER))
    .filter((name) => name.endsWith('.yaml'))
    .sort();
  return Object.fromEntries(
    files.map((file) => {
      const name = file.slice(0, -'.yaml'.length);
      const text = readFileSync(join(PACKAGE_ROOT, FOLDER, file), 'utf8');
      const shown = `${FOLDER}/${file}`;
      return [name, readDefinition(text, { name, file: shown, own: false }).definition];
    }),
  );
}
