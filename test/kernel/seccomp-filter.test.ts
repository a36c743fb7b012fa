import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Architecture } from '../../src/kernel/architecture.ts';
import { filterProgram } from '../../src/kernel/seccomp.ts';

const X64: Architecture = {
  audit: 0xc000003e,
  execve: 59,
  execveat: 322,
  ioctl: 16,
  socket: 41,
  seccomp: 317,
  keyctl: 250,
  add_key: 248,
  request_key: 249,
  x32Bit: 0x40000000,
};
const NOTIFY = 0x7fc00000;
const ALLOW = 0x7fff0000;
const ENOSYS = 0x00050000 + 38;
const EPERM = 0x00050000 + 1;

/** Runs the program as the kernel would: classic BPF over struct seccomp_data (linux/filter.h). */
function run(number: number, arch = X64.audit, secondArgument = 0, firstArgument = 0): number {
  const data = Buffer.alloc(64);
  data.writeUInt32LE(number >>> 0, 0);
  data.writeUInt32LE(arch, 4);
  data.writeUInt32LE(firstArgument, 16);
  data.writeUInt32LE(secondArgument, 24);
  const program = filterProgram(X64);
  let accumulator = 0;
  for (let at = 0; ; at += 1) {
    const [code, ifTrue, ifFalse, value] = program[at] ?? [0, 0, 0, 0];
    if (code === 0x20) accumulator = data.readUInt32LE(value);
    else if (code === 0x15) at += accumulator === value ? ifTrue : ifFalse;
    else if (code === 0x45) at += (accumulator & value) !== 0 ? ifTrue : ifFalse;
    else if (code === 0x06) return value;
    else throw new Error(`instruction ${code}`);
  }
}

describe('the filter', () => {
  it('holds execve and execveat', () => {
    expect(run(59)).toBe(NOTIFY);
    expect(run(322)).toBe(NOTIFY);
  });

  it('refuses calls in the numbers of another architecture', () => {
    // AUDIT_ARCH_I386, where execve is 11
    expect(run(11, 0x40000003)).toBe(ENOSYS);
    expect(run(59, 0x40000003)).toBe(ENOSYS);
  });

  it('refuses x32 numbers', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1024 }),
        (number) => run(number | 0x40000000) === ENOSYS,
      ),
    );
  });

  it('refuses typing into a terminal, and nothing else of ioctl', () => {
    expect(run(16, X64.audit, 0x5412)).toBe(EPERM);
    expect(run(16, X64.audit, 0x541c)).toBe(EPERM);
    expect(run(16, X64.audit, 0x5413)).toBe(ALLOW);
  });

  it('refuses kernel keyrings', () => {
    for (const number of [248, 249, 250]) expect(run(number)).toBe(EPERM);
  });

  it('opens sockets only of families that a network namespace confines', () => {
    const confined = [0, 1, 2, 10, 16, 17];
    for (let family = 0; family < 64; family += 1)
      for (const type of [1, 0x5412])
        expect(run(41, X64.audit, type, family)).toBe(
          confined.includes(family) ? ALLOW : 0x00050000 + 97,
        );
  });

  it('lets every other call through', () => {
    const special = new Set([16, 41, 59, 322, 248, 249, 250]);
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 600 }),
        fc.integer({ min: 0, max: 0xffff }),
        (number, argument) => {
          fc.pre(!special.has(number));
          return run(number, X64.audit, argument) === ALLOW;
        },
      ),
    );
  });
});
