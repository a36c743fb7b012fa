import { startEgress } from '../egress/egress.ts';
import type { Listeners } from '../egress/listeners.ts';
import type { Egress } from '../egress/types.ts';
import { normaliseHost } from '../policy/hosts.ts';
import type { ConnectRequest, Verdict } from '../policy/types.ts';
import type { HostEntry, Sourced } from '../profile/types.ts';
import type { BrokeredRun } from './types.ts';

export interface SiblingNetwork {
  /** Where the user says that names live: `network.hosts`. Nothing else of the session's network counts here. */
  hosts: readonly Sourced<HostEntry>[];
  record: (request: ConnectRequest, verdict: Verdict) => void;
  onNotice: (text: string) => void;
}

/** The network of a brokered run: its hosts, by name, on their ports. */
export function openSiblingEgress(
  run: Pick<BrokeredRun, 'broker' | 'hosts'>,
  listeners: Listeners,
  { hosts, record, onNotice }: SiblingNetwork,
): Egress {
  const decide = (request: ConnectRequest): Verdict => decideSibling(run, request);
  return startEgress({
    ...listeners,
    decide,
    judge: (request) => {
      const verdict = decide(request);
      record(request, verdict);
      return Promise.resolve({ allowed: verdict.action === 'allow', verdict });
    },
    record,
    hosts,
    hostPorts: [],
    onNotice,
  });
}

export function decideSibling(
  { broker, hosts }: Pick<BrokeredRun, 'broker' | 'hosts'>,
  { host, port }: ConnectRequest,
): Verdict {
  const source = { layer: 'default', file: 'guard', line: 0 } as const;
  const rule = `broker.${broker}.hosts`;
  const found = hosts.some((one) => normaliseHost(one.host) === host && one.port === port);
  return host !== null && found
    ? { action: 'allow', rule, reason: 'it is a host of this command', source }
    : { action: 'deny', rule, reason: 'it is no host of this command', source };
}
