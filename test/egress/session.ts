import { startEgress } from '../../src/egress/egress.ts';
import type { Egress, EgressOptions } from '../../src/egress/types.ts';
import type { ConnectRequest, Verdict } from '../../src/policy/types.ts';
import type { Source } from '../../src/policy/types.ts';
import { type Namespace, openNamespace } from './namespace.ts';

export interface Session {
  inside: Namespace;
  egress: Egress;
  /** Everything put to the judge, in order. */
  judged: ConnectRequest[];
  /** What egress settled by itself. */
  recorded: { request: ConnectRequest; verdict: Verdict }[];
  notices: string[];
  /** Forgets what was judged and recorded so far. */
  forget(): void;
  close(): void;
}

export interface SessionSettings extends Partial<
  Pick<EgressOptions, 'limits' | 'lookup' | 'proxies'>
> {
  /** Names the judge allows, on any port. */
  allow: string[];
  /** Name → ADDRESS:PORT outside. */
  hosts?: Record<string, string>;
  hostPorts?: number[];
  ports?: number[];
  /** The judge throws. */
  broken?: boolean;
}

const source: Source = { layer: 'user', file: 'test.yaml', line: 1 };

/** Egress over a real namespace, with a judge that keeps a list. */
export async function openSession(settings: SessionSettings): Promise<Session> {
  const { allow, hosts = {}, hostPorts = [], ports = [80, 443], limits, lookup } = settings;
  // Not what this machine's own environment says.
  const proxies = settings.proxies ?? (() => ({ kind: 'direct' }) as const);
  const inside = await openNamespace([...ports, ...hostPorts]);
  const judged: ConnectRequest[] = [];
  const recorded: Session['recorded'] = [];
  const notices: string[] = [];
  const decide = ({ host }: ConnectRequest): Verdict => {
    if (settings.broken) throw new Error('broken');
    return allow.includes(host ?? '')
      ? { action: 'allow', rule: 'test.allow', reason: 'allowed', source }
      : { action: 'deny', rule: 'test.deny', reason: `${host} is not allowed`, source };
  };
  const egress = startEgress({
    servers: inside.servers,
    dns: inside.dns,
    decide,
    judge: (request) => {
      judged.push(request);
      const verdict = decide(request);
      return Promise.resolve({ allowed: verdict.action === 'allow', verdict });
    },
    record: (request, verdict) => recorded.push({ request, verdict }),
    hosts: Object.entries(hosts).map(([name, address]) => ({ value: { name, address }, source })),
    hostPorts: hostPorts.map((value) => ({ value, source })),
    onNotice: (text) => notices.push(text),
    proxies,
    ...(limits ? { limits } : {}),
    ...(lookup ? { lookup } : {}),
  });
  return {
    inside,
    egress,
    judged,
    recorded,
    notices,
    forget() {
      judged.length = 0;
      recorded.length = 0;
    },
    close() {
      egress.close();
      inside.close();
    },
  };
}
