import { addressOf, checked, libc } from './libc.ts';

const readCall = libc.func(
  'long process_vm_readv(int pid, void *local, unsigned long locals, void *remote, unsigned long remotes, unsigned long flags)',
) as (
  pid: number,
  local: Buffer,
  locals: number,
  remote: Buffer,
  remotes: number,
  flags: number,
) => number;

/**
 * Fills `into` with the memory of another process at `address`: process_vm_readv(2), which asks for the same rights as
 * /proc/PID/mem. Throws a SystemCallError when nothing there can be read; returns the bytes that could.
 */
export function readProcessMemory(pid: number, address: number, into: Buffer): number {
  return checked(
    'process_vm_readv',
    readCall(pid, area(addressOf(into), into.length), 1, area(BigInt(address), into.length), 1, 0),
  );
}

/** struct iovec { void *base; size_t length; } */
function area(base: bigint, length: number): Buffer {
  const buffer = Buffer.alloc(16);
  buffer.writeBigUInt64LE(base, 0);
  buffer.writeBigUInt64LE(BigInt(length), 8);
  return buffer;
}
