import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import type { CredentialEntry, Credentials, ResolvedCredential } from '../credentials/types.ts';
import { CancelKeys } from '../egress/postgres/cancel-keys.ts';
import { servePostgres } from '../egress/postgres/serve.ts';
import type { PgCall, PgLogin, PgVerdict, UpstreamTls } from '../egress/postgres/types.ts';
import type { DatabaseGate } from '../egress/types.ts';
import type { CredentialFact } from '../policy/types.ts';
import type { Decisions } from './decisions.ts';
import { POSTGRES } from './opened-hosts.ts';
import type { Services } from './services.ts';

/** https://www.postgresql.org/docs/current/libpq-connect.html, "port". */
const POSTGRES_PORT = 5432;
/** Milliseconds. */
const RIGHT_CHECKED_EVERY = 500;
const OWN_NAMES = new Set(['localhost', '127.0.0.1', '[::1]']);

/** A server that guard logs in to. */
export interface Database {
  /** Name of the credential. */
  credential: string;
  /** `localhost` for the user's own. */
  places: readonly { host: string; port: number }[];
  /** Null where the credential is the password alone: then the client says as whom. */
  user: string | null;
  password: string;
  tls: UpstreamTls;
  /** The address as it was written, where there is one. */
  url: URL | null;
  variables: readonly string[];
}

/** Those among the credentials, with the password alone as the value that has a placeholder. */
export function readDatabases(
  entries: readonly CredentialEntry[],
  resolved: Map<string, ResolvedCredential>,
): Database[] {
  return entries.flatMap((entry) => {
    const found = resolved.get(entry.name);
    if (entry.provider !== POSTGRES || !found || 'missing' in found) return [];
    const read = readDatabase(entry, found.value);
    if (typeof read === 'string') {
      resolved.set(entry.name, { missing: read });
      return [];
    }
    resolved.set(entry.name, { ...found, value: read.password });
    return [read];
  });
}

