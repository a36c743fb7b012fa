import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { FileStamp } from './held-call.ts';

/** binfmt_misc (Documentation/admin-guide/binfmt-misc.rst): interpreters that an administrator registered. */
const REGISTERED = '/proc/sys/fs/binfmt_misc';

/**
 * Whether `loaded` is the registered interpreter of a file of another format (another machine's programs, for one), given
 * that file. `hasArguments` compares what it was started with.
 */
export function startedByFormat(
  loaded: FileStamp,
  called: { filename: string; argv: readonly string[] },
  hasArguments: (argv: readonly string[]) => boolean,
): boolean {
  return registered().some(({ interpreter, keepsName }) => {
    const stats = statSync(interpreter, { throwIfNoEntry: false });
    if (stats?.dev !== loaded.dev || stats.ino !== loaded.ino) return false;
    const [name = '', ...rest] = called.argv;
    return hasArguments([interpreter, called.filename, ...(keepsName ? [name] : []), ...rest]);
  });
}

export interface RegisteredFormat {
  interpreter: string;
  /** Flag `P`: the interpreter is told the program's own name too. */
  keepsName: boolean;
}

function registered(): RegisteredFormat[] {
  try {
    return readdirSync(REGISTERED)
      .filter((name) => name !== 'register' && name !== 'status')
      .flatMap((name) => readFormat(readFileSync(join(REGISTERED, name), 'utf8')) ?? []);
  } catch {
    return [];
  }
}

export function readFormat(text: string): RegisteredFormat | null {
  const interpreter = /^interpreter (.*)$/m.exec(text)?.[1];
  if (!text.startsWith('enabled') || interpreter === undefined) return null;
  return { interpreter, keepsName: /^flags:.*P/m.test(text) };
}
