import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { explainSandboxFailure } from '../../src/doctor/explain-sandbox-failure.ts';
import { findBubblewrap, requireLinux } from '../../src/doctor/preflight.ts';

let base: string;
beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'guard-preflight-')));
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

function program(folder: string): string {
  mkdirSync(join(base, folder), { recursive: true });
  const file = join(base, folder, 'bwrap');
  writeFileSync(file, '#!/bin/sh\n');
  chmodSync(file, 0o755);
  return file;
}

describe('bubblewrap', () => {
  it('is the first on PATH', () => {
    const [first, second] = [program('a'), program('b')];
    expect(findBubblewrap(`${base}/none:${base}/a:${base}/b`)).toBe(first);
    expect(findBubblewrap(`${base}/b:${base}/a`)).toBe(second);
  });

  it('is never one inside the repository, by whatever way it is reached', () => {
    const inside = program('repository/bin');
    const outside = program('usr');
    const repository = join(base, 'repository');
    mkdirSync(join(base, 'links'));
    symlinkSync(inside, join(base, 'links', 'bwrap'));
    symlinkSync(join(base, 'repository'), join(base, 'alias'));
    const path = `${repository}/bin:${base}/links:${base}/alias/bin`;
    expect(findBubblewrap(`${path}:${base}/usr`, repository)).toBe(outside);
    expect(() => findBubblewrap(path, repository)).toThrow(/inside the repository/);
    expect(findBubblewrap(path)).toBe(inside);
    expect(findBubblewrap(`${base}/usr`, join(base, 'alias'))).toBe(outside);
  });

  it('is never looked for in the current folder', () => {
    program('here');
    const before = process.cwd();
    process.chdir(join(base, 'here'));
    try {
      expect(() => findBubblewrap(':.:bin')).toThrow(/no folder of PATH has bwrap/);
    } finally {
      process.chdir(before);
    }
  });

  it('is a file that can be run', () => {
    mkdirSync(join(base, 'folder', 'bwrap'), { recursive: true });
    chmodSync(program('plain'), 0o644);
    expect(() => findBubblewrap(`${base}/folder:${base}/plain`)).toThrow(/bubblewrap is missing/);
  });
});

it('refuses other systems and WSL 1', () => {
  expect(() => requireLinux('darwin', '23.0.0')).toThrow(/Linux only/);
  expect(() => requireLinux('linux', '4.4.0-19041-Microsoft')).toThrow(/wsl --set-version/);
  requireLinux('linux', '5.15.90.1-microsoft-standard-WSL2');
  requireLinux('linux', '6.1.0-28-amd64');
});

describe('what bubblewrap says', () => {
  const settings = (values: Record<string, string>) => (path: string) =>
    values[path.slice(path.lastIndexOf('/') + 1)] ?? null;
  const REFUSED =
    'bwrap: No permissions to create new namespace, likely because the kernel does not allow non-privileged user namespaces.';

  it.each([
    [
      REFUSED,
      { unprivileged_userns_clone: '0' },
      'sudo sysctl -w kernel.unprivileged_userns_clone=1',
    ],
    [REFUSED, { max_user_namespaces: '0' }, 'sudo sysctl -w user.max_user_namespaces=28633'],
    [REFUSED.replace('create', 'creating'), {}, /--security-opt/],
    [
      'bwrap: Creating new namespace failed: nesting depth or /proc/sys/user/max_*_namespaces exceeded (ENOSPC)',
      {},
      /max_user_namespaces=/,
    ],
    [
      'bwrap: setting up uid map: Permission denied',
      { apparmor_restrict_unprivileged_userns: '1' },
      /guard doctor/,
    ],
    [
      'bwrap: loopback: Failed RTM_NEWADDR: Operation not permitted',
      { apparmor_restrict_unprivileged_userns: '1' },
      /guard doctor/,
    ],
    ["bwrap: Can't mount proc on /newroot/proc: Operation not permitted", {}, /container/],
    [
      'bwrap: Unknown option --disable-userns',
      { 'os-release': 'ID=debian' },
      'sudo apt-get install -y bubblewrap',
    ],
    ['something new', {}, 'Run guard doctor'],
    ['', {}, 'Run guard doctor'],
  ])('%s', (stderr, values, fix) => {
    const error = explainSandboxFailure(stderr, settings(values));
    expect(error.exitCode).toBe(125);
    if (typeof fix === 'string') expect(error.fix).toBe(fix);
    else expect(error.fix).toMatch(fix);
    expect(error.format().split('\n')).toHaveLength(1);
  });

  it('is quoted by its last line only, safe to show', () => {
    const stderr = `noise\nbwrap: setting up uid map: \x1b[2J${'x'.repeat(5000)}\n`;
    const shown = explainSandboxFailure(stderr, () => null).format();
    expect(shown).not.toContain('\x1b');
    expect(shown).not.toContain('noise');
    expect(shown.length).toBeLessThan(1500);
  });
});
