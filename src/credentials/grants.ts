import type { ResponseFilter } from '../egress/inspect/types.ts';
import type { ProviderSummary } from '../operations/types.ts';
import type { SessionGrant } from '../policy/call.ts';
import { knownPrefixLength } from '../secrets/prefixes.ts';
import { examineCall, type Knowledge } from './examine.ts';
import { isFindable } from './findable.ts';
import { injectInto } from './inject.ts';
import { KnownValues } from './known-values.ts';
import { NamePieces } from './names.ts';
import { outgoingFilter } from './outgoing.ts';
import { makePlaceholder } from './placeholders.ts';
import {
  providerOf,
  stateOf,
  type Grant,
  type GrantState,
  type Held,
  type Part,
  type PartKind,
} from './placeholder-table.ts';
import { Scrubber } from './scrub.ts';
import type { CredentialEntry, Credentials, Identity, ResolvedCredential } from './types.ts';
import { variablesOf } from './variables.ts';
import { weaknesses, type Noted } from './weaknesses.ts';

export interface CredentialOptions {
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Where `guard revoke` leaves word. */
  sessionFolder: string;
  /** Null when the session was started without `--grant`: then every credential is granted. */
  grants: readonly SessionGrant[] | null;
}

/** The credentials of a session: for each real value a placeholder, and all that is done with both. */
export function createCredentials(
  entries: readonly CredentialEntry[],
  resolved: ReadonlyMap<string, ResolvedCredential>,
  providers: ReadonlyMap<string, ProviderSummary>,
  identity: Identity,
  options: CredentialOptions,
): Credentials {
  const { grants, missing } = makeGrants(entries, resolved, providers, options);
  const parts = grants.flatMap((grant) => grant.parts);
  const held = new Map<string, Held>();
  for (const grant of grants)
    for (const part of grant.parts) held.set(part.placeholder, { grant, part });
  const { known, pieces } = whatToFind(grants);
  const standIns = new Set<string>();
  const state = (grant: Grant): GrantState => stateOf(grant, options.now(), options.sessionFolder);
  const knowledge: Knowledge = {
    known,
    held,
    standIns,
    grants,
    providerOf: (host) => providerOf(providers, host),
    stateOf: state,
  };
  const scrub = scrubbers(grants);

  return {
    env: variablesOf(grants, providers),
    missing,
    weak: weaknesses(grants),
    secrets: [...new Set(parts.map(({ real }) => real))],
    standInFor: (value) => parts.find(({ real }) => real === value)?.placeholder ?? null,
    meaningOf(placeholder) {
      const grant = held.get(placeholder)?.grant;
      if (!grant) return null;
      const { name, provider, hosts, allow } = grant.entry;
      return { identity, name, provider, hosts, allow, until: grant.until, state: state(grant) };
    },
    addKnown(values) {
      for (const [real, standIn] of values) {
        if (held.has(real)) continue;
        if (known.addReal(real) && isFindable(real))
          pieces.add(real, { kind: 'real' }, knownPrefixLength(real));
        if (standIn !== null && !held.has(standIn)) standIns.add(standIn);
      }
    },
    examine(call) {
      const finding = examineCall(call, knowledge);
      return {
        fact: finding.fact,
        inject: () => injectInto(call, finding, state),
        scrub: () => finding.grant && scrub(finding.grant),
      };
    },
    examineName: (name) => pieces.find(name),
    outgoing: (onFound) => outgoingFilter(known, onFound),
  };
}

function makeGrants(
  entries: readonly CredentialEntry[],
  resolved: ReadonlyMap<string, ResolvedCredential>,
  providers: ReadonlyMap<string, ProviderSummary>,
  options: CredentialOptions,
): { grants: Grant[]; missing: Noted[] } {
  const missing: Noted[] = [];
  const taken = new Set<string>();
  const grants = entries.flatMap((entry): Grant[] => {
    const found = resolved.get(entry.name) ?? { missing: 'it was not looked for' };
    const made =
      'missing' in found ? found.missing : makeGrant(entry, found, providers, taken, options);
    if (typeof made !== 'string') return [made];
    missing.push({ name: entry.name, why: made });
    return [];
  });
  return { grants, missing };
}

/** Or why it cannot be made. */
function makeGrant(
  entry: CredentialEntry,
  values: Exclude<ResolvedCredential, { missing: string }>,
  providers: ReadonlyMap<string, ProviderSummary>,
  taken: Set<string>,
  { now, grants }: CredentialOptions,
): Grant | string {
  if (entry.provider !== null && !providers.has(entry.provider))
    return `there is no provider ${entry.provider}`;
  if (entry.provider === null && entry.hosts.length === 0)
    return 'it has neither provider nor hosts';
  const parts: Part[] = [];
  const kinds: [PartKind, string | null][] = [
    ['value', values.value],
    ['secret', values.secret],
    ['session', values.session],
  ];
  for (const [kind, real] of kinds) {
    if (real === null) continue;
    const made = makePlaceholder(real, taken);
    if (made === null) return 'no placeholder can be made that differs enough from the value';
    taken.add(made.text);
    parts.push({ kind, real, placeholder: made.text, bits: made.bits });
  }
  return {
    entry,
    parts,
    until: entry.ttl === null ? null : now() + entry.ttl * 1000,
    granted: grants === null || grants.some(({ name }) => name === entry.name),
  };
}

function whatToFind(grants: readonly Grant[]): { known: KnownValues; pieces: NamePieces } {
  const known = new KnownValues();
  const pieces = new NamePieces();
  for (const { entry, parts } of grants)
    for (const { real, placeholder } of parts) {
      const { name } = entry;
      const fixed = commonLength(real, placeholder);
      known.addPlaceholder(placeholder, name);
      pieces.add(placeholder, { kind: 'placeholder', name }, fixed);
      if (known.addReal(real, true)) pieces.add(real, { kind: 'real' }, fixed);
    }
  return { known, pieces };
}

/** How much of the beginning a placeholder shares with its value: the prefix that names the service. */
function commonLength(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return at;
}

/** Any of the session's real values is taken out; one that two credentials share becomes the placeholder in use. */
function scrubbers(grants: readonly Grant[]): (used: Grant) => ResponseFilter {
  const made = new Map<Grant, Scrubber>();
  return (used) => {
    const inOrder = [...grants.filter((grant) => grant !== used), used];
    const pairs = inOrder.flatMap(({ parts }) =>
      parts.map(({ real, placeholder }): [string, string] => [real, placeholder]),
    );
    const scrubber = made.get(used) ?? new Scrubber(pairs);
    made.set(used, scrubber);
    return scrubber.filter();
  };
}
