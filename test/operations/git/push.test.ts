import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasUpdates, readPush } from '../../../src/operations/git/push.ts';
import { FLUSH, packet } from '../../../src/operations/git/pkt-line.ts';

const NONE = '0'.repeat(40);
const A = 'a'.repeat(40);
const B = 'b'.repeat(40);

function body(...lines: (string | Buffer)[]): Buffer {
  return Buffer.concat([...lines.map((line) => packet(Buffer.from(line))), FLUSH]);
}

it('reads updates and capabilities', () => {
  const read = readPush(
    Buffer.concat([
      body(
        `shallow ${B}\n`,
        `${NONE} ${A} refs/heads/new\0 report-status side-band-64k agent=git/2.39.5`,
        `${A} ${B} refs/heads/main\n`,
        `${A.toUpperCase()} ${NONE} refs/heads/päris`,
      ),
      Buffer.from('PACK'),
    ]),
  );
  expect(read).toEqual({
    updates: [
      { kind: 'create', old: NONE, new: A, ref: 'refs/heads/new' },
      { kind: 'update', old: A, new: B, ref: 'refs/heads/main' },
      { kind: 'delete', old: A, new: NONE, ref: 'refs/heads/päris' },
    ],
    capabilities: ['report-status', 'side-band-64k', 'agent=git/2.39.5'],
    doubtful: null,
  });
  expect(readPush(FLUSH)).toEqual({ updates: [], capabilities: [], doubtful: null });
});

describe('is in doubt about', () => {
  const good = `${A} ${B} refs/heads/main`;
  it.each<[string, Buffer]>([
    ['no body', Buffer.alloc(0)],
    ['a list that does not end', packet(Buffer.from(good))],
    ['a list that ends in the middle', body(good).subarray(0, 40)],
    ['a length that is none', Buffer.from('00xz')],
    ['lengths below four', Buffer.concat([packet(Buffer.from(good)), Buffer.from('0003')])],
    ['another mark than the end', Buffer.concat([packet(Buffer.from(good)), Buffer.from('0001')])],
    ['an empty line', body(good, '')],
    ['a signed push', body(`push-cert\0report-status\n`, 'certificate version 0.1\n')],
    ['a line that is no update', body('hello')],
    ['ids of two lengths', body(`${A} ${'b'.repeat(64)} refs/heads/main`)],
    ['a short id', body(`${A} ${'b'.repeat(39)} refs/heads/main`)],
    ['no ref', body(`${A} ${B} `)],
    ['a ref outside refs/', body(`${A} ${B} HEAD`)],
    ['dots', body(`${A} ${B} refs/heads/../x`)],
    ['a line end in a name', body(`${A} ${B} refs/heads/x\nng`)],
    [
      'a name that is not UTF-8',
      body(Buffer.concat([Buffer.from(`${A} ${B} refs/heads/`), Buffer.from([0xff])])),
    ],
  ])('%s', (_what, bytes) => {
    expect(readPush(bytes).doubtful).not.toBeNull();
  });
});

it('says that a signed push was not read', () => {
  expect(readPush(body('push-cert\0report-status\n')).doubtful).toContain('signed');
});

it('finds every update again, and knows from which byte on they are all there', () => {
  const id = fc.constantFrom(NONE, A, B);
  const line = fc.tuple(id, id, fc.stringMatching(/^[a-z0-9]{1,9}(\/[a-z0-9]{1,9}){0,2}$/));
  fc.assert(
    fc.property(
      fc.array(line, { maxLength: 6 }),
      fc.uint8Array({ maxLength: 30 }),
      (lines, pack) => {
        const list = body(...lines.map(([old, next, ref]) => `${old} ${next} refs/${ref}x\0caps`));
        const bytes = Buffer.concat([list, pack]);
        expect(readPush(bytes).updates.map((one) => [one.old, one.new, one.ref])).toEqual(
          lines.map(([old, next, ref]) => [old, next, `refs/${ref}x`]),
        );
        for (let length = 0; length <= bytes.length; length++)
          expect(hasUpdates(bytes.subarray(0, length))).toBe(length >= list.length);
      },
    ),
  );
});

it('reads whatever comes, without a throw', () => {
  const piece = fc.oneof(
    fc.constantFrom('0000', '0001', '0004', '0005', 'ffff', '003f', `${A} ${B} refs/heads/x`, '\0'),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const bytes = Buffer.from(pieces.join(''));
      readPush(bytes);
      hasUpdates(bytes);
    }),
  );
});
