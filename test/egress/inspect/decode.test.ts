import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contentCodings, createDecoder } from '../../../src/egress/inspect/decode.ts';
import { Undecodable } from '../../../src/egress/inspect/decoder.ts';
import { zstdStored } from './zstd-bytes.ts';

const CODERS: Record<string, (bytes: Buffer) => Buffer> = {
  gzip: (bytes) => gzipSync(bytes),
  deflate: (bytes) => deflateSync(bytes),
  br: (bytes) => brotliCompressSync(bytes),
  zstd: zstdStored,
};

async function decode(codings: string[], chunks: Buffer[]): Promise<Buffer> {
  const out: Buffer[] = [];
  const decoder = createDecoder(codings, (chunk) => {
    out.push(chunk);
    return Promise.resolve();
  });
  try {
    for (const chunk of chunks) await decoder.push(chunk);
    await decoder.end();
  } finally {
    decoder.close();
  }
  return Buffer.concat(out);
}

function cut(bytes: Buffer, sizes: number[]): Buffer[] {
  const out: Buffer[] = [];
  let at = 0;
  for (let n = 0; at < bytes.length; n++) {
    const size = sizes[n % sizes.length] ?? 1;
    out.push(bytes.subarray(at, at + size));
    at += size;
  }
  return out;
}

describe('content codings', () => {
  it('undoes any of them, however the bytes are cut', async () => {
    const coding = fc.constantFrom(...Object.keys(CODERS));
    const codings = fc.array(coding, { minLength: 1, maxLength: 3 });
    const sizes = fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 5 });
    const body = fc.oneof(
      fc.uint8Array({ maxLength: 3000 }),
      fc.integer({ min: 0, max: 60_000 }).map((length) => new Uint8Array(length).fill(120)),
    );
    await fc.assert(
      fc.asyncProperty(codings, sizes, body, async (names, pieces, given) => {
        const plain = Buffer.from(given);
        const coded = names.reduce<Buffer>((bytes, name) => CODERS[name]?.(bytes) ?? bytes, plain);
        expect((await decode(names, cut(coded, pieces))).equals(plain)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('undoes bare DEFLATE data as well, and several gzip members', async () => {
    expect((await decode(['deflate'], [deflateRawSync('abc')])).toString()).toBe('abc');
    const members = Buffer.concat([gzipSync('abc'), gzipSync('def')]);
    expect((await decode(['gzip'], [members])).toString()).toBe('abcdef');
  });

  it.each(Object.keys(CODERS))(
    'takes no %s body that is cut, or goes on behind its end',
    async (name) => {
      const coded: Buffer =
        CODERS[name]?.(Buffer.from('some text, some text, some text')) ?? Buffer.alloc(0);
      for (const bytes of [coded.subarray(0, -1), coded.subarray(0, 5)]) {
        await expect(decode([name], [bytes])).rejects.toThrow(Undecodable);
      }
      for (const more of ['x', '\0', '\0\0\0\0\0\0\0\0', '{"query":"mutation"}']) {
        await expect(decode([name], [coded, Buffer.from(more)])).rejects.toThrow(Undecodable);
        await expect(decode([name], [Buffer.concat([coded, Buffer.from(more)])])).rejects.toThrow(
          Undecodable,
        );
      }
    },
  );

  it.each(Object.keys(CODERS))('survives any bytes as %s', async (name) => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (given) => {
        const head = CODERS[name]?.(Buffer.from('abc')).subarray(0, 6) ?? Buffer.alloc(0);
        for (const bytes of [Buffer.from(given), Buffer.concat([head, given])]) {
          await decode([name], [bytes]).catch((error: unknown) => {
            expect(error).toBeInstanceOf(Undecodable);
          });
        }
      }),
      { numRuns: 100 },
    );
  });

  it('delivers a bomb piece by piece, and stops when told to', async () => {
    for (const bomb of [
      gzipSync(Buffer.alloc(50_000_000)),
      brotliCompressSync(Buffer.alloc(50_000_000)),
    ]) {
      let seen = 0;
      let largest = 0;
      const decoder = createDecoder([bomb[0] === 0x1f ? 'gzip' : 'br'], (chunk) => {
        seen += chunk.length;
        largest = Math.max(largest, chunk.length);
        return seen > 100_000 ? Promise.reject(new Error('enough')) : Promise.resolve();
      });
      await expect(decoder.push(bomb)).rejects.toThrow('enough');
      decoder.close();
      expect(largest).toBeLessThanOrEqual(64 * 1024);
      expect(seen).toBeLessThan(200_000);
    }
  });

  it('knows which it cannot undo', () => {
    const of = (...values: string[]) =>
      contentCodings(values.map((value) => ['content-encoding', value]));
    expect(of()).toEqual([]);
    expect(of('identity')).toEqual([]);
    expect(of(' GZIP , x-gzip', 'Br')).toEqual(['gzip', 'gzip', 'br']);
    expect(of('gzip,gzip,gzip,gzip')).toBe(null);
    expect(of('compress')).toBe(null);
    expect(of('gzip;q=1')).toBe(null);
  });
});
