import koffi from 'koffi';
import { constants } from 'node:os';

/** The C library this process already has loaded: glibc or musl, whichever Node runs on. */
export const libc = koffi.load(null);

export const koffiVersion = koffi.version;

/** A failed system call, with errno kept apart from the sentence. */
export class SystemCallError extends Error {
  readonly call: string;
  readonly errno: number;
  readonly code: string;

  constructor(call: string, errno: number) {
    const code = errnoName(errno);
    super(`${call}: ${code}`);
    this.name = 'SystemCallError';
    this.call = call;
    this.errno = errno;
    this.code = code;
  }
}

/** `result` unless it is negative; then throws what errno says about `call`. */
export function checked(call: string, result: number | bigint): number {
  const value = Number(result);
  if (value < 0) throw new SystemCallError(call, koffi.errno());
  return value;
}

/** errno of the last call on this thread. */
export function errno(): number {
  return koffi.errno();
}

export function errnoName(value: number): string {
  return (
    Object.entries(constants.errno).find(([, number]) => number === value)?.[0] ?? `errno ${value}`
  );
}

/** Where a buffer's bytes are; valid while the buffer is referenced. */
export function addressOf(buffer: Buffer): bigint {
  return BigInt(koffi.address(buffer));
}
