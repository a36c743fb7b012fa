import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { everyValue, readArguments } from '../../../src/operations/body/read.ts';
import type { Arguments } from '../../../src/operations/body/types.ts';
import { UNSEEN } from '../../../src/operations/unseen.ts';

const FORM = 'application/x-www-form-urlencoded';

function read(type: string | null, body: string | Buffer): Arguments {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  return readArguments(type === null ? [] : [['content-type', type]], bytes);
}

describe('JSON', () => {
  it.each([
    'application/json',
    'Application/JSON; charset=UTF-8',
    'application/vnd.api+json',
    'application/x-amz-json-1.1',
    'text/json;charset="utf-8"',
    'application/json; charset=iso-8859-1',
  ])('is read as %s', (type) => {
    expect(read(type, ' {"a":[1]} ')).toEqual({
      kind: 'json',
      value: { a: [1] },
      doubtful: null,
      also: [],
    });
  });

  it.each([['text/plain'], ['application/octet-stream'], [null], [FORM], ['application/xml']])(
    'is found under %s, as lenient servers find it',
    (type) => {
      expect(everyValue(read(type, '{"force":true}'))).toContainEqual({ force: true });
    },
  );

  it.each([
    ['invalid UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
    ['a byte order mark', '\ufeff{"a":1}'],
    ['UTF-16', Buffer.from('{"a":1}', 'utf16le')],
    ['UTF-16 with a mark', Buffer.from('\ufeff{"a":1}', 'utf16le')],
    ['a comment', '{"a":1/**/}'],
    ['something after it', '{"a":1}{"a":2}'],
    ['a name given twice', '{"a":1,"a":2}'],
    ['no JSON', 'a=1'],
  ])('with %s is in doubt', (_what, body) => {
    expect(read('application/json', body).doubtful).not.toBeNull();
  });

  it.each([['text/plain'], [null]])('in UTF-16 is in doubt under %s too', (type) => {
    for (const encoding of ['utf16le', 'latin1'] as const)
      expect(read(type, Buffer.from('\0{\0}', encoding)).doubtful).not.toBeNull();
  });

  it('with a name given twice is read both ways', () => {
    expect(everyValue(read('application/json', '{"a":1,"a":2}'))).toEqual([{ a: 2 }, { a: 1 }]);
  });

  it.each([
    'application/json; charset=utf-16',
    'application/json; charset=utf-7',
    'application/json; charset=utf-8; charset=utf-16',
    'application/json; charset',
    'application',
  ])('under %s is in doubt', (type) => {
    expect(read(type, '{"a":1}').doubtful).not.toBeNull();
  });

  it('is in doubt under two content types', () => {
    const twice = [
      ['content-type', 'text/plain'],
      ['content-type', 'application/json'],
    ] as const;
    expect(readArguments(twice, Buffer.from('{}')).doubtful).not.toBeNull();
  });
});

describe('forms', () => {
  it('give names with their values', () => {
    expect(read(FORM, 'a=1&b=%C3%A9+x&c&a=2&__proto__=p')).toMatchObject({
      kind: 'form',
      doubtful: null,
      value: { a: ['1', '2'], b: 'é x', c: '' },
    });
    expect(Object.keys(read(FORM, '__proto__=p').value as object)).toEqual(['__proto__']);
  });

  it('are read with the first and the last of repeated names too, and nested ones as trees', () => {
    expect(everyValue(read(FORM, 'a=1&a=2'))).toEqual([{ a: ['1', '2'] }, { a: '2' }, { a: '1' }]);
    expect(everyValue(read(FORM, 'a[b][c]=1&a[d][]=2&a[d][]=3&e.f=4'))).toContainEqual({
      a: { b: { c: '1' }, d: ['2', '3'] },
      e: { f: '4' },
    });
  });

  it.each(['a=%zz', 'a=%ff', 'a=1;_method=DELETE', 'a%00=1'])('with %s are in doubt', (body) => {
    expect(read(FORM, body).doubtful).not.toBeNull();
  });

  it('are recognised without a type', () => {
    expect(read(null, 'a=1&b=2')).toMatchObject({ kind: 'form', value: { a: '1', b: '2' } });
    expect(read('text/plain', 'a=1').kind).toBe('text');
    expect(everyValue(read('text/plain', 'a=1'))).toContainEqual({ a: '1' });
  });
});

describe('multipart', () => {
  const TYPE = 'multipart/form-data; boundary=X';
  const part = (head: string, body: string) => `--X\r\n${head}\r\n\r\n${body}\r\n`;
  const field = (name: string, body: string) =>
    part(`Content-Disposition: form-data; name="${name}"`, body);
  const good = `${field('a', '1')}${field('b', 'é\r\nx')}--X--\r\n`;

  it('gives names with their values, and files unseen', () => {
    const file = part(
      'Content-Disposition: form-data; name="f"; filename="x.txt"\r\nContent-Type: text/plain',
      'hello',
    );
    expect(read(TYPE, `${field('a', '1')}${file}--X--`)).toEqual({
      kind: 'multipart',
      value: { a: '1', f: UNSEEN },
      doubtful: null,
      also: [],
    });
    expect(read(TYPE, good)).toMatchObject({ value: { a: '1', b: 'é\r\nx' }, doubtful: null });
  });

  it.each([
    ['a preamble', `x\r\n${good}`],
    ['an epilogue', `${good}x`],
    ['an end that is missing', field('a', '1')],
    ['bare line feeds', good.replaceAll('\r\n', '\n')],
    ['a folded header', part('Content-Disposition: form-data;\r\n name="a"', '1') + '--X--'],
    ['no name', part('Content-Disposition: form-data', '1') + '--X--'],
    ['two names', part('Content-Disposition: form-data; name="a"; name="b"', '1') + '--X--'],
    ['an escaped name', part('Content-Disposition: form-data; name="a\\"b"', '1') + '--X--'],
    ['an extended name', part("Content-Disposition: form-data; name*=utf-8''a", '1') + '--X--'],
    [
      'a transfer encoding',
      part(
        'Content-Disposition: form-data; name="a"\r\nContent-Transfer-Encoding: base64',
        'MQ==',
      ) + '--X--',
    ],
    ['two dispositions', part(`${'Content-Disposition: form-data; name="a"\r\n'.repeat(2)}`, '1')],
    ['space after the boundary', good.replace('--X\r\n', '--X \r\n')],
    ['no headers', '--X\r\n\r\n1\r\n--X--'],
  ])('with %s is in doubt', (_what, body) => {
    expect(read(TYPE, body).doubtful).not.toBeNull();
  });

  it.each([
    'multipart/form-data',
    'multipart/mixed; boundary=X',
    'multipart/form-data; boundary=a b',
  ])('under %s is in doubt', (type) => {
    expect(read(type, good).doubtful).not.toBeNull();
  });

  it('is read as the FormData of Node writes it', async () => {
    const form = new FormData();
    form.append('query', 'mutation { a }');
    form.append('empty', '');
    form.append('file', new Blob(['x']), 'näme.txt');
    const request = new Request('http://localhost', { method: 'POST', body: form });
    const type = request.headers.get('content-type');
    const bytes = Buffer.from(await request.arrayBuffer());
    expect(read(type, bytes)).toMatchObject({
      value: { query: 'mutation { a }', empty: '', file: UNSEEN },
      doubtful: null,
    });
  });
});

it('reads whatever comes, without a throw', () => {
  const type = fc.oneof(
    fc.constantFrom('application/json', FORM, 'multipart/form-data; boundary=X', 'text/plain', ''),
    fc.string(),
  );
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.stringMatching(/^[-X\r\n{}":a=&[\]%;]*$/).map((text) => new TextEncoder().encode(text)),
  );
  fc.assert(
    fc.property(type, bytes, (name, body) => {
      expect(() => read(name, Buffer.from(body))).not.toThrow();
    }),
    { numRuns: 2000 },
  );
});

it('says nothing about no body', () => {
  expect(read('application/json', '').kind).toBe('empty');
  expect(read('image/png', '{"a":1}').kind).toBe('binary');
});
