import { addressOf, checked, libc, SystemCallError, errno } from './libc.ts';

const execveCall = libc.func('int execve(const char *path, void *argv, void *envp)') as (
  path: string,
  argv: Buffer,
  envp: Buffer,
) => number;
const setsidCall = libc.func('int setsid()') as () => number;

/** Replaces this process. Returns only by throwing. Strings are passed as UTF-8; none may hold a NUL. */
export function execve(
  path: string,
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
): never {
  const keep: Buffer[] = [];
  const vector = (strings: readonly string[]): Buffer => {
    const pointers = Buffer.alloc(8 * (strings.length + 1));
    strings.forEach((string, index) => {
      const bytes = Buffer.from(`${string}\0`, 'utf8');
      keep.push(bytes);
      pointers.writeBigUInt64LE(addressOf(bytes), index * 8);
    });
    return pointers;
  };
  execveCall(
    path,
    vector(argv),
    vector(Object.entries(env).map(([name, value]) => `${name}=${value}`)),
  );
  throw new SystemCallError('execve', errno());
}

/** A session of its own, without a controlling terminal: setsid(2). */
export function newSession(): void {
  checked('setsid', setsidCall());
}

const signalCall = libc.func('void *signal(int number, void *action)') as (
  number: number,
  action: null,
) => unknown;
/** signal(7), the numbers of x86 and arm. */
const SIGPIPE = 13;
const SIGXFSZ = 25;

/** Node ignores these, and what is ignored stays so over execve(2). */
export function resetIgnoredSignals(): void {
  for (const number of [SIGPIPE, SIGXFSZ]) signalCall(number, null);
}
