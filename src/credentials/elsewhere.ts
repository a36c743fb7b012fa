import type { HttpCall } from '../operations/types.ts';
import type { CredentialFact } from '../policy/types.ts';
import type { KnownValue, KnownValues } from './known-values.ts';
import { factOf } from './outgoing.ts';
import { formDecode, percentDecode } from './percent.ts';
import { joinTarget, splitTarget } from './query.ts';
import type { SignedCall } from './sigv4-read.ts';
import { basicHalves, type Slot } from './slots.ts';

/**
 * Looks for known values and placeholders in all of a request but the places where its own placeholder rightly stands
 * (`right`, and `signed` if the request is signed with one).
 */
export function findElsewhere(
  call: HttpCall,
  right: readonly Slot[],
  signed: SignedCall | null,
  known: KnownValues,
): CredentialFact {
  let worst: CredentialFact = { kind: 'none' };
  for (const [where, text] of texts(call, right, signed)) {
    const found = typeof text === 'string' ? findInText(text, known) : known.find(text);
    if (found === null) continue;
    worst = factOf(found, where);
    if (found.kind === 'real') break;
  }
  return worst;
}

/** Text is read as sent and with its percent-encoding undone, also where that was done twice. */
function findInText(text: string, known: KnownValues): KnownValue | null {
  let worst: KnownValue | null = null;
  const once = percentDecode(text);
  for (const reading of new Set([text, once, percentDecode(once), formDecode(text)])) {
    const found = known.find(Buffer.from(reading, 'latin1'));
    if (found?.kind === 'real') return found;
    worst ??= found;
  }
  return worst;
}

function* texts(
  call: HttpCall,
  right: readonly Slot[],
  signed: SignedCall | null,
): Generator<[where: string, text: string | Buffer]> {
  yield ['the host name', call.host];
  yield ['the method', call.method];
  yield ['the path', targetWithout(call, right, signed)];
  for (const [index, [name, value]] of call.headers.entries()) {
    yield ['the name of a header', name];
    const own = right.find(({ at }) => at.in === 'header' && at.index === index);
    yield [`the header ${name}`, own ? headerWithout(value, own) : unsigned(name, value, signed)];
    const [, encoded = ''] = /^\s*basic\s+(\S+)\s*$/i.exec(value) ?? [];
    const halves = own || encoded === '' ? null : basicHalves(encoded);
    if (halves) yield [`the header ${name}`, halves.map(([, half]) => half).join('\n')];
  }
  yield ['the body', call.body.bytes];
  yield* bodyReadings(call);
}

function targetWithout(call: HttpCall, right: readonly Slot[], signed: SignedCall | null): string {
  const { path, pieces } = splitTarget(call.path);
  const rest = pieces?.filter((piece, index) => {
    if (right.some(({ at }) => at.in === 'query' && at.index === index)) return false;
    return !(signed?.in === 'query' && /^X-Amz-(?:Credential|Security-Token)$/.test(piece.name));
  });
  return joinTarget(path, rest ?? null);
}

/** What stands beside the placeholder: the scheme, and with Basic the other half. */
function headerWithout(value: string, { at }: Slot): string {
  if (at.in !== 'header' || at.half === null) return '';
  const [, encoded = ''] = /^\s*\S+\s+(\S+)\s*$/.exec(value) ?? [];
  return (basicHalves(encoded) ?? []).find(([half]) => half !== at.half)?.[1] ?? '';
}

function unsigned(name: string, value: string, signed: SignedCall | null): string {
  if (signed?.in !== 'header') return value;
  if (name === 'authorization') return value.replace(`Credential=${signed.keyId}/`, '');
  return name === 'x-amz-security-token' ? '' : value;
}

/** Escapes that a server undoes before it reads a value. */
function* bodyReadings({ headers, body }: HttpCall): Generator<[where: string, text: Buffer]> {
  const type = headers.find(([name]) => name === 'content-type')?.[1] ?? '';
  const { bytes } = body;
  if (/urlencoded/i.test(type) && bytes.includes('%'))
    yield ['the body', Buffer.from(formDecode(bytes.toString('latin1')), 'latin1')];
  if (bytes.includes('\\u'))
    yield ['the body', Buffer.from(withoutEscapes(bytes.toString('latin1')), 'latin1')];
}

/** RFC 8259, section 7. Characters outside latin1 stand in no placeholder. */
function withoutEscapes(json: string): string {
  return json.replace(/\\u([0-9a-fA-F]{4})/g, (_, hex: string) =>
    String.fromCharCode(parseInt(hex, 16)),
  );
}
