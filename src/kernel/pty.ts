import { closeSync } from 'node:fs';
import { checked, libc } from './libc.ts';

/** Pseudo-terminals: pty(7), ioctl_tty(2), termios(3). */
export interface Pty {
  master: number;
  slave: number;
}

const openCall = libc.func('int posix_openpt(int flags)') as (flags: number) => number;
const grantCall = libc.func('int grantpt(int fd)') as (fd: number) => number;
const unlockCall = libc.func('int unlockpt(int fd)') as (fd: number) => number;
const ioctlBuffer = libc.func('ioctl', 'int', ['int', 'ulong', 'void *']) as (
  fd: number,
  request: number,
  argument: Buffer,
) => number;
const ioctlValue = libc.func('ioctl', 'int', ['int', 'ulong', 'ulong']) as (
  fd: number,
  request: number,
  value: number,
) => number;

const O_RDWR_NOCTTY_CLOEXEC = 0o2 | 0o400 | 0o2000000;
/** Opens the other end without a path, Linux 4.13: the devpts inside the session is another one. */
const TIOCGPTPEER = 0x5441;
const TIOCSWINSZ = 0x5414;
const TIOCGWINSZ = 0x5413;
const TCGETS = 0x5401;
const TCSETS = 0x5402;
/** struct termios of the kernel: 4 flag words, c_line, 19 control characters. */
const TERMIOS_SIZE = 36;

export function openPty(): Pty {
  const master = checked('posix_openpt', openCall(O_RDWR_NOCTTY_CLOEXEC));
  try {
    checked('grantpt', grantCall(master));
    checked('unlockpt', unlockCall(master));
    return {
      master,
      slave: checked('TIOCGPTPEER', ioctlValue(master, TIOCGPTPEER, O_RDWR_NOCTTY_CLOEXEC)),
    };
  } catch (error) {
    closeSync(master);
    throw error;
  }
}

/** struct winsize { u16 rows, columns, x, y; }, as bytes to hand on unchanged. */
export function windowSize(fd: number): Buffer {
  const size = Buffer.alloc(8);
  checked('TIOCGWINSZ', ioctlBuffer(fd, TIOCGWINSZ, size));
  return size;
}

export function setWindowSize(fd: number, size: Buffer): void {
  checked('TIOCSWINSZ', ioctlBuffer(fd, TIOCSWINSZ, size));
}

/** The terminal's modes, as bytes to put back unchanged. */
export function terminalModes(fd: number): Buffer {
  const modes = Buffer.alloc(TERMIOS_SIZE + 24);
  checked('TCGETS', ioctlBuffer(fd, TCGETS, modes));
  return modes;
}

export function setTerminalModes(fd: number, modes: Buffer): void {
  checked('TCSETS', ioctlBuffer(fd, TCSETS, modes));
}
