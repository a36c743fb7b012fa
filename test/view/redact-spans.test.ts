import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SecretSpan } from '../../src/secrets/engine/detector.ts';
import { StandIns } from '../../src/secrets/stand-ins.ts';
import { redactSpans, type RedactedSpans } from '../../src/view/redact-spans.ts';
import { restore } from '../../src/view/restore.ts';
import { tokenScanner } from './token-scanner.ts';

const token = fc
  .stringMatching(/^[A-Za-z0-9]{12,40}$/)
  .filter((body) => !/^[0-9]+$/.test(body))
  .map((body) => `tok_${body}`);
/** Any bytes, lines among them, but nothing that would go on with a token. */
const filler = fc
  .array(fc.oneof(fc.constant(0x0a), fc.integer({ min: 0, max: 255 })), { maxLength: 40 })
  .map((bytes) => Buffer.concat([Buffer.from('\n'), Buffer.from(bytes), Buffer.from(' ')]));

interface File {
  tokens: string[];
  content: Buffer;
}
const file: fc.Arbitrary<File> = fc
  .record({
    tokens: fc.uniqueArray(token, { minLength: 1, maxLength: 4 }),
    between: fc.array(filler, { minLength: 5, maxLength: 5 }),
    order: fc.array(fc.nat(3), { minLength: 1, maxLength: 6 }),
  })
  .map(({ tokens, between, order }) => ({
    tokens,
    content: Buffer.concat(
      order.flatMap((index, at) => [
        between[at % between.length] ?? Buffer.alloc(0),
        Buffer.from(`${tokens[index % tokens.length] ?? ''} `),
      ]),
    ),
  }));

function redact(content: Buffer, standIns = new StandIns()): RedactedSpans {
  const done = redactSpans(content, tokenScanner.scan('f', content), { standIns });
  if (!done) throw new Error('not redacted');
  return done;
}

test('the rest is as it was, the secrets are gone, and turning back gives the file, byte for byte', () => {
  fc.assert(
    fc.property(file, ({ content, tokens }) => {
      const done = redact(content);
      expect(done.redacted.length).toBe(content.length);
      for (const each of tokens) expect(done.redacted.includes(each)).toBe(false);
      expect(restore(done.redacted, done.pairs)?.bytes.equals(content)).toBe(true);
      const spans = tokenScanner.scan('f', content);
      const isSecret = (at: number): boolean => spans.some((s) => at >= s.start && at < s.end);
      for (let at = 0; at < content.length; at++)
        if (!isSecret(at)) expect(done.redacted[at]).toBe(content[at]);
    }),
  );
});

/** An edit as a program makes it, which knows lines and what stands for secrets as one thing each. */
type Piece = string;
const edits = fc.array(
  fc.record({
    kind: fc.constantFrom('insert', 'remove', 'move', 'double'),
    at: fc.nat(),
    to: fc.nat(),
    text: fc.string({ maxLength: 12 }),
  }),
  { maxLength: 12 },
);

test('an edit that keeps a placeholder keeps the secret there, one that drops it drops it only there', () => {
  fc.assert(
    fc.property(file, edits, ({ content }, steps) => {
      const done = redact(content);
      const real = new Map(
        done.pairs.map((p) => [p.placeholder.toString('latin1'), p.real.toString('latin1')]),
      );
      const split = new RegExp(`(${[...real.keys()].join('|')}|\\n)`);
      let pieces: Piece[] = done.redacted.toString('latin1').split(split);
      for (const { kind, at, to, text } of steps) {
        const from = at % (pieces.length + 1);
        const piece = pieces[from] ?? '';
        if (kind === 'insert')
          pieces = [...pieces.slice(0, from), latin1(text), ...pieces.slice(from)];
        if (kind === 'remove' || kind === 'move')
          pieces = pieces.filter((_, index) => index !== from);
        if (kind === 'move' || kind === 'double') pieces.splice(to % (pieces.length + 1), 0, piece);
      }
      const edited = Buffer.from(pieces.join(''), 'latin1');
      const expected = pieces.map((piece) => real.get(piece) ?? piece).join('');
      expect(restore(edited, done.pairs)?.bytes.toString('latin1')).toBe(expected);
    }),
    { numRuns: 300 },
  );
});

function latin1(text: string): string {
  return Buffer.from(text).toString('latin1');
}

test('the same value has the same placeholder in every file of a session, and is known to it', () => {
  const standIns = new StandIns();
  const one = redact(Buffer.from('a tok_SameSameSame123 tok_SameSameSame123\n'), standIns);
  const two = redact(Buffer.from('b\ntok_SameSameSame123'), standIns);
  expect(one.pairs).toHaveLength(1);
  expect(two.pairs).toEqual(one.pairs);
  expect(standIns.of('tok_SameSameSame123')).toBe(one.pairs[0]?.placeholder.toString());
});

test("a placeholder of another file's secret means nothing here, and is no secret itself", () => {
  const standIns = new StandIns();
  const other = redact(Buffer.from('tok_TheOtherFilesToken1'), standIns);
  const written = Buffer.from(`x ${other.redacted.toString()} tok_ThisFilesOwnToken1`);
  const own = redact(written, standIns);
  expect(own.redacted.toString()).toContain(other.redacted.toString());
  expect(restore(own.redacted, own.pairs)?.bytes.equals(written)).toBe(true);
  expect(restore(other.redacted, own.pairs)?.bytes.equals(other.redacted)).toBe(true);
});

