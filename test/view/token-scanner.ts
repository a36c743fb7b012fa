import { readSync } from 'node:fs';
import type { Scanner, SecretSpan } from '../../src/secrets/engine/detector.ts';

/** Finds tokens of a test's own shape, and what stands between BEGIN and END lines: so that a test needs no rules. */
export const TOKEN =
  /tok_[A-Za-z0-9]{12,40}|(?<=password: ")[^"\n]+|(?<=-----BEGIN A KEY-----\n)[^-]+/g;

export const tokenScanner: Scanner = {
  scan: (_path, bytes) => spansIn(bytes.toString('latin1')),
  scanDescriptor(_path, fd, size) {
    const bytes = Buffer.alloc(size);
    return spansIn(bytes.toString('latin1', 0, readSync(fd, bytes, 0, size, 0)));
  },
};

function spansIn(text: string): SecretSpan[] {
  return [...text.matchAll(TOKEN)].map(({ 0: found, index }) => ({
    rule: 'test.token',
    tier: 'certain',
    start: index,
    end: index + found.length,
  }));
}
