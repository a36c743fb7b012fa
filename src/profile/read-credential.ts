import type { CredentialEntry, CredentialSource } from '../credentials/types.ts';
import type { ProfileDocument } from './schema.ts';
import type { CallRule } from './types.ts';
import { durationSeconds } from './values.ts';

type Written = NonNullable<ProfileDocument['credentials']>[string];
type WrittenSource = Written['from'];
type WrittenRule = NonNullable<NonNullable<ProfileDocument['network']>['rules']>[number];

/** `credentials.NAME` as it stands in a profile; the schema has checked it. */
export function credentialEntry(name: string, written: Written): CredentialEntry {
  const secret = written['secret-from'];
  const session = written['session-from'];
  return {
    name,
    from: credentialSource(written.from),
    ...(secret ? { secret: credentialSource(secret) } : {}),
    ...(session ? { session: credentialSource(session) } : {}),
    provider: written.provider ?? null,
    hosts: (written.hosts ?? []).map((host) => host.toLowerCase()),
    header: written.header?.toLowerCase() ?? null,
    scheme: written.scheme ?? null,
    allow: written.allow ?? null,
    ask: written.ask ?? null,
    deny: written.deny ?? null,
    ttl: written.ttl === undefined ? null : durationSeconds(written.ttl),
    env: written.env ?? null,
  };
}

/** The other way: for people. */
export function writtenCredential(entry: CredentialEntry): Record<string, unknown> {
  const { from, secret, session, provider, hosts, ttl, header, scheme, allow, ask, deny, env } =
    entry;
  const rest = { header, scheme, allow, ask, deny, env };
  return {
    from: writtenSource(from),
    ...(secret ? { 'secret-from': writtenSource(secret) } : {}),
    ...(session ? { 'session-from': writtenSource(session) } : {}),
    ...(provider === null ? {} : { provider }),
    ...(hosts.length ? { hosts } : {}),
    ...(ttl === null ? {} : { ttl: `${ttl}s` }),
    ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== null)),
  };
}

export function callRule({ host, arguments: wanted, ...rest }: WrittenRule): CallRule {
  return {
    ...withoutUndefined(rest),
    ...(host === undefined ? {} : { host: host.toLowerCase() }),
    ...(wanted === undefined ? {} : { arguments: wanted }),
    action: rest.action,
  };
}

function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as T;
}

function credentialSource(from: WrittenSource): CredentialSource {
  if (from.env !== undefined) return { kind: 'env', name: from.env };
  if (from.dotenv !== undefined)
    return { kind: 'dotenv', file: from.dotenv, name: from.name ?? '' };
  if (from.file !== undefined) return { kind: 'file', path: from.file };
  if (from.keyring !== undefined) return { kind: 'keyring', attributes: from.keyring };
  // Safe: the schema lets nothing pass that names none of them, and no empty command.
  return { kind: 'command', argv: from.command as [string, ...string[]] };
}

function writtenSource(from: CredentialSource): Record<string, unknown> {
  switch (from.kind) {
    case 'env':
      return { env: from.name };
    case 'dotenv':
      return { dotenv: from.file, name: from.name };
    case 'file':
      return { file: from.path };
    case 'command':
      return { command: from.argv };
    case 'keyring':
      return { keyring: from.attributes };
  }
}
