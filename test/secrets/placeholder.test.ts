import fc from 'fast-check';
import { expect, test } from 'vitest';
import { placeholder } from '../../src/secrets/placeholder.ts';

const anyBytes = fc
  .uint8Array({ minLength: 1, maxLength: 80 })
  .map((bytes) => Buffer.from(bytes).toString('latin1'))
  .filter((text) => /[^\r\n]/.test(text));

test('is as long as the value, never the value, and keeps the class of each character', () => {
  fc.assert(
    fc.property(anyBytes, (value) => {
      const made = placeholder(value);
      expect(made.length).toBe(value.length);
      expect(made).not.toBe(value);
      for (const [at, character] of [...value].entries())
        if (/[\r\n]/.test(character)) expect(made[at]).toBe(character);
    }),
  );
  fc.assert(
    fc.property(fc.stringMatching(/^[A-Za-z0-9_:/.@-]*[A-Za-z0-9]$/), (value) => {
      const shape = (text: string) =>
        text.replace(/[a-z]/g, 'a').replace(/[A-Z]/g, 'A').replace(/\d/g, '0');
      expect(shape(placeholder(value))).toBe(shape(value));
    }),
  );
});

test.each(['a', '7', '-', '#', '!', 'é', '    ', '----', '\\\\', '"', "''"])(
  'differs from the short value %j',
  (value) => {
    for (let n = 0; n < 50; n++) expect(placeholder(value)).not.toBe(value);
  },
);

test.each([
  ['sk-ant-api03-', 'sk-ant-api03-AbCdEfGhIjKlMnOp0123456789'],
  ['ghp_', 'ghp_abcdefghijklmnopqrstuvwxyz0123456789'],
  ['AKIA', 'AKIAIOSFODNN7EXAMPLE'],
  ['xoxb-', 'xoxb-123456789012-abcdefghijkl'],
  ['eyJ', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc'],
])('keeps the known prefix %s and draws the rest from all characters', (prefix, value) => {
  const seen = Array.from(value, () => new Set<string>());
  for (let n = 0; n < 400; n++) {
    const made = placeholder(value);
    expect(made.startsWith(prefix)).toBe(true);
    for (const [at, character] of [...made].entries()) seen[at]?.add(character);
  }
  // Were the real character never drawn, the stand-ins of many sessions would spell the value.
  for (let at = prefix.length; at < value.length; at++)
    if (/[A-Za-z0-9]/.test(value[at] ?? '')) {
      expect(seen[at]?.size).toBeGreaterThan(5);
      expect(seen[at]?.has(value[at] ?? '')).toBe(true);
    }
});

test('does not keep a prefix that is most of the value', () => {
  expect(placeholder('ghp_abc').startsWith('ghp_')).toBe(false);
});

test('is new each time', () => {
  const value = 'abcdefghijklmnopqrstuvwxyz';
  expect(new Set(Array.from({ length: 50 }, () => placeholder(value))).size).toBe(50);
});
