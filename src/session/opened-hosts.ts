import type { ProviderSummary } from '../operations/types.ts';
import { compileHost, type HostPattern } from '../policy/hosts.ts';
import type { LayerName } from '../policy/types.ts';
import type { CallRule, EffectiveProfile, Sourced } from '../profile/types.ts';

/** The provider of a credential that is a database's password: its hosts speak no HTTP. */
export const POSTGRES = 'postgres';

export interface OpenedHosts {
  opens: (host: string, port: number) => boolean;
  /** As written, without ports. */
  names: readonly string[];
}

/** Whose lines stand above whose, where a line would keep guard from looking at what another speaks of. */
const RANK: readonly LayerName[] = ['default', 'repository', 'user', 'organisation'];

/** Hosts of providers, of credentials, of rules, and those the profile names; less those it says are never opened. */
export function openedHosts(
  { network, credentials }: Pick<EffectiveProfile, 'network' | 'credentials'>,
  summaries: readonly ProviderSummary[],
): OpenedHosts {
  const source = { layer: 'default', file: 'guard', line: 0 } as const;
  const known = summaries.flatMap(({ hosts }) => hosts.map((value) => ({ value, source })));
  const written: Sourced<string>[] = [
    ...credentials
      .filter(({ value }) => value.provider !== POSTGRES)
      .flatMap(({ value, source: from }) =>
        value.hosts.map((host) => ({ value: host, source: from })),
      ),
    ...network.rules.flatMap(({ value: { host }, source: from }) =>
      host === undefined ? [] : [{ value: host, source: from }],
    ),
    ...network.inspect,
  ];
  // What a person wrote without a port stands for all of them, as in a list of refusals. A provider lives at the web's:
  // that its host was allowed on another one, as for ssh, is the user's own decision.
  const compile = (entry: Sourced<string>): HostPattern => compileHost(entry, 'deny');
  const opened = [...written.map(compile), ...known.map((entry) => compileHost(entry, 'allow'))];
  const opaque = network.opaque.map(compile);
  const refusals = network.rules
    .filter(({ value }) => value.action !== 'allow')
    .map((rule) => ({ layer: rule.source.layer, speaksOf: hostsOf(rule, summaries) }));
  const isOpaque = (host: string, port: number): boolean =>
    opaque.some(
      (pattern) =>
        pattern.matches(host, port) &&
        !refusals.some(
          ({ layer, speaksOf }) =>
            RANK.indexOf(layer) > RANK.indexOf(pattern.source.layer) &&
            speaksOf(host, port, pattern.source.layer),
        ),
    );
  return {
    names: [...written, ...known].map(({ value }) => value.replace(/:\d+$/, '')),
    opens: (host, port) =>
      opened.some((pattern) => pattern.matches(host, port)) && !isOpaque(host, port),
  };
}

/**
 * Is a refusal about this host? One that names neither host nor provider is about all, but for what guard's own profiles
 * never open: an agent's own model.
 */
function hostsOf(
  { value: { host, provider }, source }: Sourced<CallRule>,
  summaries: readonly ProviderSummary[],
): (host: string, port: number, opaqueBy: LayerName) => boolean {
  const named = host ?? null;
  const hosts =
    named !== null
      ? [named]
      : (summaries.find(({ id }) => id === provider)?.hosts ??
        (provider === undefined ? ['*'] : []));
  const patterns = hosts.map((value) => compileHost({ value, source }, 'deny'));
  return (given, port, opaqueBy) =>
    (named !== null || opaqueBy !== 'default') &&
    patterns.some((pattern) => pattern.matches(given, port));
}

/** Does any line of `network.allow` lead to an opened host? */
export function mayReachOpened(
  { network }: Pick<EffectiveProfile, 'network'>,
  { names, opens }: OpenedHosts,
): boolean {
  return network.allow.some(({ value }) => {
    const [, allowed = value, port = '443'] = /^(.*?)(?::(\d+))?$/.exec(value) ?? [];
    if (!allowed.startsWith('*')) return opens(allowed, Number(port));
    return names.some((name) => overlap(allowed, name));
  });
}

/** May two patterns (`host`, `*.host`, `*`) name the same host? */
function overlap(one: string, other: string): boolean {
  if (one === '*' || other === '*' || one === other) return true;
  const [a, b] = [one, other].map((each) => (each.startsWith('*.') ? each.slice(1) : null));
  if (a && b) return a.endsWith(b) || b.endsWith(a);
  if (a) return other.endsWith(a);
  return b ? one.endsWith(b) : false;
}
