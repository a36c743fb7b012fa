import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createZstdStage } from '../../../src/egress/inspect/decode-zstd.ts';
import { Undecodable } from '../../../src/egress/inspect/decoder.ts';
import { zstdBlock, zstdHead } from './zstd-bytes.ts';

/** Made by zstd(1) 1.5.4 at level 19: compressed blocks, a checksum, a single segment. */
const REAL =
  'KLUv/QRo7QIAooQRGHCtDhj2BN511WxQ/L8C0CiW1MKe0P+HGZVJRw6jIBR3G7jb+7L+nl43OFPCPNvVKABHdpxwSwfn0n3QiS3K/noEsXxOAwggUFP1BFtNdxxzQnfHyV9DgDUyk1+P7g==';

async function decode(chunks: Buffer[]): Promise<Buffer> {
  const out: Buffer[] = [];
  const stage = createZstdStage((chunk) => {
    out.push(chunk);
    return Promise.resolve();
  });
  for (const chunk of chunks) await stage.push(chunk);
  await stage.end();
  return Buffer.concat(out);
}

describe('Zstandard', () => {
  it('decodes what the real program makes, a byte at a time too', async () => {
    const bytes = Buffer.from(REAL, 'base64');
    const whole = (await decode([bytes])).toString();
    expect(JSON.parse(whole)).toMatchObject({
      query: 'mutation { volumeDelete(volumeId: "v-1") }',
    });
    expect((await decode([...bytes].map((byte) => Buffer.from([byte])))).toString()).toBe(whole);
  });

  it.skipIf(!hasZstd())('decodes large bodies of the real program', async () => {
    const text = Buffer.from(randomBytes(150_000).toString('base64').repeat(3));
    for (const level of ['-1', '-3', '-19']) {
      const coded = execFileSync('zstd', [level, '-c'], {
        input: text,
        stdio: ['pipe', 'pipe', 'ignore'],
      });
      const sum = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
      expect(sum(await decode([coded, coded]))).toBe(sum(Buffer.concat([text, text])));
    }
  });

  it('skips frames that are to be skipped', async () => {
    const skip = Buffer.concat([
      Buffer.from([0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0]),
      Buffer.from('abc'),
    ]);
    const real = Buffer.from(REAL, 'base64');
    expect((await decode([skip, real])).equals(await decode([real]))).toBe(true);
  });

  const cases: [what: string, bytes: Buffer][] = [
    [
      'a window of 64 MiB',
      Buffer.concat([zstdHead(0x80), zstdBlock(0, 1, true), Buffer.from('x')]),
    ],
    [
      'a block of 2 MiB',
      Buffer.concat([zstdHead(0x38), zstdBlock(1, (1 << 21) - 1, true), Buffer.from('x')]),
    ],
    ['a dictionary', Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x01, 0x38, 7, 1, 0, 0])],
    ['a reserved block', Buffer.concat([zstdHead(0x38), zstdBlock(3, 1, true), Buffer.from('x')])],
    // 8 MiB moved for each of them.
    [
      'thousands of empty blocks',
      Buffer.concat([
        zstdHead(0x68),
        ...Array.from({ length: 5000 }, () => zstdBlock(0, 0, false)),
      ]),
    ],
  ];
  it.each(cases)('refuses %s', async (_, bytes) => {
    await expect(decode([bytes])).rejects.toThrow(Undecodable);
  });

  it('delivers a bomb piece by piece', async () => {
    const blocks = Array.from({ length: 2000 }, () =>
      Buffer.concat([zstdBlock(1, 128 * 1024, false), Buffer.from('x')]),
    );
    let seen = 0;
    const stage = createZstdStage((chunk) => {
      seen += chunk.length;
      return seen > 1_000_000 ? Promise.reject(new Error('enough')) : Promise.resolve();
    });
    await expect(stage.push(Buffer.concat([zstdHead(0x38), ...blocks]))).rejects.toThrow('enough');
    expect(seen).toBeLessThan(2_000_000);
  });
});

function hasZstd(): boolean {
  try {
    execFileSync('zstd', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
