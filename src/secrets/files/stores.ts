import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GuardError } from '../../guard-error.ts';
import { PACKAGE_ROOT } from '../../package-root.ts';
import type { CredentialStore } from './stores-format.ts';

const SOURCE = join('profiles', 'credential-stores.yaml');
const DIST = join(PACKAGE_ROOT, 'dist');
const BUILT = 'credential-stores.json';

interface YamlModule {
  parse: (text: string) => unknown;
}

/** Where common tools keep credentials. What was built is read as it is: no YAML, nothing to check. */
export function loadStores(): readonly CredentialStore[] {
  const built = join(DIST, BUILT);
  if (fileURLToPath(import.meta.url).startsWith(`${DIST}/`) && existsSync(built))
    return JSON.parse(readFileSync(built, 'utf8')) as CredentialStore[];
  const { parse } = createRequire(import.meta.url)('yaml') as YamlModule;
  const text = readFileSync(join(PACKAGE_ROOT, SOURCE), 'utf8');
  return (parse(text) as { stores: CredentialStore[] }).stores;
}

/** What the build writes to `dist`, by name. @throws GuardError where the file is not as it must be */
export async function compileCredentialStores(
  yaml = readFileSync(join(PACKAGE_ROOT, SOURCE), 'utf8'),
): Promise<Record<string, string>> {
  const [{ parse }, { CREDENTIAL_STORES }, { FORMATS }] = await Promise.all([
    import('yaml'),
    import('./stores-format.ts'),
    import('./readers.ts'),
  ]);
  const parsed = CREDENTIAL_STORES.safeParse(parse(yaml));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw broken(`"${issue?.path.join('.') ?? ''}": ${issue?.message ?? 'not as it must be'}`);
  }
  const readers = new Set(FORMATS.map(({ id }) => id));
  const seen = new Set<string>();
  for (const { id, reader } of parsed.data.stores) {
    if (seen.has(id)) throw broken(`"${id}" is there twice`);
    seen.add(id);
    if (reader !== undefined && !readers.has(reader))
      throw broken(`"${id}": there is no reader "${reader}"`);
  }
  return { [BUILT]: JSON.stringify(parsed.data.stores) };
}

function broken(why: string): GuardError {
  return new GuardError({ what: `cannot use ${SOURCE}`, why, fix: 'Mend the line' });
}
