import { basename, join } from 'node:path';
import { GuardError } from '../guard-error.ts';
import type { CredentialEntry, Credentials, ResolvedCredential } from '../credentials/types.ts';
import type { Database } from './databases.ts';
import { refuseUnknownProviders } from './known-providers.ts';
import { mayReachOpened, openedHosts, POSTGRES } from './opened-hosts.ts';
import type { SessionAuthority } from '../egress/inspect/types.ts';
import type { Providers, ProviderSummary } from '../operations/types.ts';
import type { SessionGrant } from '../policy/call.ts';
import type { EffectiveProfile } from '../profile/types.ts';
import type { SessionTrust } from '../sandbox/trust.ts';
import { StandIns } from '../secrets/stand-ins.ts';
import type { SessionFolder } from './session-folder.ts';

/** What a session has to do with services: whose requests are read, and what it can use there. */
export interface Services {
  providers: Providers;
  credentials: Credentials;
  authority: SessionAuthority;
  databases: readonly Database[];
  /** Variables of the session, with placeholders in them. */
  env: Readonly<Record<string, string>>;
  /** Is TLS to this host opened? */
  opens: (host: string, port: number) => boolean;
}

export interface ServicesInput {
  profile: EffectiveProfile;
  repository: string;
  home: string;
  program: string;
  task: string | null;
  grants: readonly SessionGrant[] | null;
  folder: SessionFolder;
  /** Hears what commands that print credentials say besides. */
  tell: (line: string) => void;
}

/**
 * Null when nothing that the session may reach is opened and the profile has no credential: then none of this is loaded.
 * @throws GuardError for a grant of a credential that the profile does not have
 */
export async function prepareServices(input: ServicesInput): Promise<Services | null> {
  const { profile, grants } = input;
  refuseUnknownGrants(profile, grants);
  const { credentials: kept, network } = profile;
  if (!kept.length && !network.allow.length && !network.rules.length) return null;
  const { loadProviders, providerIndex } = await import('../operations/load-providers.ts');
  const summaries = await providerIndex();
  refuseUnknownProviders(profile, summaries);
  const isOpened = openedHosts(profile, summaries);
  if (!profile.credentials.length && !mayReachOpened(profile, isOpened)) return null;
  const [{ createAuthority }, { createCredentials }, { resolveCredentials }] = await Promise.all([
    import('../egress/tls/authority.ts'),
    import('../credentials/grants.ts'),
    import('../credentials/sources.ts'),
  ]);
  const entries = profile.credentials.map(({ value }) => value);
  const providers = await loadProviders({ hosts: furtherHosts(entries) });
  const resolved = await resolveCredentials(entries, {
    env: process.env,
    repository: input.repository,
    home: input.home,
    tell: input.tell,
  });
  const identity = {
    session: input.folder.id,
    agent: profile.agent ?? basename(input.program),
    task: input.task,
  };
  const databases = await databasesIn(entries, resolved);
  const credentials = createCredentials(
    entries,
    resolved,
    new Map([...providers.summaries, [POSTGRES, NO_PLACES]]),
    identity,
    { now: Date.now, sessionFolder: input.folder.path, grants },
  );
  const env = databases.length
    ? (await import('./databases.ts')).databaseVariables(databases, credentials)
    : {};
  return {
    providers,
    credentials,
    databases,
    env: { ...credentials.env, ...env },
    authority: createAuthority(),
    opens: isOpened.opens,
  };
}

/** It has no place in HTTP. */
const NO_PLACES: ProviderSummary = { id: POSTGRES, name: 'PostgreSQL', hosts: [], credentials: [] };

async function databasesIn(
  entries: readonly CredentialEntry[],
  resolved: Map<string, ResolvedCredential>,
): Promise<Database[]> {
  if (!entries.some(({ provider }) => provider === POSTGRES)) return [];
  const { readDatabases } = await import('./databases.ts');
  return readDatabases(entries, resolved);
}

/** Hosts of a person's own that speak as a provider does (Kubernetes, GitHub Enterprise), by the provider. */
function furtherHosts(entries: readonly CredentialEntry[]): Map<string, string[]> {
  const further = new Map<string, string[]>();
  for (const { provider, hosts } of entries)
    if (provider !== null && hosts.length)
      further.set(provider, [
        ...(further.get(provider) ?? []),
        ...hosts.map((host) => host.replace(/:\d+$/, '')),
      ]);
  return further;
}

/** Placeholders that values have before any file is looked at. */
export function credentialStandIns(services: Services | null): StandIns {
  const standIns = new StandIns();
  for (const real of services?.credentials.secrets ?? []) {
    const standIn = services?.credentials.standInFor(real);
    if (standIn) standIns.add(real, standIn);
  }
  return standIns;
}

/** Milliseconds after launch: the command has started by then. */
const WARM_AFTER = 500;

function neverFound(): never {
  throw new Error('nothing was looked at');
}

function refuseUnknownGrants(
  { credentials }: EffectiveProfile,
  grants: readonly SessionGrant[] | null,
): void {
  const names = credentials.map(({ value }) => value.name);
  const unknown = grants?.find(({ name }) => !names.includes(name));
  if (!unknown) return;
  throw new GuardError({
    what: `cannot grant ${unknown.name}`,
    why: names.length
      ? `the profile has no credential of that name, only ${names.join(', ')}`
      : 'the profile has no credentials',
    fix: 'Name one under credentials in the profile (`guard profile show`)',
  });
}

/** What guard knows to be secret is looked for in all that leaves; what covered files show instead is known as well. */
export function guardAgainstLeaks(
  credentials: Credentials,
  standIns: StandIns,
  secrets: readonly string[],
): void {
  credentials.addKnown(standIns.entries());
  credentials.addKnown(secrets.map((value) => [value, standIns.of(value) ?? null]));
  standIns.onAdded((real, standIn) => credentials.addKnown([[real, standIn]]));
  // What finds them all at once takes a moment to build, and no request should wait for it.
  setTimeout(() => {
    credentials.outgoing(neverFound);
    void import('../egress/tls/roots.ts').then(({ upstreamContext }) => upstreamContext());
  }, WARM_AFTER).unref();
}

/** What makes the clients of the session trust its authority. */
export async function sessionTrust(
  { authority }: Services,
  folder: SessionFolder,
  env: Readonly<Record<string, string>>,
): Promise<SessionTrust> {
  const { prepareTrust } = await import('../sandbox/trust.ts');
  const { certificate, subjectHash } = authority;
  return prepareTrust({ certificate, subjectHash, folder: join(folder.path, 'trust'), env });
}
