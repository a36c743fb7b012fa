import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { Automaton } from '../../src/credentials/automaton.ts';
import { HeldStream } from '../../src/credentials/held-stream.ts';
import { KnownValues } from '../../src/credentials/known-values.ts';
import { Scrubber } from '../../src/credentials/scrub.ts';
import { CallStopped, type StreamFilter } from '../../src/egress/inspect/types.ts';
import type { CredentialFact } from '../../src/policy/types.ts';
import { encodedForms } from '../../src/secrets/secret-forms.ts';
import { call, REAL, world } from './world.ts';

/** Cuts a buffer at the given places, taken modulo its length. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const at = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...at].map((start, index) => bytes.subarray(start, at[index] ?? bytes.length));
}

function through(filter: StreamFilter, chunks: readonly Buffer[]): Buffer {
  return Buffer.concat([...chunks.map((chunk) => filter.push(chunk)), filter.end()]);
}

const small = fc.stringMatching(/^[abAB]{1,6}$/);
const cuts = fc.array(fc.nat(), { maxLength: 8 });

describe('the automaton', () => {
  /** Where patterns end in a text, by looking at each place. */
  function ends(text: string, patterns: readonly string[]): number[] {
    const [low, wanted] = [text.toLowerCase(), patterns.map((each) => each.toLowerCase())];
    const places = Array.from({ length: text.length }, (_, at) => at + 1);
    return places.filter((end) => wanted.some((each) => low.slice(0, end).endsWith(each)));
  }

  test('finds every end of every pattern, and no other, whatever the case', () => {
    fc.assert(
      fc.property(
        fc.array(small, { minLength: 1, maxLength: 8 }),
        fc.stringMatching(/^[abcAB]{0,60}$/),
        (patterns, text) => {
          const automaton = new Automaton(patterns.map((each) => Buffer.from(each)));
          const at = { index: 0, state: 0 };
          const found: number[] = [];
          while (automaton.advance(Buffer.from(text), at)) {
            found.push(at.index);
            const longest = patterns[automaton.found(at.state)]?.toLowerCase() ?? '?';
            expect(text.slice(0, at.index).toLowerCase().endsWith(longest)).toBe(true);
          }
          expect(found).toEqual(ends(text, patterns));
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('keeps back exactly what could be the beginning of a pattern', () => {
    fc.assert(
      fc.property(fc.array(small, { minLength: 1, maxLength: 6 }), small, (patterns, text) => {
        const filter = new HeldStream(
          new Automaton(patterns.map((p) => Buffer.from(p))),
          () => undefined,
        );
        const out = filter.push(Buffer.from(text)).length;
        const low = text.toLowerCase();
        const beginnings = Array.from({ length: text.length + 1 }, (_, at) => low.slice(at)).filter(
          (end) => patterns.some((p) => p.toLowerCase().startsWith(end)),
        );
        expect(text.length - out).toBe(Math.max(...beginnings.map((each) => each.length)));
      }),
    );
  });

  it('finds nothing without patterns', () => {
    const automaton = new Automaton([Buffer.alloc(0)]);
    expect(automaton.advance(randomBytes(1000), { index: 0, state: 0 })).toBe(false);
  });
});

describe('a body that goes out unjudged', () => {
  const w = world();
  const send = (chunks: Buffer[]) => {
    const facts: CredentialFact[] = [];
    const sent: Buffer[] = [];
    const filter = w.credentials.outgoing((fact) => {
      facts.push(fact);
      return { status: 403, headers: [], body: Buffer.alloc(0) };
    });
    try {
      for (const chunk of chunks) sent.push(filter.push(chunk));
      sent.push(filter.end());
    } catch (error) {
      expect(error).toBeInstanceOf(CallStopped);
    }
    return { facts, sent: Buffer.concat(sent) };
  };

  test('stops at a known value in any form and any pieces, and has sent nothing of it', () => {
    const values = [...Object.values(REAL), w.of('railway'), w.of('github')];
    const form = fc
      .constantFrom(...values)
      .chain((value) => fc.constantFrom(...encodedForms(value)))
      .filter((each) => each.length >= 8);
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 50 }),
        form,
        fc.uint8Array({ maxLength: 50 }),
        cuts,
        (a, b, c, at) => {
          const body = Buffer.concat([a, Buffer.from(b), c]);
          const { facts, sent } = send(cut(body, at));
          expect(facts).toHaveLength(1);
          expect(['leak', 'misplaced']).toContain(facts[0]?.kind);
          expect(sent.length).toBeLessThanOrEqual(a.length);
        },
      ),
    );
  });

  test('lets everything else through as it is, byte by byte too', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), cuts, (bytes, at) => {
        const body = Buffer.from(bytes);
        expect(send(cut(body, at)).sent).toEqual(body);
      }),
    );
    const almost = Buffer.from(`${w.of('github').slice(0, -1)}\n`.repeat(20));
    expect(send([...almost].map((byte) => Buffer.from([byte]))).sent).toEqual(almost);
  });

  it('does not keep an event back', () => {
    const filter = w.credentials.outgoing(() => ({
      status: 403,
      headers: [],
      body: Buffer.alloc(0),
    }));
    const event = Buffer.from('data: {"text":"gh"}\n\n');
    expect(filter.push(event)).toEqual(event);
  });
});

