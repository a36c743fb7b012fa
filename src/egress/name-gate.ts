import { ACTIONS, type Verdict } from '../policy/types.ts';
import { printable } from '../printable.ts';
import type { Resolver } from './dns.ts';
import { normaliseName, type SyntheticNames } from './names.ts';
import type { EgressOptions } from './types.ts';

/** A session that looks up more refused names than this is enumerating; the record says so once. */
const RECORDED_NAMES = 1000;

/**
 * Which names a session can look up: those that some rule may let it connect to on some port. What is only refused by
 * its port, asked for, or ends the session is settled when the connection is made.
 */
export function nameGate(
  {
    servers,
    decide,
    record,
    onNotice,
  }: Pick<EgressOptions, 'servers' | 'decide' | 'record' | 'onNotice'>,
  names: SyntheticNames,
): Resolver {
  // The reason of a refusal is the one for 443, which is what a lookup is usually for.
  const ports = [443, ...servers.map(({ port }) => port)];
  const recorded = new Set<string>();
  let noticedFull = false;
  let noticedFailure = false;

  const decideAny = (host: string): Verdict => {
    const verdicts = ports.map((port) => decide({ kind: 'connect', host, address: '', port }));
    return verdicts.reduce((mildest, next) => (rank(next) < rank(mildest) ? next : mildest));
  };

  return {
    names,
    mayReach(name) {
      return decideAny(name).action !== 'deny';
    },
    refused(sent) {
      if (recorded.has(sent) || recorded.size > RECORDED_NAMES) return;
      recorded.add(sent);
      if (recorded.size > RECORDED_NAMES) {
        return onNotice(
          `more than ${RECORDED_NAMES} refused names were looked up; the rest is not recorded`,
        );
      }
      const host = normaliseName(sent);
      const verdict = host ? decideAny(host) : NO_HOST_NAME;
      record(
        { kind: 'connect', host: host ?? printable(sent, 253), address: '', port: 0 },
        verdict,
      );
    },
    full() {
      if (!noticedFull) onNotice('every synthetic address is taken: further names do not resolve');
      noticedFull = true;
    },
    failed() {
      if (!noticedFailure) onNotice('a name was not answered because judging it failed');
      noticedFailure = true;
    },
  };
}

const NO_HOST_NAME: Verdict = {
  action: 'deny',
  rule: 'network.malformed',
  reason: 'what was looked up is not a host name',
  source: { layer: 'default', file: 'guard', line: 0 },
};

/** `deny` last: every other outcome needs the name to be answered. */
function rank({ action }: Verdict): number {
  return action === 'deny' ? ACTIONS.length : ACTIONS.indexOf(action);
}
