import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PACKAGE_ROOT } from '../package-root.ts';
import { userLocations, userProvidersFolder } from '../profile/locations.ts';
import { fileProblem } from '../profile/problem.ts';
import { readProfileFile } from '../profile/read-file.ts';
import type { AwsOperations } from './aws/operations.ts';
import type { ProviderData } from './providers/data.ts';
import type { Providers, ProviderSummary } from './types.ts';

const FOLDER = join('profiles', 'providers');
const AWS_FILE = 'aws-operations.json';
/** Rules for hosts that have no provider. */
const GENERIC = 'generic';
/** More than anyone writes. */
const MAX_OWN = 200;

/**
 * What all providers are called and where they live, the user's own before built-in ones. Cheap: of a built program one small
 * file is read. @throws ProfileError for a file of the user's that cannot be used
 */
export async function providerIndex(configHome?: string): Promise<ProviderSummary[]> {
  return summariesOf(await readOwn(configHome), await builtins());
}

/**
 * The providers of a session. Rules are read when the first request to their hosts comes. `hosts`: further ones of a
 * provider, by its id, as a profile names them: an API server of one's own. @throws ProfileError
 */
export async function loadProviders({
  configHome,
  hosts = new Map(),
}: {
  configHome?: string;
  hosts?: ReadonlyMap<string, readonly string[]>;
} = {}): Promise<Providers> {
  const [own, builtin, { createProviders }] = await Promise.all([
    readOwn(configHome),
    builtins(),
    import('./providers/providers.ts'),
  ]);
  const read = (id: string): ProviderData => own.get(id) ?? builtin.read(id);
  const aws = (): AwsOperations => builtin.readAws();
  // First, because of equal patterns the first counts: what a person wrote goes before what came with guard.
  const summaries = summariesOf(own, builtin).map((summary) => ({
    ...summary,
    hosts: [...(hosts.get(summary.id) ?? []), ...summary.hosts],
  }));
  summaries.sort((a, b) => Number(hosts.has(b.id)) - Number(hosts.has(a.id)));
  return createProviders(summaries, { read, aws });
}

/** What the build writes into `dist/providers`: a file for each provider, and one with what all have to be known by. */
export async function compileBuiltinProviders(): Promise<Record<string, string>> {
  const sources = await fromSources();
  const ids = sources.summaries.map(({ id }) => id);
  return Object.fromEntries([
    ['index.json', JSON.stringify(sources.summaries)],
    ...[...ids, GENERIC].map((id) => [`${id}.json`, JSON.stringify(sources.read(id))]),
    [AWS_FILE, JSON.stringify(sources.readAws())],
  ]) as Record<string, string>;
}

interface Builtins {
  summaries: ProviderSummary[];
  read(id: string): ProviderData;
  readAws(): AwsOperations;
}

function summariesOf(
  own: ReadonlyMap<string, ProviderData>,
  { summaries }: Builtins,
): ProviderSummary[] {
  const mine = [...own.values()].filter(({ id }) => id !== GENERIC).map(summaryOf);
  return [...mine, ...summaries.filter(({ id }) => !own.has(id))];
}

function summaryOf({ id, name, hosts, credentials }: ProviderData): ProviderSummary {
  return { id, name, hosts, credentials };
}

/** A built program reads what the build checked; from the sources the YAML is read. */
async function builtins(): Promise<Builtins> {
  const dist = join(PACKAGE_ROOT, 'dist');
  const folder = join(dist, 'providers');
  if (!fileURLToPath(import.meta.url).startsWith(`${dist}/`) || !existsSync(folder))
    return fromSources();
  const json = (name: string): unknown => JSON.parse(readFileSync(join(folder, name), 'utf8'));
  return {
    summaries: json('index.json') as ProviderSummary[],
    read: (id) => json(`${id}.json`) as ProviderData,
    readAws: () => json(AWS_FILE) as AwsOperations,
  };
}

async function fromSources(): Promise<Builtins> {
  const { readProvider } = await import('./providers/read-provider.ts');
  const folder = join(PACKAGE_ROOT, FOLDER);
  const providers = new Map(
    yamlFiles(folder).map((file) => {
      const id = file.slice(0, -'.yaml'.length);
      const text = readFileSync(join(folder, file), 'utf8');
      return [id, readProvider(text, { id, file: join(FOLDER, file) }).provider] as const;
    }),
  );
  return {
    summaries: [...providers.values()].filter(({ id }) => id !== GENERIC).map(summaryOf),
    read: (id) => {
      const provider = providers.get(id);
      if (!provider) throw new Error(`no provider ${id}`);
      return provider;
    },
    readAws: () => JSON.parse(readFileSync(join(folder, AWS_FILE), 'utf8')) as AwsOperations,
  };
}

/** The user's own: one of a built-in's name takes its place. */
async function readOwn(configHome?: string): Promise<ReadonlyMap<string, ProviderData>> {
  const home = configHome ?? userLocations(process.env).configHome;
  const folder = userProvidersFolder({ configHome: home });
  const files = ownFiles(folder);
  if (files.length === 0) return new Map();
  const { readProvider } = await import('./providers/read-provider.ts');
  return new Map(
    files.flatMap((name) => {
      const file = join(folder, name);
      const content = readProfileFile(file);
      const id = name.slice(0, -'.yaml'.length);
      return content ? [[id, readProvider(content.text, { id, file }).provider] as const] : [];
    }),
  );
}

function ownFiles(folder: string): string[] {
  let files: string[];
  try {
    files = yamlFiles(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    throw fileProblem(folder, `it cannot be read (${code ?? 'no reason'})`, 'Mend or remove it');
  }
  if (files.length > MAX_OWN)
    throw fileProblem(folder, `more than ${MAX_OWN} providers`, 'Remove those that are not used');
  return files;
}

function yamlFiles(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .sort();
}
