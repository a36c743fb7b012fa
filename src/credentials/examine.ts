import { printable } from '../printable.ts';
import type { CredentialPlace, HttpCall, ProviderSummary } from '../operations/types.ts';
import type { CredentialFact } from '../policy/types.ts';
import { isFindable } from './findable.ts';
import type { KnownValues } from './known-values.ts';
import { findElsewhere } from './elsewhere.ts';
import { partOf, placesFor, type Grant, type GrantState, type Held } from './placeholder-table.ts';
import { cannotResign } from './sigv4-resign.ts';
import { readSigV4, type SignedCall } from './sigv4-read.ts';
import { percentDecode } from './percent.ts';
import { readSlots, type Slot } from './slots.ts';

/** What a session knows when it looks at a request. */
export interface Knowledge {
  known: KnownValues;
  /** By placeholder. */
  held: ReadonlyMap<string, Held>;
  standIns: ReadonlySet<string>;
  grants: readonly Grant[];
  providerOf(host: string): ProviderSummary | null;
  stateOf(grant: Grant): GrantState;
}

/** A request looked at: the fact, and if it is `granted` where its real values belong. */
export interface Finding {
  fact: CredentialFact;
  grant: Grant | null;
  /** Each holds the placeholder of `grant`, in a place of its provider's. */
  slots: readonly Slot[];
  signed: SignedCall | null;
}

/** The worst comes first; what is looked at later never makes a request better. */
const WORST_FIRST: readonly CredentialFact['kind'][] = [
  'leak',
  'misplaced',
  'revoked',
  'expired',
  'not-granted',
  'foreign',
  'stand-in',
  'granted',
  'none',
];

/**
 * What a request shows as its right to be made. A placeholder counts only at a host of its credential, in a place where
 * that host takes one, as the whole value; anywhere else it is out of place. Never throws, whatever the request holds.
 */
export function examineCall(call: HttpCall, knowledge: Knowledge): Finding {
  const provider = knowledge.providerOf(call.host);
  const places = new Map(
    knowledge.grants.map((grant) => [grant, placesFor(grant, call.host, call.port, provider)]),
  );
  const all = [...(provider?.credentials ?? []), ...[...places.values()].flat()];
  const signed = readSigV4(call);
  const slots = readSlots(call, all, provider !== null).filter((slot) => !isOf(signed, slot));
  const facts = signed
    ? signedFacts(call, signed, places, knowledge)
    : otherSignature(call, knowledge);
  const right: Slot[] = [];
  const grants = new Set<Grant>();
  const key = signed ? knowledge.held.get(signed.keyId) : undefined;
  // In its place, if perhaps with something else that is wrong.
  const ours = key && !facts.some(({ kind }) => kind === 'misplaced') ? signed : null;
  if (key && ours && facts.length === 0) grants.add(key.grant);
  for (const slot of slots) {
    const held = knowledge.held.get(slot.value);
    if (held && isInPlace(slot, held, places.get(held.grant) ?? [])) {
      grants.add(held.grant);
      right.push(slot);
    } else facts.push(wrong(slot, held, slots, knowledge));
  }
  facts.push(...conflicts(right, grants));
  facts.push(findElsewhere(call, right, ours, knowledge.known));
  for (const { entry } of grants) facts.push({ kind: 'granted', name: entry.name });
  for (const grant of grants) {
    const state = knowledge.stateOf(grant);
    if (state !== 'granted') facts.push({ kind: state, name: grant.entry.name });
  }
  const fact = worstOf(facts);
  const [grant = null] = fact.kind === 'granted' ? grants : [];
  return {
    fact: shown(fact, knowledge.known),
    grant,
    slots: right,
    signed: ours,
  };
}

export function worstOf(facts: readonly CredentialFact[]): CredentialFact {
  const rank = ({ kind }: CredentialFact): number => WORST_FIRST.indexOf(kind);
  return facts.reduce((a, b) => (rank(b) < rank(a) ? b : a), { kind: 'none' });
}

