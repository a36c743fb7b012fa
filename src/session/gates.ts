import { startEgress } from '../egress/egress.ts';
import type { Egress } from '../egress/types.ts';
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
  { profile }: Prepared,
  opened: Opened,
  decisions: Decisions,
  onNotice: (text: string) => void,
): Promise<Egress> {
  return startEgress({
    ...(await adoptListeners(opened)),
    decide: (request) => decisions.decideConnection(request),
    judge: (request, gone) => decisions.judgeConnection(request, gone),
    record: (request, verdict) => void decisions.recordConnection(request, verdict),
    hosts: profile.network.hosts,
    hostPorts: profile.network.hostPorts,
    onNotice,
  });
}
