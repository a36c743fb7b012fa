import { Buffer } from 'node:buffer';
import { createCredentials } from '../credentials/grants.ts';
import type { Credentials } from '../credentials/types.ts';
import { loadProviders } from '../operations/load-providers.ts';
import type { HttpCall, Providers } from '../operations/types.ts';
import { decide, type Policy } from '../policy/decide.ts';
import type { Checked } from './types.ts';
import { denies } from './verdicts.ts';

/** A request as it is written in an item. */
export interface HttpItem {
  method: string;
  url: string;
  headers: readonly (readonly [name: string, value: string])[];
  body: string;
}

export interface CheckedCall extends Checked {
  /** Whether a session of this profile could reach the host at all. */
  reachable?: boolean;
}

/** Judges requests by what they ask a service for, as a session without a credential would. */
export class HttpJudge {
  readonly #policy: Policy;
  readonly #providers: Providers;
  readonly #credentials: Credentials;

  constructor(policy: Policy, providers: Providers) {
    this.#policy = policy;
    this.#providers = providers;
    this.#credentials = createCredentials(
      [],
      new Map(),
      new Map(providers.summaries),
      { session: 'check', agent: null, task: null },
      { now: Date.now, sessionFolder: '', grants: null },
    );
  }

  /** @throws ProfileError for a provider of the user's own that cannot be used */
  static async load(policy: Policy): Promise<HttpJudge> {
    return new HttpJudge(policy, await loadProviders());
  }

  judge(item: HttpItem): CheckedCall {
    const call = callOf(item);
    if (!call)
      return denies(
        'unreadable',
        'the url is not one of http or https',
        'Write it out: https://host/path',
      );
    const { provider, protocol, operations } = this.#providers.classify(call);
    const { fact } = this.#credentials.examine(call);
    const { host, port, method } = call;
    const [path = ''] = call.path.split('?', 1);
    const verdict = decide(this.#policy, {
      kind: 'call',
      ...{ protocol, provider, host, port, method, path, operations, credential: fact },
    });
    const connection = decide(this.#policy, { kind: 'connect', host, address: '', port });
    const [first] = operations;
    return {
      ...verdict,
      words: operations.map(({ name }) => name),
      ...(verdict.action === 'ask' && first.target !== null ? { resource: first.target } : {}),
      reachable: connection.action !== 'deny' && connection.action !== 'kill',
    };
  }
}

function callOf({ method, url, headers, body }: HttpItem): HttpCall | null {
  const at = readUrl(url);
  if (!at) return null;
  const scheme = at.protocol === 'https:' ? 'https' : 'http';
  const bytes = Buffer.from(body);
  const given = headers.map(([name, value]) => [name.toLowerCase(), value] as const);
  const has = (name: string): boolean => given.some(([own]) => own === name);
  const login =
    at.username === '' || has('authorization')
      ? []
      : [['authorization', `Basic ${basic(at)}`] as const];
  return {
    scheme,
    version: '1.1',
    host: at.hostname.replace(/\.$/, ''),
    port: at.port === '' ? (scheme === 'https' ? 443 : 80) : Number(at.port),
    method,
    path: `${at.pathname}${at.search}`,
    headers: [...given, ...login],
    body: { bytes, state: bytes.length > 0 ? 'whole' : 'none' },
  };
}

function basic({ username, password }: URL): string {
  return Buffer.from(`${decoded(username)}:${decoded(password)}`).toString('base64');
}

/** As it stands where it is no sound encoding. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function readUrl(text: string): URL | null {
  try {
    const url = new URL(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`);
    return url.protocol === 'http:' || url.protocol === 'https:' ? url : null;
  } catch {
    return null;
  }
}
