import { accessSync, constants, existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { release } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { GuardError } from '../guard-error.ts';
import { installCommand } from './distribution.ts';
import { wslVersion } from './wsl.ts';

export interface Requirements {
  /** Absolute path of bubblewrap, links resolved. */
  bwrap: string;
}

/**
 * What `guard run` looks at before it starts anything: Linux, not WSL 1, and bubblewrap on `path` (a PATH) but not from a
 * folder inside `repository`, where the agent could have put it. Cheap and synchronous. Throws GuardError with the command
 * that mends it.
 */
export function requirements({
  path = process.env.PATH ?? '',
  repository,
}: { path?: string; repository?: string } = {}): Requirements {
  requireLinux(process.platform, release());
  requireOutside();
  return { bwrap: findBubblewrap(path, repository) };
}

/** Inside a session there are no namespaces left to make, and nothing to add. */
function requireOutside(): void {
  if (!existsSync('/run/guard/covers')) return;
  throw new GuardError({
    what: 'cannot start a session inside a session',
    why: 'this is one of guard already',
    fix: 'Run the command itself: it is guarded',
  });
}

/** Throws GuardError anywhere but on a real Linux kernel. */
export function requireLinux(platform: string, kernelRelease: string): void {
  if (platform !== 'linux')
    throw new GuardError({
      what: 'guard run works on Linux only',
      why: `this is ${platform}, which has neither namespaces nor seccomp`,
      fix: 'Use a Linux machine, or WSL 2 on Windows; guard check works here',
    });
  if (wslVersion(kernelRelease) === 1)
    throw new GuardError({
      what: 'guard run does not work in WSL 1',
      why: 'it has no Linux kernel to enforce anything',
      fix: 'In PowerShell: wsl --set-version DISTRIBUTION 2',
    });
}

/** Absolute path of the `bwrap` that `path` leads to. Throws GuardError when there is none outside the repository. */
export function findBubblewrap(path: string, repository?: string): string {
  const root = repository === undefined ? undefined : realpathSync(repository);
  let refused: string | undefined;
  for (const folder of path.split(':')) {
    // An empty or relative entry means the current folder, which the agent may write.
    if (!isAbsolute(folder)) continue;
    const file = executable(join(folder, 'bwrap'));
    if (file === null) continue;
    if (root === undefined || !isInside(file, root)) return file;
    refused = file;
  }
  throw new GuardError({
    what: 'bubblewrap is missing',
    why: refused
      ? `the only bwrap on PATH is ${refused}, inside the repository`
      : 'no folder of PATH has bwrap',
    fix: installCommand(osRelease(), 'bubblewrap'),
  });
}

function executable(file: string): string | null {
  try {
    const real = realpathSync(file);
    accessSync(real, constants.X_OK);
    return statSync(real).isFile() ? real : null;
  } catch {
    return null;
  }
}

function isInside(file: string, root: string): boolean {
  return file.startsWith(root === '/' ? '/' : `${root}/`);
}

function osRelease(): string | null {
  try {
    return readFileSync('/etc/os-release', 'utf8');
  } catch {
    return null;
  }
}
