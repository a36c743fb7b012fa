import type { HostPattern } from './hosts.ts';
import { normaliseHost } from './hosts.ts';
import type { ConnectRequest, LayerName, Source, Verdict } from './types.ts';

export interface NetworkPolicy {
  allow: HostPattern[];
  deny: HostPattern[];
  repositoryTrusted: boolean;
}

/**
 * How much a line weighs: a host is allowed when its heaviest allow outweighs its heaviest deny. A repository's allow
 * lifts defaults only, its deny weighs more than the user's allow; nothing outweighs the organisation's deny.
 */
const ALLOWS: Record<LayerName, number> = { default: 1, organisation: 1, repository: 2, user: 3 };
const DENIES: Record<LayerName, number> = { default: 1, user: 3, repository: 4, organisation: 5 };

/** Whether a connection may be made. Only names are allowed: a bare address says nothing about who answers. */
export function decideConnect(policy: NetworkPolicy, request: ConnectRequest): Verdict {
  const { host: given, address, port } = request;
  if (given === null)
    return refuse(
      'network.unnamed',
      `${address}:${port} was dialled without a host name, and only names can be allowed`,
      'Use the host name of the service.',
    );
  const host = normaliseHost(given);
  if (host === null) return refuse('network.name', 'the host name has characters no host name has');
  const allow = heaviest(
    policy.allow.filter(({ source }) => source.layer !== 'repository' || policy.repositoryTrusted),
    ALLOWS,
    host,
    port,
  );
  const deny = heaviest(policy.deny, DENIES, host, port);
  if (deny && (!allow || DENIES[deny.source.layer] >= ALLOWS[allow.source.layer]))
    return {
      action: 'deny',
      rule: 'network.deny',
      reason: `network.deny names "${deny.written}"`,
      source: deny.source,
    };
  if (allow)
    return {
      action: 'allow',
      rule: 'network.allow',
      reason: `network.allow names "${allow.written}"`,
      source: allow.source,
    };
  const line = port === 80 || port === 443 ? host : `${host}:${port}`;
  return refuse(
    'network.host',
    `${line} is not among the hosts of this session`,
    `The user can allow it with "${line}" under network.allow in the profile.`,
  );
}

const BUILT_IN: Source = { layer: 'default', file: 'guard', line: 0 };

function refuse(rule: string, reason: string, safer?: string): Verdict {
  return { action: 'deny', rule, reason, ...(safer ? { safer } : {}), source: BUILT_IN };
}

function heaviest(
  patterns: HostPattern[],
  weights: Record<LayerName, number>,
  host: string,
  port: number,
): HostPattern | undefined {
  let best: HostPattern | undefined;
  for (const pattern of patterns)
    if (pattern.matches(host, port))
      if (!best || weights[pattern.source.layer] > weights[best.source.layer]) best = pattern;
  return best;
}
