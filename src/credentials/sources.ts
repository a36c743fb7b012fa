import { isUtf8 } from 'node:buffer';
import { join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { redactDotenv } from '../secrets/dotenv.ts';
import { readBounded } from './read-bounded.ts';
import { runForValue } from './run-for-value.ts';
import type { CredentialEntry, CredentialSource, ResolvedCredential } from './types.ts';
import { unusable } from './usable-value.ts';

export interface SourceContext {
  /** guard's own environment. */
  env: Readonly<Record<string, string | undefined>>;
  /** Root of the session's repository. */
  repository: string;
  home: string;
  /** Lines that a command wrote to stderr; to be made printable and shown as that command's. */
  tell: (line: string) => void;
}

/** A file that holds nothing but one credential. */
const LONGEST_FILE = 64 * 1024;
/** As long as the view redacts them. */
const LONGEST_DOTENV = 1024 * 1024;

type Found = { value: string } | { missing: string };

/**
 * The real values, by the entries' names: outside the sandbox, before the session starts. One after the other, because
 * commands may ask the user something; the same command runs once. Never rejects for a value that cannot be had.
 */
export async function resolveCredentials(
  entries: readonly CredentialEntry[],
  context: SourceContext,
): Promise<Map<string, ResolvedCredential>> {
  const cache = new Map<string, Promise<Found>>();
  const find = (source: CredentialSource): Promise<Found> => {
    const key = JSON.stringify(source);
    const found = cache.get(key) ?? resolveSource(source, context);
    cache.set(key, found);
    return found;
  };
  const out = new Map<string, ResolvedCredential>();
  for (const entry of entries) out.set(entry.name, await resolveEntry(entry, find));
  return out;
}

async function resolveEntry(
  { from, secret, session }: CredentialEntry,
  find: (source: CredentialSource) => Promise<Found>,
): Promise<ResolvedCredential> {
  const values: (string | null)[] = [];
  for (const source of [from, secret, session]) {
    const found = source ? await find(source) : null;
    if (found && 'missing' in found) return found;
    values.push(found?.value ?? null);
  }
  const [value, secretValue = null, sessionValue = null] = values;
  return { value: value ?? '', secret: secretValue, session: sessionValue };
}

/** One value. Never rejects; what is missing says why, without the value. */
export async function resolveSource(
  source: CredentialSource,
  context: SourceContext,
): Promise<Found> {
  try {
    const found = await read(source, context);
    if ('missing' in found) return found;
    const why = unusable(found.value);
    return why ? { missing: `${describe(source)} cannot be used: ${why}` } : found;
  } catch (error) {
    // Only the kind of failure: a message could quote what was read.
    const { code } = error as NodeJS.ErrnoException;
    return { missing: `${describe(source)} cannot be read${code ? ` (${code})` : ''}` };
  }
}

function read(source: CredentialSource, context: SourceContext): Found | Promise<Found> {
  switch (source.kind) {
    case 'env': {
      const value = context.env[source.name];
      return value === undefined ? { missing: `${describe(source)} is not set` } : { value };
    }
    case 'dotenv':
      return readDotenv(source, context);
    case 'file': {
      const bytes = readBounded(place(source.path, context), LONGEST_FILE);
      if (typeof bytes === 'string') return { missing: `${describe(source)} ${bytes}` };
      return textOf(bytes, describe(source));
    }
    case 'command':
      return runSource(source.argv, describe(source), context);
    case 'keyring':
      return readKeyring(source.attributes, describe(source), context);
  }
}

/**
 * Read with Node's own parser. The view redacts the same file by a scan that takes every parser's reading for a secret;
 * should it leave the value readable all the same, the value is not used.
 */
function readDotenv(source: CredentialSource & { kind: 'dotenv' }, context: SourceContext): Found {
  const bytes = readBounded(place(source.file, context), LONGEST_DOTENV);
  if (typeof bytes === 'string') return { missing: `${source.file} ${bytes}` };
  if (!isUtf8(bytes)) return { missing: `${source.file} is not text` };
  const variables = parseEnv(bytes.toString('utf8').replace(/^\ufeff/, ''));
  const value = Object.hasOwn(variables, source.name) ? variables[source.name] : undefined;
  if (value === undefined) return { missing: `${source.file} has no ${source.name}` };
  const view = redactDotenv(bytes);
  if (view && value !== '' && view.redacted.includes(value))
    return {
      missing: `${describe(source)} does not look like a secret, so the session would see it in that file; give it a name that says what it is (${source.name}_TOKEN)`,
    };
  return { value };
}

async function readKeyring(
  attributes: Readonly<Record<string, string>>,
  name: string,
  context: SourceContext,
): Promise<Found> {
  const words = Object.entries(attributes).flat();
  // secret-tool(1) would take them for options.
  if (words.length === 0 || words.some((word) => word === '' || word.startsWith('-')))
    return { missing: `${name} needs attributes, none of them empty or with a leading dash` };
  return runSource(['secret-tool', 'lookup', ...words], name, context, 'libsecret-tools');
}

async function runSource(
  argv: readonly [string, ...string[]],
  name: string,
  context: SourceContext,
  packageName?: string,
): Promise<Found> {
  const result = await runForValue(argv, context);
  if (Buffer.isBuffer(result)) return textOf(result, name);
  const hint = packageName && result.notFound ? ` (package ${packageName})` : '';
  return { missing: `${name}: ${result.why}${hint}` };
}

function textOf(bytes: Buffer, name: string): Found {
  if (!isUtf8(bytes)) return { missing: `${name} cannot be used: it is not text` };
  return { value: bytes.toString('utf8').replace(/\r?\n$/, '') };
}

/** Relative to the repository; `~/` is the home folder. */
function place(path: string, { repository, home }: SourceContext): string {
  return path.startsWith('~/') ? join(home, path.slice(2)) : resolve(repository, path);
}

/** As a person wrote it; a command's arguments are left out, because some carry secrets. */
function describe(source: CredentialSource): string {
  switch (source.kind) {
    case 'env':
      return source.name;
    case 'dotenv':
      return `${source.name} of ${source.file}`;
    case 'file':
      return source.path;
    case 'command':
      return `the command ${source.argv[0]}`;
    case 'keyring':
      return 'the keyring entry';
  }
}
