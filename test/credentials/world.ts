import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCredentials, type CredentialOptions } from '../../src/credentials/grants.ts';
import type {
  CredentialEntry,
  Credentials,
  ResolvedCredential,
} from '../../src/credentials/types.ts';
import type { HeaderList, HttpCall, ProviderSummary } from '../../src/operations/types.ts';

const provider = (
  id: string,
  hosts: string[],
  credentials: ProviderSummary['credentials'],
): [string, ProviderSummary] => [id, { id, name: id, hosts, credentials }];

export const PROVIDERS = new Map([
  provider(
    'railway',
    ['backboard.railway.test'],
    [
      { in: 'header', name: 'authorization', scheme: 'Bearer', env: ['RAILWAY_API_TOKEN'] },
      { in: 'header', name: 'project-access-token', scheme: '', env: ['RAILWAY_TOKEN'] },
    ],
  ),
  provider(
    'github',
    ['api.github.test', '*.github.test'],
    [
      { in: 'header', name: 'authorization', scheme: 'Bearer', env: ['GH_TOKEN', 'GITHUB_TOKEN'] },
      { in: 'header', name: 'authorization', scheme: 'Basic', half: 'password', env: [] },
    ],
  ),
  provider(
    'stripe',
    ['api.stripe.test'],
    [{ in: 'header', name: 'authorization', scheme: 'Basic', half: 'user', env: ['STRIPE_KEY'] }],
  ),
  provider('maps', ['maps.test'], [{ in: 'query', name: 'key', env: ['MAPS_KEY'] }]),
  provider(
    'supabase',
    ['*.supabase.test'],
    [
      { in: 'header', name: 'apikey', scheme: '', env: ['SUPABASE_KEY'] },
      { in: 'header', name: 'authorization', scheme: 'Bearer', env: [] },
    ],
  ),
  provider(
    'aws',
    ['*.amazonaws.test'],
    [
      {
        in: 'sigv4',
        env: ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'],
      },
    ],
  ),
]);

/** Made up; none of them opens anything. */
export const REAL = {
  railway: '8d0c1a52-7b3e-4f6a-9c21-0e5d4b3a2f19',
  github: `ghp_${'Qm7xV2kLp9RtYw4ZbN8cJd3FhG6sAe'}1x2y3z`,
  stripe: 'sk_live_51HxQ2mKJ8vR3nLpW7tYcB4dF',
  maps: 'AIzaSyD3x9Qm7V2kLp9RtYw4ZbN8cJd3FhG6sA',
  supabase: `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ iss: 'supabase', role: 'service_role', jti: 'k3J9xQ2mLw', exp: 1999999999 })}.k3J9xQ2mLwPz8RtYvB4nC7dF1gH5jK0sA6eU3iO2xM4`,
  aws: 'AKIAQ3XK7MZ2VYB4WN5L',
  awsSecret: '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',
  awsSession: `IQoJb3JpZ2lu${'X2VjEHoaCXVzLWVhc3QtMSJIMEYCIQDq9/k+Zm4='.repeat(4)}`,
};

function part(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

export function entry(name: string, more: Partial<CredentialEntry> = {}): CredentialEntry {
  return {
    name,
    from: { kind: 'env', name: `REAL_${name.toUpperCase()}` },
    provider: name,
    hosts: [],
    header: null,
    scheme: null,
    allow: null,
    ask: null,
    deny: null,
    ttl: null,
    env: null,
    ...more,
  };
}

type Values = Record<string, string | ResolvedCredential>;

export interface World {
  credentials: Credentials;
  /** Placeholder of a credential's (first) value. */
  of(name: keyof typeof REAL | (string & {})): string;
  folder: string;
  clock: { now: number };
}

export function world(
  entries: CredentialEntry[] = Object.keys(REAL)
    .filter((name) => PROVIDERS.has(name))
    .map((name) => entry(name)),
  values: Values = {},
  options: Partial<CredentialOptions> = {},
): World {
  const folder = mkdtempSync(join(tmpdir(), 'guard-credentials-'));
  const clock = { now: 1_000_000 };
  const resolved = new Map(
    entries.map(({ name }): [string, ResolvedCredential] => {
      const given = values[name] ?? REAL[name as keyof typeof REAL];
      if (typeof given !== 'string') return [name, given];
      const aws = name === 'aws';
      return [
        name,
        {
          value: given,
          secret: aws ? REAL.awsSecret : null,
          session: aws ? REAL.awsSession : null,
        },
      ];
    }),
  );
  const identity = { session: 's-1', agent: 'pi', task: 'check staging' };
  const credentials = createCredentials(entries, resolved, PROVIDERS, identity, {
    now: () => clock.now,
    sessionFolder: folder,
    grants: null,
    ...options,
  });
  return {
    credentials,
    folder,
    clock,
    of: (name) => {
      const given = values[name] ?? REAL[name as keyof typeof REAL];
      const real = typeof given === 'string' ? given : 'value' in given ? given.value : '';
      return credentials.standInFor(real) ?? '';
    },
  };
}

export function call(
  host: string,
  headers: Record<string, string> | HeaderList = {},
  more: Partial<Omit<HttpCall, 'body'>> & { body?: string | Buffer } = {},
): HttpCall {
  const { body, ...rest } = more;
  const list: HeaderList = Array.isArray(headers)
    ? (headers as HeaderList)
    : Object.entries(headers as Record<string, string>);
  return {
    scheme: 'https',
    version: '1.1',
    host,
    port: 443,
    method: 'POST',
    path: '/graphql/v2',
    headers: list,
    body:
      body === undefined
        ? { bytes: Buffer.alloc(0), state: 'none' }
        : { bytes: Buffer.from(body), state: 'whole' },
    ...rest,
  };
}

export const basic = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
