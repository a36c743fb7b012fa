import { basename } from 'node:path';
import { isLoopback } from '../egress/address.ts';
import { readHostAddress } from '../egress/hosts.ts';
import { startEgress } from '../egress/egress.ts';
import type { InspectOptions } from '../egress/inspect/types.ts';
import type { Egress } from '../egress/types.ts';
import type { ConnectRequest, CredentialFact, Verdict } from '../policy/types.ts';
import type { Services } from './services.ts';
import { Tripwire } from './tripwire.ts';
import type { GateOrder } from '../exec/protocol.ts';
import type { Opened } from '../sandbox/first-stage.ts';
import type { Decisions } from './decisions.ts';
import { adoptListeners } from '../egress/listeners.ts';
import type { Prepared } from './prepare.ts';

/** What the exec gate of this session goes by. */
export function gateOrder(
  prepared: Prepared,
  opened: Opened,
  launcherExecs: number,
): Omit<GateOrder, 'wake'> {
  const path = prepared.plan.env.PATH ?? '';
  return {
    listener: opened.listener,
    stageOne: opened.pid,
    launcherExecs,
    policy: prepared.policyData,
    agent: prepared.profile.agent,
    repository: prepared.view.repository,
    home: prepared.home,
    path: path.split(':').filter((folder) => folder.startsWith('/')),
    shims: prepared.shims,
  };
}

/** Answers names and connections of this session from now on. */
export async function openEgress(
  prepared: Prepared,
  opened: Opened,
  decisions: Decisions,
  onNotice: (text: string) => void,
): Promise<Egress> {
  const { profile, services } = prepared;
  const tripwire = services && new Tripwire(decisions, agentOf(prepared));
  /** A name can carry a secret out before anything is sent: guard itself would look it up. */
  const inName = ({ host }: ConnectRequest): Verdict | null =>
    host === null || !services ? null : misusedName(services.credentials.examineName(host));
  return startEgress({
    ...(await adoptListeners(opened)),
    decide: (request) => inName(request) ?? decisions.decideConnection(request),
    judge: async (request, gone) => {
      const verdict = inName(request);
      if (!verdict) return decisions.judgeConnection(request, gone);
      decisions.recordConnection(request, verdict);
      return { allowed: false, verdict };
    },
    record: (request, verdict) => {
      decisions.recordConnection(request, verdict);
      if (services && request.host !== null)
        tripwire?.see(services.credentials.examineName(request.host), 'a name that was looked up');
    },
    hosts: profile.network.hosts,
    hostPorts: profile.network.hostPorts,
    ...(services && tripwire
      ? { inspect: await inspection(prepared, services, decisions, tripwire) }
      : {}),
    ...(services?.databases.length
      ? {
          databases: (await import('./databases.ts')).databaseGate({
            ...services,
            decisions,
            who: [agentOf(prepared)],
            onNotice,
          }),
        }
      : {}),
    onNotice,
  });
}

async function inspection(
  prepared: Prepared,
  services: Services,
  decisions: Decisions,
  tripwire: Tripwire,
): Promise<InspectOptions> {
  // The session's environment is made; Node would write a warning about it over the agent's screen, and guard obeys it not.
  delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
  const own = new Set(
    prepared.profile.network.hosts
      .filter(({ value }) => isLoopback(readHostAddress(value.address)?.address ?? ''))
      .map(({ value }) => value.name),
  );
  const { createCallJudge } = await import('./calls.ts');
  return {
    opens: services.opens,
    authority: services.authority,
    judge: createCallJudge({
      ...services,
      decisions,
      tripwire,
      who: [agentOf(prepared)],
      task: prepared.task,
      repository: prepared.view.repository,
      isOwnHost: (host) => own.has(host),
    }),
  };
}

function agentOf({ profile, program }: Prepared): string {
  return profile.agent ?? basename(program);
}

function misusedName(fact: CredentialFact): Verdict | null {
  if (fact.kind === 'none') return null;
  return {
    action: 'deny',
    rule: fact.kind === 'leak' ? 'credential.leak' : 'credential.misplaced',
    reason: "the name carries a placeholder or a secret of the user's",
    source: { layer: 'default', file: 'guard', line: 0 },
  };
}
