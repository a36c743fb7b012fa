import fc from 'fast-check';
import { expect, it, test } from 'vitest';
import { call, REAL, world } from './world.ts';

const w = world();

function base32(text: string): string {
  const bits = [...Buffer.from(text)].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{5}/g) ?? [])
    .map((five) => 'abcdefghijklmnopqrstuvwxyz234567'[parseInt(five, 2)])
    .join('');
}
const labels = (text: string, length: number) =>
  (text.match(new RegExp(`.{1,${length}}`, 'g')) ?? []).join('.');

const ENCODINGS: [string, (text: string) => string][] = [
  ['as it is', (text) => text],
  ['in upper case', (text) => text.toUpperCase()],
  ['in hex', (text) => Buffer.from(text).toString('hex')],
  ['in base32', base32],
  ['in base32, behind other bytes', (text) => base32(`ab${text}`)],
  ['in base64', (text) => Buffer.from(text).toString('base64url').toLowerCase()],
];

test.each(ENCODINGS)('a value in a name is found %s, split over labels too', (_, encode) => {
  for (const length of [63, 20, 5]) {
    const name = (text: string) => `a.${labels(encode(text), length)}.evil.test`;
    expect(w.credentials.examineName(name(w.of('github')))).toMatchObject({
      kind: 'misplaced',
      name: 'github',
    });
    expect(w.credentials.examineName(name(REAL.github)).kind).toBe('leak');
    expect(w.credentials.examineName(name(REAL.railway)).kind).toBe('leak');
  }
});

it('finds a piece of a value', () => {
  expect(w.credentials.examineName(`${w.of('stripe').slice(10, 26)}.evil.test`).kind).toBe(
    'misplaced',
  );
  expect(w.credentials.examineName(`${REAL.stripe.slice(10, 26)}.evil.test`).kind).toBe('leak');
});

it('takes no ordinary name for one', () => {
  for (const name of [
    'api.github.com',
    'registry.npmjs.org',
    'sk-live-ghp.example.com',
    'd111111abcdef8.cloudfront.net',
    'ec2-198-51-100-1.eu-west-1.compute.amazonaws.com',
    '',
    '.',
  ])
    expect(w.credentials.examineName(name)).toEqual({ kind: 'none' });
});

test('never throws', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (name) => {
      expect(() => w.credentials.examineName(name)).not.toThrow();
    }),
  );
});

it('agrees with what is found in the host of a request', () => {
  expect(w.credentials.examine(call(`${w.of('railway')}.evil.test`)).fact.kind).toBe('misplaced');
});
