import { expect, it } from 'vitest';
import {
  LONGEST_READ,
  type Detector,
  type FileReader,
} from '../../../src/secrets/engine/detector.ts';
import { createScanner } from '../../../src/secrets/engine/scanner.ts';
import { A_TOKEN, DETECTORS, KNOWN, TOKEN } from './made-up.ts';

const reader: FileReader = {
  id: 'made-up.file',
  tier: 'likely',
  takes: (path) => path.endsWith('.made-up'),
  read(text) {
    const start = text.indexOf('key ');
    return text.startsWith('top\n') && start >= 0 ? [{ start: start + 4, end: start + 8 }] : [];
  },
};
const scanner = createScanner({ detectors: DETECTORS, readers: [reader], known: [KNOWN] });

it('finds a token where it stands', () => {
  const text = 'first line\r\nkey = "MKP_0123456789ab"\n';
  expect(scanner.scan('a.txt', Buffer.from(text))).toEqual([
    { rule: 'made-up.token', tier: 'certain', start: 19, end: 35 },
  ]);
});

it('heeds where a word has to begin and to end', () => {
  for (const text of [`x${A_TOKEN}`, 'mypass = 0123456789', 'passed = 0123456789'])
    expect(scanner.scan('a.txt', Buffer.from(text))).toEqual([]);
  for (const text of [`-${A_TOKEN}`, '_pass = 0123456789'])
    expect(scanner.scan('a.txt', Buffer.from(text))).toHaveLength(1);
});

it.each(['utf-16le', 'utf-16be'] as const)(
  'finds it in %s, with a mark and without',
  (encoding) => {
    const text = `the kéy \u{1f511} is ${A_TOKEN}, keep it`;
    for (const mark of ['\ufeff', '']) {
      const bytes = Buffer.from(mark + text, 'utf16le');
      if (encoding === 'utf-16be') bytes.swap16();
      const [span] = scanner.scan('a.txt', bytes);
      expect(span?.encoding).toBe(encoding);
      const found = Buffer.from(bytes.subarray(span?.start, span?.end));
      if (encoding === 'utf-16be') found.swap16();
      expect(found.toString('utf16le')).toBe(A_TOKEN);
    }
  },
);

it('gives readers the text as it would be without marks, and spans as the file has them', () => {
  const expected = { rule: 'made-up.file', tier: 'likely' };
  const text = 'top\nkey abcd\n';
  for (const [bytes, start, end] of [
    [Buffer.from(text), 8, 12],
    [Buffer.from(`\ufeff${text}`), 11, 15],
    [Buffer.from(`\ufeff${text}`, 'utf16le'), 18, 26],
  ] as const)
    expect(scanner.scan('x.made-up', bytes)).toMatchObject([{ ...expected, start, end }]);
  expect(scanner.scan('x.other', Buffer.from(text))).toEqual([]);
});

it('takes a file that is secret from end to end for that, however long and whatever it holds', () => {
  const whole: FileReader = {
    id: 'made-up.store',
    tier: 'certain',
    whole: true,
    takes: (path) => path.endsWith('.store'),
    read: (text) => (text.startsWith('\xff\xfeST') ? [{ start: 0, end: text.length }] : []),
  };
  const stores = createScanner({ detectors: DETECTORS, readers: [whole] });
  const bytes = Buffer.alloc(LONGEST_READ * 2 + 1, 7);
  bytes.write('\xff\xfeST', 'latin1');
  expect(stores.scan('a.store', bytes)).toEqual([
    { rule: 'made-up.store', tier: 'certain', start: 0, end: bytes.length },
  ]);
  expect(stores.scan('a.store', bytes.subarray(2))).toEqual([]);
  // What is surer than the whole stays, and the rest of the whole around it.
  const unsure = createScanner({ detectors: DETECTORS, readers: [{ ...whole, tier: 'weak' }] });
  const text = Buffer.from(`\xff\xfeST ${A_TOKEN} rest`, 'latin1').toString('latin1');
  const wide = Buffer.concat([Buffer.from('\xff\xfeST', 'latin1'), Buffer.from(text, 'utf16le')]);
  expect(unsure.scan('a.store', wide).map(({ rule }) => rule)).toEqual([
    'made-up.store',
    'made-up.token',
    'made-up.store',
  ]);
});

it('leaves binary files to their readers', () => {
  const binary = Buffer.concat([
    Buffer.from('top\nkey abcd'),
    Buffer.alloc(400),
    Buffer.from(A_TOKEN),
  ]);
  expect(scanner.scan('x', binary)).toEqual([]);
  expect(scanner.scan('x.made-up', binary)).toMatchObject([{ rule: 'made-up.file' }]);
});

it('reads lists that NUL bytes separate', () => {
  const list = `PATH=/usr/bin\0HOME=/home/somebody\0TOKEN=${A_TOKEN}\0`;
  expect(scanner.scan('environ', Buffer.from(list))).toMatchObject([{ rule: 'made-up.token' }]);
});

it('asks a detector only where its words stand by themselves, whatever the detector makes of it', () => {
  const always: Detector = {
    ...TOKEN,
    words: ['word'],
    look: ({ at, end }) => [{ start: at, end }],
  };
  const found = (bounded: Detector['bounded'], text: string): number =>
    createScanner({ detectors: [{ ...always, bounded }], readers: [] }).scan(
      'a',
      Buffer.from(text, 'latin1'),
    ).length;
  for (const [text, free, before, after] of [
    ['word', 1, 1, 1],
    ['aword', 1, 0, 1],
    ['9word_', 1, 0, 1],
    ['wordZ', 1, 1, 0],
    ['_word0', 1, 1, 0],
    ['\xe4word\xe4', 1, 1, 1],
  ] as const) {
    expect(found(undefined, text)).toBe(free);
    expect(found({ before: true }, text)).toBe(before);
    expect(found({ after: true }, text)).toBe(after);
  }
});

it('prefers the surer finding, then the one that knows more', () => {
  const text = `pass = ${A_TOKEN}`;
  expect(scanner.scan('a', Buffer.from(text))).toEqual([
    { rule: 'made-up.token', tier: 'certain', start: 7, end: 23 },
  ]);
});

it('finds known values in their usual forms', () => {
  const { value } = KNOWN;
  for (const [form, encoding] of [
    [value, undefined],
    [encodeURIComponent(value), 'percent'],
    [Buffer.from(value).toString('hex'), 'hex'],
    [Buffer.from(`u:${value}`).toString('base64'), 'base64'],
  ] as const) {
    const spans = scanner.scan('a', Buffer.from(`x ${form} y`));
    expect(spans).toMatchObject([{ rule: 'known.value', tier: 'certain' }]);
    expect(spans[0]?.encoding).toBe(encoding);
  }
  expect(scanner.scan('a', Buffer.from(value.toUpperCase()))).toEqual([]);
  expect(scanner.scan('a', Buffer.from(value.slice(0, -1)))).toEqual([]);
});

it('has the same result for the same bytes, again and again', () => {
  const bytes = Buffer.from(`pass: abcdefghij ${KNOWN.value} ${A_TOKEN} ${btoa(`x ${A_TOKEN} y`)}`);
  const first = scanner.scan('a', bytes);
  expect(first).toHaveLength(4);
  expect(scanner.scan('a', bytes)).toEqual(first);
});
