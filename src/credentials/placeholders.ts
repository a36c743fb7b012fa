import { knownPrefixLength } from '../secrets/prefixes.ts';
import { withChecksum } from './checksums.ts';
import { Shape } from './shape.ts';
import { shapeJwt } from './jwt-shape.ts';

export interface Placeholder {
  text: string;
  /** How hard it is to guess. */
  bits: number;
}

const ATTEMPTS = 64;
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;

/**
 * Something that looks like the real value and is worth nothing: as many bytes, the same known prefix, each digit a digit,
 * each letter a letter of the same case, hex stays hex, base32 base32, a UUID one of its version, a JWT one with the
 * same header and lifetime, a checksum right. Punctuation stays, so every encoding of it is as long as the real one's.
 *
 * The characters are drawn without a look at the real ones: were those left out, the placeholders of a hundred
 * sessions together would spell the secret.
 *
 * Null if no placeholder can be made that differs enough; `taken` are those there are.
 */
export function makePlaceholder(real: string, taken: ReadonlySet<string>): Placeholder | null {
  const bytes = Buffer.from(real, 'utf8').toString('latin1');
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const shape = new Shape();
    const text = withChecksum(shapeJwt(bytes, shape) ?? shapePlain(bytes, shape));
    if (shape.bits === 0) return null;
    if (!taken.has(text) && !resembles(text, bytes, shape)) return { text, bits: shape.bits };
  }
  return null;
}

function shapePlain(value: string, shape: Shape): string {
  const kept = knownPrefixLength(value);
  let out = value.slice(0, kept);
  let at = kept;
  for (const { 0: uuid, index } of value.matchAll(UUID)) {
    if (index < at) continue;
    out += shape.like(value.slice(at, index)) + likeUuid(uuid, shape);
    at = index + uuid.length;
  }
  return out + shape.like(value.slice(at));
}

/** RFC 9562, sections 4.1 and 4.2: the version and the variant have their places. */
function likeUuid(uuid: string, shape: Shape): string {
  return (
    shape.likeHex(uuid.slice(0, 14)) +
    uuid.slice(14, 15) +
    shape.likeHex(uuid.slice(15, 19)) +
    uuid.slice(19, 20) +
    shape.likeHex(uuid.slice(20))
  );
}

/** By chance, mostly with short values: half of what was drawn came out as it was. */
function resembles(text: string, real: string, shape: Shape): boolean {
  let same = 0;
  for (let at = 0; at < text.length; at++) if (text[at] === real[at]) same++;
  const fixed = Math.max(0, text.length - shape.drawn);
  return text === real || (same - fixed) * 2 > shape.drawn;
}
