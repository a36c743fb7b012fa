import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bodyNeeded } from '../../../src/operations/providers/body-needed.ts';
import { classify } from '../../../src/operations/providers/classify.ts';
import { exampleCall } from '../../../src/operations/providers/example-call.ts';
import type { HttpCall } from '../../../src/operations/types.ts';
import { builtin, builtinIds, strictness } from './support.ts';

type Spelling = (call: HttpCall, at: number) => HttpCall;

const onPath =
  (change: (segments: string[], at: number) => string): Spelling =>
  (call, at) => {
    const [path = '', ...query] = call.path.split('?');
    const segments = path.split('/').slice(1);
    return { ...call, path: [`/${change(segments, at)}`, ...query].join('?') };
  };

const encode = (text: string, at: number): string => {
  const index = text ? at % text.length : 0;
  const character = text[index] ?? '';
  if (!/[A-Za-z0-9]/.test(character)) return text;
  // Not a digit of an escape that is there already.
  if (/%.?$/.test(text.slice(Math.max(0, index - 2), index))) return text;
  const escape = `%${character.charCodeAt(0).toString(16)}`;
  return text.slice(0, index) + escape + text.slice(index + 1);
};

const within = (segments: string[], at: number, change: (segment: string) => string): string => {
  const index = segments.length ? at % segments.length : 0;
  return segments.map((segment, other) => (other === index ? change(segment) : segment)).join('/');
};

/** Other ways to write the same request, as far as some server takes them for the same. */
const SPELLINGS: Record<string, Spelling> = {
  'an encoded letter': onPath((segments, at) =>
    within(segments, at, (segment) => encode(segment, at)),
  ),
  'a letter encoded twice': onPath((segments, at) =>
    within(segments, at, (segment) => encode(segment, at).replaceAll('%', '%25')),
  ),
  'a dot segment': onPath((segments, at) => within(segments, at, (segment) => `./${segment}`)),
  'a way up': onPath((segments, at) => within(segments, at, (segment) => `x/../${segment}`)),
  'an encoded way up': onPath((segments, at) =>
    within(segments, at, (segment) => `x/%2e%2E/${segment}`),
  ),
  'an empty segment': onPath((segments, at) => within(segments, at, (segment) => `/${segment}`)),
  'a slash at the end': onPath((segments) => `${segments.join('/')}/`),
  'a parameter of a segment': onPath((segments, at) =>
    within(segments, at, (segment) => `${segment};a=b`),
  ),
  'another case': onPath((segments, at) =>
    within(segments, at, (segment) => (segment.includes('%') ? segment : segment.toUpperCase())),
  ),
  'an encoded slash': onPath((segments, at) => {
    const [first = '', ...rest] = segments;
    return rest.length ? `${first}${at % 2 ? '%2f' : '%2F'}${rest.join('/')}` : first;
  }),
  'another parameter': (call) => ({
    ...call,
    path: `${call.path}${call.path.includes('?') ? '&' : '?'}zz=1`,
  }),
  'headers in another order': (call) => ({ ...call, headers: [...call.headers].reverse() }),
  'a method in small letters': (call) => ({ ...call, method: call.method.toLowerCase() }),
  'an override that says GET': (call) => ({
    ...call,
    headers: [...call.headers, ['x-http-method-override', 'GET']],
  }),
};

describe.each(builtinIds)('%s', (id) => {
  const { provider, examples } = builtin(id);
  const calls = examples.map(exampleCall);

  it.each(Object.entries(SPELLINGS))('is never milder with %s', (_, spell) => {
    fc.assert(
      fc.property(fc.constantFrom(...calls), fc.nat(60), (call, at) => {
        const plain = classify(provider, call);
        const other = classify(provider, spell(call, at));
        expect(strictness(other)).toBeGreaterThanOrEqual(strictness(plain));
      }),
      { numRuns: 60 },
    );
  });

  it('asks for the body where the class depends on it', () => {
    for (const call of calls) {
      if (bodyNeeded(provider, call).kind !== 'none') continue;
      const without = { ...call, body: { bytes: Buffer.alloc(0), state: 'none' as const } };
      expect([call.path, strictness(classify(provider, without))]).toEqual([
        call.path,
        strictness(classify(provider, call)),
      ]);
    }
  });

  it('is never milder when the body could not be read, beyond unknown', () => {
    for (const call of calls) {
      if (bodyNeeded(provider, call).kind === 'none') continue;
      for (const state of ['too-large', 'undecodable'] as const) {
        const unread = { ...call, body: { bytes: call.body.bytes.subarray(0, 3), state } };
        expect([
          call.path,
          strictness(classify(provider, unread)) >=
            Math.min(2, strictness(classify(provider, call))),
        ]).toEqual([call.path, true]);
      }
    }
  });
});

it('never throws, whatever it is sent', () => {
  const providers = builtinIds.map((id) => builtin(id).provider);
  const text = fc.string({ unit: 'binary', maxLength: 40 });
  fc.assert(
    fc.property(
      fc.constantFrom(...providers),
      fc.record({
        method: fc.oneof(fc.constantFrom('GET', 'POST', 'DELETE', 'PUT'), text),
        path: fc.oneof(
          text.map((word) => `/${word}`),
          fc.constantFrom('*', '', '/', '/%', '/%2', '/..', '//..//', '/graphql/v2', '/?delete'),
        ),
        headers: fc.array(
          fc.tuple(
            fc.constantFrom('content-type', 'x-amz-target', 'authorization', 'upgrade', 'x'),
            fc.oneof(
              text,
              fc.constantFrom('application/json', 'multipart/form-data; boundary=b', 'websocket'),
            ),
          ),
          { maxLength: 4 },
        ),
        bytes: fc.oneof(
          fc.uint8Array({ maxLength: 60 }),
          fc.json().map((json) => Buffer.from(json)),
        ),
        state: fc.constantFrom('none', 'whole', 'beginning', 'too-large', 'undecodable'),
      }),
      (provider, { bytes, state, ...head }) => {
        const call = {
          scheme: 'https',
          version: '1.1',
          host: 'data.s3.amazonaws.com',
          port: 443,
          ...head,
          body: { bytes: Buffer.from(bytes), state },
        } as HttpCall;
        expect(classify(provider, call).operations.length).toBeGreaterThan(0);
        expect(classify(provider, call).operations.map(({ because }) => because)).not.toContain(
          'guard failed to read it',
        );
        bodyNeeded(provider, call);
      },
    ),
    { numRuns: 800 },
  );
});
