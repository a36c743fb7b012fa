import type { ProviderSummary } from '../types.ts';

/** Finds who speaks for a host: an exact name before a pattern, a longer pattern before a shorter, of equals the first. */
export function hostIndex(
  summaries: Iterable<ProviderSummary>,
): (host: string) => ProviderSummary | null {
  const exact = new Map<string, ProviderSummary>();
  const below = new Map<string, ProviderSummary>();
  for (const summary of summaries)
    for (const pattern of summary.hosts) {
      const [map, name] = pattern.startsWith('*.') ? [below, pattern.slice(2)] : [exact, pattern];
      if (!map.has(name)) map.set(name, summary);
    }
  return (given) => {
    const host = given.toLowerCase().replace(/\.$/, '');
    const found = exact.get(host);
    if (found) return found;
    for (let dot = host.indexOf('.'); dot >= 0; dot = host.indexOf('.', dot + 1)) {
      const under = below.get(host.slice(dot + 1));
      if (under) return under;
    }
    return null;
  };
}
