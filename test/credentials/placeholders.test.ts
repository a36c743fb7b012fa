import fc from 'fast-check';
import { expect, it, test } from 'vitest';
import { crc32, withChecksum } from '../../src/credentials/checksums.ts';
import { makePlaceholder } from '../../src/credentials/placeholders.ts';
import { encodedForms } from '../../src/secrets/secret-forms.ts';
import { REAL } from './world.ts';

const make = (real: string) => makePlaceholder(real, new Set())?.text ?? '';

const shape = (text: string) =>
  text.replace(/[a-z]/g, 'a').replace(/[A-Z]/g, 'A').replace(/\d/g, '0');

test('a placeholder has the length, the classes and the punctuation of its value, and is another', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[A-Za-z0-9!#-&(-/:-@^-`~]{12,60}$/), (real) => {
      fc.pre(/[A-Za-z0-9]{8}/.test(real));
      const made = make(real);
      expect(made).not.toBe(real);
      if (withChecksum(real) === real) expect(shape(made)).toBe(shape(real));
      // Every encoding is as long as the real value's: what takes one for the other keeps lengths.
      expect(encodedForms(made).map((form) => form.length)).toEqual(
        encodedForms(real).map((form) => form.length),
      );
    }),
  );
});

test('bytes outside ASCII keep the length in bytes', () => {
  const real = 'pässwörd-ключ-1234567';
  expect(Buffer.byteLength(make(real))).toBe(Buffer.byteLength(real));
});

it.each([
  ['ghp_', REAL.github],
  ['sk_live_', REAL.stripe],
  ['AIza', REAL.maps],
  ['AKIA', REAL.aws],
])('keeps %s and nothing long of the rest', (prefix, real) => {
  const made = make(real);
  expect(made.startsWith(prefix)).toBe(true);
  for (let at = prefix.length; at + 6 <= real.length; at++)
    expect(made).not.toContain(real.slice(at, at + 6));
});

it('draws every character of a class, the real one too, so that many placeholders tell nothing', () => {
  const real = 'Qm7xV2kLp9RtYw4ZbN8c';
  const seen = Array.from(real, () => new Set<string>());
  for (let n = 0; n < 3000; n++) for (const [at, c] of [...make(real)].entries()) seen[at]?.add(c);
  for (const [at, set] of seen.entries()) expect(set.has(real[at] ?? '')).toBe(true);
});

it('keeps a UUID one of its version and variant', () => {
  for (let n = 0; n < 100; n++)
    expect(make(REAL.railway)).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-9[0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  expect(make(`tok_${REAL.railway}.v1`)).toMatch(
    /-4[0-9a-f]{3}-9[0-9a-f]{3}-[0-9a-f]{12}\.[a-z]\d$/,
  );
});

it('keeps hex hex and base32 base32', () => {
  for (let n = 0; n < 50; n++) {
    expect(make('5f4dcc3b5aa765d61d8327deb882cf99')).toMatch(/^[0-9a-f]{32}$/);
    expect(make(REAL.aws)).toMatch(/^AKIA[A-Z2-7]{16}$/);
  }
});

it('has a right checksum', () => {
  // A token that GitHub shows in its documentation; it was never valid.
  const [body, end] = ['zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ', '0mLq17'];
  expect(withChecksum(`ghp_${body}xxxxxx`)).toBe(`ghp_${body}${end}`);
  // The check value of CRC-32/ISO-HDLC.
  expect(crc32('123456789')).toBe(0xcbf43926);
  for (const real of [REAL.github, `npm_${'a1B2c3'.repeat(6)}`, `cfut_${'aB3d'.repeat(12)}`]) {
    const made = make(real);
    expect(withChecksum(made)).toBe(made);
    expect(made).toHaveLength(real.length);
  }
});

it('keeps a JWT readable: header and lifetime as they are, other words, another signature', () => {
  const made = make(REAL.supabase);
  const [header, claims, signature] = made.split('.');
  const [realHeader, realClaims, realSignature] = REAL.supabase.split('.');
  expect(header).toBe(realHeader);
  expect(made).toHaveLength(REAL.supabase.length);
  const read = (part = '') =>
    JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;
  expect(read(claims)).toMatchObject({ iss: 'supabase', role: 'service_role', exp: 1999999999 });
  expect(read(claims)['jti']).not.toBe(read(realClaims)['jti']);
  expect(signature).not.toBe(realSignature);
  expect(signature).toMatch(/^[\w-]{43}$/);
});

it('is new each time, and says how hard it is to guess', () => {
  const many = Array.from({ length: 100 }, () => make(REAL.railway));
  expect(new Set(many).size).toBe(100);
  for (const real of Object.values(REAL))
    expect(makePlaceholder(real, new Set())?.bits).toBeGreaterThan(60);
  expect(makePlaceholder('hunter2!', new Set())?.bits).toBeLessThan(60);
});

it('is none where there is nothing to draw, or nothing left', () => {
  expect(makePlaceholder('--------', new Set())).toBeNull();
  const digits = new Set(Array.from({ length: 10 }, (_, n) => `-------${n}`));
  expect(makePlaceholder('-------1', digits)).toBeNull();
});
