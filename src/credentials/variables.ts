import type { CredentialPlace, ProviderSummary } from '../operations/types.ts';
import { ownPlace, partOf, type Grant } from './placeholder-table.ts';
import type { CredentialSource } from './types.ts';

/** Variables of the session, each with its placeholder. The first credential that wants a name has it. */
export function variablesOf(
  grants: readonly Grant[],
  providers: ReadonlyMap<string, ProviderSummary>,
): Record<string, string> {
  const out: Record<string, string> = {};
  for (const grant of grants)
    for (const [name, placeholder] of pairsOf(grant, providers))
      if (!Object.hasOwn(out, name)) out[name] = placeholder;
  return out;
}

function pairsOf(
  grant: Grant,
  providers: ReadonlyMap<string, ProviderSummary>,
): [name: string, placeholder: string][] {
  const { entry } = grant;
  const value = partOf(grant, 'value')?.placeholder ?? '';
  const secret = partOf(grant, 'secret')?.placeholder;
  const session = partOf(grant, 'session')?.placeholder;
  const own = sourceName(entry.from);
  const places = (entry.provider === null ? null : providers.get(entry.provider)?.credentials) ?? [
    ownPlace(entry),
  ];
  const isPair = secret !== undefined;
  const fitting = places.filter((place) => (place.in === 'sigv4') === isPair);
  // The place that the user's own variable belongs to; else the usual one.
  const place = fitting.find(({ env }) => own !== null && env.includes(own)) ?? fitting[0];
  const names = entry.env ?? namesOf(place, own);
  if (!isPair) return names.map((name) => [name, value]);
  const values = [value, secret, session];
  return names.flatMap((name, at): [string, string][] => {
    const placeholder = values[at];
    return placeholder === undefined ? [] : [[name, placeholder]];
  });
}

/** Where nobody says a name, the one that the value has outside. */
function namesOf(place: CredentialPlace | undefined, own: string | null): readonly string[] {
  if (place && place.env.length > 0) return place.env;
  return own === null ? [] : [own];
}

function sourceName(source: CredentialSource): string | null {
  return source.kind === 'env' || source.kind === 'dotenv' ? source.name : null;
}