test('every mention of what looks like a credential goes, a plain word stays elsewhere', () => {
  const content = Buffer.from(
    'password: "Quartz9Lantern7Fd"\n# Quartz9Lantern7Fd\npassword: "horsebattery"\nhorsebattery\n',
  );
  const text = redact(content).redacted.toString();
  expect(text).not.toContain('Quartz9');
  expect(text).toMatch(/password: "[a-z]{12}"\nhorsebattery\n$/);
});

test('several lines are replaced line by line, their frame and indentation stay', () => {
  const body = 'MIIEabcdefghijk1234567890\n  QQQQabcdefghijk1234567890==\n  shortlastline9\n';
  const done = redact(Buffer.from(`-----BEGIN A KEY-----\n${body}-----END A KEY-----\n`));
  const lines = done.redacted.toString().split('\n');
  expect(lines[0]).toBe('-----BEGIN A KEY-----');
  expect(lines[2]).toMatch(/^ {2}[A-Z]{4}[a-z]{11}[0-9]{10}==$/);
  expect(lines[4]).toBe('-----END A KEY-----');
  expect(done.pairs.every(({ placeholder }) => !placeholder.includes('\n'))).toBe(true);
  for (const line of body.split('\n').filter(Boolean))
    expect(done.redacted.includes(line.trim())).toBe(false);
});

test.each(['1234', 'short', '----', 'a'])(
  'a file with the secret %j is not one to be edited: it could be meant elsewhere',
  (value) => {
    const done = redact(Buffer.from(`password: "${value}"\nand 5678 other words\n`));
    expect(done.restorable).toBe(false);
    expect(done.redacted.toString()).not.toContain(`"${value}"`);
  },
);

describe('what is encoded keeps its alphabet and its length', () => {
  const cases: [SecretSpan['encoding'], Buffer, RegExp][] = [
    ['base64', Buffer.from('c2VjcmV0IHZhbHVlIGlzIGhlcmU='), /^[A-Za-z0-9]{27}=$/],
    ['hex', Buffer.from('deadbeefCAFE0123456789ab'), /^[a-f]{8}[A-F]{4}[0-9]{10}[a-f]{2}$/],
    [
      'percent',
      Buffer.from('aB3%2Fx%c3%a9Zz9'),
      /^[a-z][A-Z][0-9]%2F[a-z]%[67][0-9a-f]%[67][0-9a-f][A-Z][a-z][0-9]$/,
    ],
    ['unicode-escape', Buffer.from('\\u0041b\\x63\\u00E9rest9'), /^\\u00[45][0-9a-f]b?[a-z]?/],
    ['utf-16le', Buffer.from('geheimnis Wört 42', 'utf16le'), /^(?:[ -~]\0)+$/],
    ['utf-16be', Buffer.from('geheimnis Wört 42', 'utf16le').swap16(), /^(?:\0[ -~])+$/],
  ];
  test.each(cases)('%s', (encoding, value, shape) => {
    for (let run = 0; run < 20; run++) {
      const edge = Buffer.from(encoding?.startsWith('utf') ? 'ab\n\0' : 'abc\n');
      const content = Buffer.concat([edge, value, edge]);
      const span = {
        start: 4,
        end: 4 + value.length,
        rule: 'x',
        tier: 'likely',
        encoding,
      } as const;
      const done = redactSpans(content, [span], { standIns: new StandIns() });
      const made = done?.redacted.subarray(4, 4 + value.length);
      expect(made?.toString('latin1')).toMatch(shape);
      expect(made?.equals(value)).toBe(false);
      expect(done && restore(done.redacted, done.pairs)?.bytes.equals(content)).toBe(true);
    }
  });

  test('UTF-16 has the placeholder of the same value in plain text', () => {
    const standIns = new StandIns();
    const plain = redact(Buffer.from('tok_WideAndNarrow12345'), standIns);
    const wide = Buffer.from('tok_WideAndNarrow12345', 'utf16le');
    const span = { start: 0, end: wide.length, rule: 'x', tier: 'likely' } as const;
    const done = redactSpans(wide, [{ ...span, encoding: 'utf-16le' }], { standIns });
    expect(done?.redacted.toString('utf16le')).toBe(plain.redacted.toString());
  });
});

test('what was replaced before is replaced again, also where nothing finds it any more', () => {
  const standIns = new StandIns();
  const first = redact(Buffer.from('tok_FoundByItsShape77'), standIns);
  const laundered = Buffer.from('Xtok_FoundByItsShape77Y and tok-FoundByItsShape77');
  const again = redactSpans(laundered, [], { standIns, before: first.pairs });
  expect(again?.redacted.includes('tok_FoundByItsShape77')).toBe(false);
  expect(again?.redacted.toString()).toBe(
    `X${first.redacted.toString()}Y and tok-FoundByItsShape77`,
  );
});

test('what would take too long is not turned back', () => {
  const pair = (text: string) => ({
    real: Buffer.from(text.toUpperCase()),
    placeholder: Buffer.from(text),
  });
  const many = Buffer.from('abcdefgh'.repeat(500_001));
  expect(restore(many, [pair('abcdefgh')])).toBeNull();
  expect(restore(many.subarray(8), [pair('abcdefgh')])?.at).toHaveLength(500_000);
  const pairs = Array.from({ length: 2000 }, (_, n) => pair(`value${String(n + 1e6)}`));
  expect(restore(many, pairs)).toBeNull();
});
