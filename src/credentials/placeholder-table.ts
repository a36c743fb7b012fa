import type { CredentialPlace, ProviderSummary } from '../operations/types.ts';
import { isRevoked } from './revoke.ts';
import type { CredentialEntry, PlaceholderMeaning } from './types.ts';

/** One value of a credential: all there is, but for SigV4. */
export type PartKind = 'value' | 'secret' | 'session';

export interface Part {
  kind: PartKind;
  real: string;
  placeholder: string;
  /** How hard the placeholder is to guess: one in 2 to the power of this. */
  bits: number;
}

/** A credential of the session with its values. */
export interface Grant {
  entry: CredentialEntry;
  parts: readonly Part[];
  /** Milliseconds since the epoch. */
  until: number | null;
  /** False when `--grant` left it out. */
  granted: boolean;
}

export interface Held {
  grant: Grant;
  part: Part;
}

export function partOf(grant: Grant, kind: PartKind): Part | null {
  return grant.parts.find((part) => part.kind === kind) ?? null;
}

export type GrantState = PlaceholderMeaning['state'];

/** Told anew at every use. */
export function stateOf(
  { entry, until, granted }: Grant,
  now: number,
  sessionFolder: string,
): GrantState {
  if (isRevoked(sessionFolder, entry.name)) return 'revoked';
  if (until !== null && now >= until) return 'expired';
  return granted ? 'granted' : 'not-granted';
}

/** Where a credential belongs in a request to this host; empty where it does not belong at all. */
export function placesFor(
  { entry }: Grant,
  host: string,
  port: number,
  provider: ProviderSummary | null,
): readonly CredentialPlace[] {
  const named = entry.hosts.some((pattern) => matchesHost(pattern, host, port));
  if (entry.provider === null) return named ? [ownPlace(entry)] : [];
  if (entry.hosts.length > 0 && !named) return [];
  return provider?.id === entry.provider ? provider.credentials : [];
}

/** Which provider speaks for a host: the one whose pattern is the most specific. */
export function providerOf(
  summaries: ReadonlyMap<string, ProviderSummary>,
  host: string,
): ProviderSummary | null {
  let best: { summary: ProviderSummary; length: number } | null = null;
  for (const summary of summaries.values())
    for (const pattern of summary.hosts) {
      if (!matchesHost(pattern, host, null)) continue;
      // A name without a wildcard is the longest that can match.
      if (best === null || pattern.length > best.length)
        best = { summary, length: pattern.startsWith('*.') ? pattern.length : Infinity };
    }
  return best?.summary ?? null;
}

/** `host`, `host:port` or `*.host`, which is every name below it. `port` null for patterns without one. */
export function matchesHost(pattern: string, host: string, port: number | null): boolean {
  const [, name = pattern, wanted] = /^(.*?)(?::(\d+))?$/.exec(pattern.toLowerCase()) ?? [];
  if (wanted !== undefined && Number(wanted) !== port) return false;
  return name.startsWith('*.') ? host.endsWith(name.slice(1)) : host === name;
}

/** At hosts without a provider: `Authorization: Bearer` unless the entry says otherwise. */
export function ownPlace({ header, scheme, env }: CredentialEntry): CredentialPlace {
  const name = header?.toLowerCase() ?? 'authorization';
  const usual = name === 'authorization' ? 'Bearer' : '';
  const own = { in: 'header', name, scheme: scheme ?? usual, env: env ?? [] } as const;
  return own.scheme.toLowerCase() === 'basic' ? { ...own, half: 'password' } : own;
}
