/** A line of a key file that says nothing by itself: `-----BEGIN …`. */
const ARMOUR = /^-----/;
/** A line of a longer secret is a secret of its own from this length on. */
const LONG_LINE = 16;
/** A piece of base64 that is shorter could be a piece of anything. */
const SHORTEST_BASE64 = 8;

/** The value itself, its long lines, and what each looks like after the usual encodings. */
export function secretForms(secret: string): string[] {
  return secretPieces(secret).flatMap(encodedForms);
}

/** The value itself and its long lines. */
export function secretPieces(secret: string): string[] {
  const lines = secret
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line.length >= LONG_LINE && !ARMOUR.test(line));
  return [...new Set([secret, secret.trim(), ...lines])];
}

/** What one value looks like after the usual encodings; values of the same shape have as many, in the same order. */
export function encodedForms(value: string): string[] {
  if (value.length < 4) return [];
  const bytes = Buffer.from(value, 'utf8');
  const percent = percentEncoded(bytes, /[\w.~-]/);
  const json = JSON.stringify(value).slice(1, -1);
  return [
    value,
    percent,
    percent.replaceAll('%20', '+'),
    percent.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    percentEncoded(bytes, /[\w.~!'()*-]/),
    json,
    json.replaceAll('/', '\\/'),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    ...base64Forms(bytes),
  ];
}

/** RFC 3986, section 2.1: everything but the unreserved characters; encodeURIComponent leaves `!'()*` as well. */
export function percentEncoded(bytes: Buffer, kept = /[\w.~-]/): string {
  let out = '';
  for (const byte of bytes) {
    const character = String.fromCharCode(byte);
    out += kept.test(character)
      ? character
      : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return out;
}

/**
 * Base64 (RFC 4648, both alphabets) of the value by itself, and the characters it fully decides when it stands in the
 * middle of something longer (`user:SECRET` of basic authentication), which depend on its offset modulo three.
 */
function base64Forms(bytes: Buffer): string[] {
  const out: string[] = [bytes.toString('base64').replace(/=+$/, '')];
  for (const offset of [0, 1, 2]) {
    const first = Math.ceil((offset * 8) / 6);
    const last = Math.floor(((offset + bytes.length) * 8) / 6);
    const padded = Buffer.concat([Buffer.alloc(offset), bytes, Buffer.alloc(3)]);
    out.push(padded.toString('base64').slice(first, last));
  }
  return out
    .filter((form) => form.length >= SHORTEST_BASE64)
    .flatMap((form) => [form, form.replaceAll('+', '-').replaceAll('/', '_')]);
}