describe('what comes back', () => {
  const pairs = Object.values(REAL).map((real): [string, string] => [
    real,
    world([]).credentials.standInFor(real) ?? real.replace(/[A-Za-z0-9]/g, 'x'),
  ]);
  const scrubber = new Scrubber(pairs);
  const echoed = fc
    .constantFrom(...Object.values(REAL))
    .chain((real) => fc.constantFrom(...encodedForms(real)))
    .filter((form) => form.length >= 8);

  test('holds no real value in any form, however it is cut, and is as long as it was', () => {
    const piece = fc.oneof(echoed, fc.string({ maxLength: 20 }));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), cuts, (parts, at) => {
        const body = Buffer.from(parts.join(''));
        const out = through(scrubber.filter().body, cut(body, at));
        expect(out.length).toBe(body.length);
        const text = out.toString('latin1').toLowerCase();
        for (const form of Object.values(REAL).flatMap(encodedForms))
          if (form.length >= 8) expect(text).not.toContain(form.toLowerCase());
      }),
      { numRuns: 300 },
    );
  });

  it('has the placeholder in its place, in the same encoding, also in headers', () => {
    const w = world();
    const examined = w.credentials.examine(
      call('backboard.railway.test', { authorization: `Bearer ${w.of('railway')}` }),
    );
    const filter = examined.scrub();
    const b64 = (text: string) => Buffer.from(`you sent ${text}.`).toString('base64');
    expect(filter?.header(`Bearer ${REAL.railway}; q=1`)).toBe(`Bearer ${w.of('railway')}; q=1`);
    const body = Buffer.from(`${REAL.railway} ${REAL.railway}`);
    expect(filter && through(filter.body, [body]).toString()).toBe(
      `${w.of('railway')} ${w.of('railway')}`,
    );
    const encoded = examined
      .scrub()
      ?.body.push(Buffer.from(`${b64(REAL.railway)}\n`))
      .toString();
    const decoded = Buffer.from(encoded ?? '', 'base64').toString();
    expect(decoded).toContain(w.of('railway').slice(1, -1));
    expect(decoded).not.toContain(REAL.railway);
    // What others of the session have is taken out, too.
    expect(examined.scrub()?.header(REAL.stripe)).toBe(w.of('stripe'));
  });

  it('leaves the chunk it was given alone', () => {
    const chunk = Buffer.from(`a ${REAL.stripe} b`);
    const before = Buffer.from(chunk);
    through(scrubber.filter().body, [chunk]);
    expect(chunk).toEqual(before);
  });
});

test('throughput of an outgoing body, printed', () => {
  const known = new KnownValues();
  for (let n = 0; n < 50; n++) {
    known.addPlaceholder(`ghp_${randomBytes(27).toString('hex').slice(0, 36)}`, 'x');
    known.addReal(`sk_live_${randomBytes(24).toString('base64url')}`);
  }
  const { automaton } = known.compiled;
  const body = Buffer.from(randomBytes(12 * 2 ** 20).toString('base64'));
  for (let round = 0; round < 3; round++) {
    const filter = new HeldStream(automaton, () => undefined);
    const start = process.cpuUsage();
    for (let at = 0; at < body.length; at += 65536) filter.push(body.subarray(at, at + 65536));
    const seconds = process.cpuUsage(start).user / 1e6;
    process.stdout.write(`100 values: ${Math.round(body.length / 1e6 / seconds)} MB/s\n`);
  }
});
