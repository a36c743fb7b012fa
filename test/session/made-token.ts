import { randomInt } from 'node:crypto';
import { CHECKSUM_KINDS } from '../../src/secrets/rules/checksums.ts';

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** A value of a provider's shape, with the right checksum, that was never anybody's. */
export function madeToken(): string {
  const body = Array.from({ length: 36 }, () => BASE62[randomInt(BASE62.length)]).join('');
  return CHECKSUM_KINDS['github-crc32'].seal(`ghp_${body}`);
}