function readDatabase(entry: CredentialEntry, value: string): Database | string {
  const url = /^postgres(?:ql)?(?:\+\w+)?:\/\//i.test(value) ? parsed(value) : null;
  if (/:\/\//.test(value) && !url) return 'it is no address of a PostgreSQL server';
  const password = url ? decodeURIComponent(url.password) : value;
  if (!password) return 'its address has no password';
  const written = entry.hosts.length ? entry.hosts : url ? [url.host] : [];
  const places = written.map(placeOf);
  if (places.length === 0) return 'neither it nor the profile says where the server is';
  const own = places.every(({ host }) => host === 'localhost');
  return {
    credential: entry.name,
    places,
    user: url ? decodeURIComponent(url.username) || null : null,
    password,
    tls: tlsMode(url?.searchParams.get('sslmode') ?? null, own),
    url,
    variables: entry.env ?? ('name' in entry.from ? [entry.from.name] : []),
  };
}

function parsed(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

function placeOf(written: string): { host: string; port: number } {
  const [, name = written, port] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(written) ?? [];
  const host = name.toLowerCase();
  return {
    host: OWN_NAMES.has(host) ? 'localhost' : host,
    port: port === undefined ? POSTGRES_PORT : Number(port),
  };
}

/** libpq's `prefer` gives way to whoever stands in between, so over a network it has to be written. */
function tlsMode(sslmode: string | null, own: boolean): UpstreamTls {
  switch (sslmode) {
    case 'disable':
    case 'require':
    case 'verify-full':
      return sslmode;
    case 'verify-ca':
      return 'verify-full';
    case 'prefer':
    case 'allow':
      return 'prefer';
    case null:
    default:
      return own ? 'prefer' : 'require';
  }
}

/** Variables of the session: the address with the placeholder in it, or the placeholder alone. */
export function databaseVariables(
  databases: readonly Database[],
  credentials: Credentials,
): Record<string, string> {
  return Object.fromEntries(
    databases.flatMap(({ url, password, variables }) => {
      const placeholder = credentials.standInFor(password);
      if (placeholder === null) return [];
      const address = url && new URL(url);
      if (address) address.password = encodeURIComponent(placeholder);
      return variables.map((name) => [name, address ? address.href : placeholder]);
    }),
  );
}

export interface DatabasesOptions extends Pick<Services, 'credentials' | 'authority'> {
  databases: readonly Database[];
  decisions: Decisions;
  who: readonly string[];
  onNotice: (text: string) => void;
}

/** Logs in for the session, and judges its statements. */
export function databaseGate(options: DatabasesOptions): DatabaseGate {
  const { databases, credentials, authority, decisions, who, onNotice } = options;
  const cancels = new CancelKeys();
  const at = (host: string, port: number): Database[] =>
    databases.filter(({ places }) =>
      places.some((place) => place.host === host && place.port === port),
    );

  const judge = async (
    place: { host: string; port: number },
    placeholder: string,
    { user, database, operations }: PgCall,
    signal: AbortSignal,
  ): Promise<PgVerdict> => {
    const facts = [
      { label: 'it would', text: [...new Set(operations.map((one) => one.class))].join(', ') },
      { label: 'as', text: `${user}, in the database ${database}` },
      { label: 'runs', text: statementOf(operations[0].arguments) },
    ];
    const identity = createHash('sha256')
      .update(JSON.stringify([place, user, database, operations]))
      .digest('hex');
    const credential = rightOf(credentials, placeholder);
    const { allowed, verdict, by, asked } = await decisions.judgeOperations(
      {
        kind: 'call',
        protocol: 'postgres',
        provider: POSTGRES,
        ...place,
        method: '',
        path: database,
        operations,
        credential,
      },
      { who, facts, identity },
      signal,
    );
    const still = rightOf(credentials, placeholder).kind === credential.kind;
    if (allowed && still) return { allowed };
    const reason = asked && !allowed ? `${verdict.reason}, and ${by}` : verdict.reason;
    return { allowed: false, rule: verdict.rule, reason };
  };

  return {
    serves: (host, port) => at(host, port).length > 0,
    async serve(client: Socket, place, dial) {
      let placeholder = '';
      const known = at(place.host, place.port);
      const login = (user: string, _: string, given: string | null): Promise<PgLogin> => {
        const meaning = given === null ? null : credentials.meaningOf(given);
        const database = known.find(({ credential }) => credential === meaning?.name);
        if (!meaning || !database || given === null)
          return Promise.resolve({
            ok: false,
            reason:
              "the password is none that guard issued for this server; the session's variables have one",
          });
        if (meaning.state !== 'granted')
          return Promise.resolve({
            ok: false,
            reason: `the credential ${meaning.name} is ${meaning.state === 'not-granted' ? 'not granted to this session' : meaning.state}`,
          });
        placeholder = given;
        endWithRight(client, () => credentials.meaningOf(given)?.state === 'granted');
        return Promise.resolve({
          ok: true,
          user: database.user ?? user,
          password: database.password,
        });
      };
      await servePostgres(client, {
        openUpstream: dial,
        host: place.host,
        // Of several credentials for one server the strictest way of reaching it counts.
        upstreamTls: strictestTls(known.map(({ tls }) => tls)),
        tls: authority.contextFor(place.host),
        login,
        judge: (call, signal) => judge(place, placeholder, call, signal),
        onNotice,
        cancels,
      });
    },
  };
}

/** What was prepared runs again unjudged, so a connection ends with the right to it. */
function endWithRight(client: Socket, holds: () => boolean): void {
  const timer = setInterval(() => {
    if (!holds()) client.destroy();
  }, RIGHT_CHECKED_EVERY);
  client.once('close', () => clearInterval(timer));
}

function rightOf(credentials: Credentials, placeholder: string): CredentialFact {
  const meaning = credentials.meaningOf(placeholder);
  if (!meaning) return { kind: 'foreign', where: 'the password' };
  const { name, state } = meaning;
  return { kind: state, name };
}

function statementOf(given: unknown): string {
  const { sql } = (given ?? {}) as { sql?: unknown };
  return typeof sql === 'string' ? sql : '';
}

const STRICTER: readonly UpstreamTls[] = ['disable', 'prefer', 'require', 'verify-full'];

function strictestTls(modes: readonly UpstreamTls[]): UpstreamTls {
  return STRICTER[Math.max(...modes.map((mode) => STRICTER.indexOf(mode)))] ?? 'verify-full';
}