/** What is wrong with a request that is signed for AWS; nothing when the key is guard's and it can be signed again. */
function signedFacts(
  call: HttpCall,
  signed: SignedCall,
  places: ReadonlyMap<Grant, readonly CredentialPlace[]>,
  { held, standIns }: Knowledge,
): CredentialFact[] {
  const key = held.get(signed.keyId);
  if (!key) {
    const where = 'an AWS signature';
    return [standIns.has(signed.keyId) ? { kind: 'stand-in', where } : { kind: 'foreign', where }];
  }
  const { grant, part } = key;
  const misplaced = (where: string): CredentialFact[] => [
    { kind: 'misplaced', name: grant.entry.name, where },
  ];
  const inPlace = (places.get(grant) ?? []).some((place) => place.in === 'sigv4');
  if (!inPlace || part.kind !== 'value' || !partOf(grant, 'secret'))
    return misplaced('an AWS signature');
  const session = signed.session === null ? null : held.get(signed.session);
  if (session === undefined)
    return [{ kind: 'foreign', where: 'the session token of an AWS signature' }];
  if (session && (session.grant !== grant || session.part.kind !== 'session'))
    return misplaced('the session token of an AWS signature');
  const reason = cannotResign(call, signed);
  return reason === null ? [] : misplaced(reason);
}

/** SigV4A signs for several regions at once with a key pair derived from the secret; guard makes none. */
function otherSignature(call: HttpCall, { held }: Knowledge): CredentialFact[] {
  const header = call.headers.find(([name]) => name === 'authorization')?.[1] ?? '';
  const key = [header, percentDecode(call.path)]
    .filter((text) => text.includes('AWS4-ECDSA-P256-SHA256'))
    .map((text) => held.get(/Credential=([^/]*)\//.exec(text)?.[1] ?? ''))
    .find((found) => found !== undefined);
  if (!key) return [];
  const where = 'a SigV4A signature, which guard cannot make again: sign with SigV4';
  return [{ kind: 'misplaced', name: key.grant.entry.name, where }];
}

/** Belongs to the AWS signature, and was looked at with it. */
function isOf(signed: SignedCall | null, { at }: Slot): boolean {
  if (!signed || at.in !== signed.in) return false;
  if (at.in === 'header') return ['authorization', 'x-amz-security-token'].includes(at.name);
  return at.in === 'query' && /^X-Amz-(?:Credential|Signature|Security-Token)$/.test(at.name);
}

function isInPlace({ at }: Slot, { part }: Held, places: readonly CredentialPlace[]): boolean {
  if (part.kind !== 'value') return false;
  return places.some((place) => {
    if (place.in === 'query') return at.in === 'query' && at.name === place.name;
    if (place.in !== 'header' || at.in !== 'header' || at.name !== place.name) return false;
    const [scheme, sent] = [place.scheme.toLowerCase(), at.scheme.toLowerCase()];
    if (scheme === 'basic') return sent === scheme && at.half === (place.half ?? 'password');
    return sent === scheme || [scheme, sent].every((each) => BEARERS.has(each));
  });
}

/** GitHub, GitLab and others take both words for the same thing. */
const BEARERS = new Set(['bearer', 'token']);

function wrong(
  slot: Slot,
  held: Held | undefined,
  slots: readonly Slot[],
  { held: all, standIns }: Knowledge,
): CredentialFact {
  const { where, value, at } = slot;
  if (held) return { kind: 'misplaced', name: held.grant.entry.name, where };
  if (standIns.has(value)) return { kind: 'stand-in', where };
  if (at.in === 'header' && at.half !== null) {
    // `x-access-token:PLACEHOLDER`: the other half is a name, unless it looks like a token itself.
    const beside = slots.some(
      (other) => other.at.in === 'header' && other.at.index === at.index && all.has(other.value),
    );
    if (beside && !isFindable(value)) return { kind: 'none' };
  }
  return { kind: 'foreign', where };
}

/** Servers differ on which of two counts, and a request has one right only. */
function conflicts(right: readonly Slot[], grants: ReadonlySet<Grant>): CredentialFact[] {
  const [first, second] = grants;
  const name = first?.entry.name ?? '';
  if (second)
    return [
      { kind: 'misplaced', name: second.entry.name, where: 'a request with another credential' },
    ];
  const places = right.map(({ at }) => (at.in === 'other' ? '' : `${at.in} ${at.name}`));
  if (new Set(places).size < places.length)
    return [{ kind: 'misplaced', name, where: 'the same place twice' }];
  return [];
}

/** A name that the client chose could itself be a value that must not be recorded. */
function shown(fact: CredentialFact, known: KnownValues): CredentialFact {
  if (!('where' in fact)) return fact;
  const hidden = known.find(Buffer.from(fact.where, 'latin1')) !== null;
  return { ...fact, where: hidden ? 'the head' : printable(fact.where, 100) };
}
