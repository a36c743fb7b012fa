import { expect, it } from 'vitest';
import { watchedStage } from '../../../src/egress/inspect/body-stage.ts';
import { zstdBlock, zstdHead } from './zstd-bytes.ts';

const block = (text: string, last = false) =>
  Buffer.concat([zstdBlock(0, text.length, last), Buffer.from(text)]);

it('keeps back coded bytes while what they decode to is kept back', async () => {
  let out = '';
  let kept = '';
  // Keeps back everything from an `S` on until it has seen what follows.
  const take = (text: string) => {
    const all = kept + text;
    const at = all.endsWith('S') ? all.length - 1 : all.length;
    kept = all.slice(at);
    return Buffer.from(all.slice(0, at));
  };
  const filter = {
    push: (chunk: Buffer) => take(chunk.toString()),
    end: () => Buffer.from(kept),
  };
  const stage = watchedStage(['zstd'], filter, (chunk) => {
    out += chunk.toString('latin1');
    return Promise.resolve();
  });
  const [first, second, third] = [block('abcS'), block('def'), block('ghiS', true)];
  await stage.push(zstdHead(0x38));
  await stage.push(first);
  expect(out).toBe('');
  // As much as the decoder waits for at the beginning of a frame.
  await stage.push(block('x'.repeat(40)));
  await stage.push(second);
  expect(out).toContain('abcS');
  expect(out).toContain('def');
  await stage.push(third);
  expect(out).not.toContain('ghi');
  await stage.end();
  expect(out).toBe(
    Buffer.concat([zstdHead(0x38), first, block('x'.repeat(40)), second, third]).toString('latin1'),
  );
  stage.close();
});
