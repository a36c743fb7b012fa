/**
 * System call numbers and audit architecture words: linux/audit.h, and arch/x86/entry/syscalls/syscall_64.tbl and
 * include/uapi/asm-generic/unistd.h. On any other machine guard refuses to start.
 */
export interface Architecture {
  /** `seccomp_data.arch`: AUDIT_ARCH_X86_64 or AUDIT_ARCH_AARCH64. */
  audit: number;
  execve: number;
  execveat: number;
  ioctl: number;
  socket: number;
  seccomp: number;
  keyctl: number;
  add_key: number;
  request_key: number;
  /** Bit set in x32 numbers (x86_64 only), or 0. */
  x32Bit: number;
}

export const architecture: Architecture | undefined = (
  {
    x64: {
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
    },
    arm64: {
      audit: 0xc00000b7,
      execve: 221,
      execveat: 281,
      ioctl: 29,
      socket: 198,
      seccomp: 277,
      keyctl: 219,
      add_key: 217,
      request_key: 218,
      x32Bit: 0,
    },
  } satisfies Partial<Record<NodeJS.Architecture, Architecture>> as Partial<
    Record<NodeJS.Architecture, Architecture>
  >
)[process.arch];
