import { describe, expect, it } from 'vitest';
import { diagnose } from '../../src/doctor/diagnose.ts';
import { GuardError } from '../../src/guard-error.ts';
import { machine, UBUNTU, type MadeUp } from './made-up-machine.ts';

async function rows(made: MadeUp = {}) {
  const { enforces, rows } = await diagnose(machine(made));
  const row = (id: string) => rows.find((each) => each.id === id);
  return { enforces, rows, row };
}

it('passes a machine on which everything works', async () => {
  const { enforces, rows: all } = await rows();
  expect(enforces).toBe(true);
  expect(all.filter(({ status }) => status !== 'ok')).toEqual([]);
});

it('gives every row that is not ok a meaning and a command', async () => {
  const broken = await rows({
    files: {
      '/proc/sys/user/max_user_namespaces': '0',
      '/proc/sys/kernel/unprivileged_userns_clone': '0',
      '/proc/sys/kernel/seccomp/actions_avail': 'kill',
      '/proc/sys/kernel/yama/ptrace_scope': '3',
      '/proc/filesystems': 'ext4',
      '/proc/sys/fs/inotify/max_user_watches': '8192',
    },
    runs: {
      'bwrap --unshare-user': { exitCode: 1 },
      'nsenter --version': null,
      'git --version': null,
    },
    changes: {
      kernelRelease: '4.4.0-19041-Microsoft',
      arch: 'ia32',
      nodeVersion: '18.0.0',
      tryTracing: () => Promise.resolve('ptrace: EPERM'),
      loadKoffi: () => Promise.reject(new Error('Cannot find the native Koffi module\nmore')),
    },
  });
  expect(broken.enforces).toBe(false);
  const bad = broken.rows.filter(({ status }) => status !== 'ok');
  expect(bad.map(({ id }) => id)).toEqual([
    'kernel',
    'processor',
    'wsl',
    'node',
    'kernel.unprivileged_userns_clone',
    'user.max_user_namespaces',
    'user-namespaces',
    'seccomp',
    'ptrace',
    'tracing',
    'overlay',
    'inotify',
    'nsenter',
    'git',
    'koffi',
  ]);
  for (const { meaning, fix, found } of bad) {
    expect(meaning).not.toBe('');
    expect(found).not.toContain('\n');
    expect(fix.length).toBeGreaterThan(0);
  }
});

describe('the kernel', () => {
  it.each([
    ['6.18.44', 'ok'],
    ['5.19.0-1-amd64', 'ok'],
    ['5.15.0-91-generic', 'warn'],
    ['5.15.90.1-microsoft-standard-WSL2', 'warn'],
    ['5.8.0', 'fail'],
    ['4.19.0-26', 'fail'],
    ['nonsense', 'fail'],
  ])('%s is %s', async (kernelRelease, status) => {
    expect((await rows({ changes: { kernelRelease } })).row('kernel')?.status).toBe(status);
  });

  it('of WSL 2 will do, that of WSL 1 will not', async () => {
    const release = (kernelRelease: string) => rows({ changes: { kernelRelease } });
    expect((await release('5.15.90.1-microsoft-standard-WSL2')).row('wsl')).toMatchObject({
      status: 'ok',
      found: 'WSL 2',
    });
    expect((await release('4.4.0-19041-Microsoft')).row('wsl')?.status).toBe('fail');
  });

  it('of another system ends it', async () => {
    const other = await rows({ changes: { platform: 'darwin' } });
    expect(other).toMatchObject({ enforces: false, rows: [{ id: 'linux', status: 'fail' }] });
  });
});

describe('bubblewrap', () => {
  it.each([
    ['bubblewrap 0.11.0', 'ok'],
    ['bubblewrap 0.8.0', 'ok'],
    ['bubblewrap 0.6.1', 'warn'],
    ['bubblewrap 0.4.1', 'fail'],
    ['', 'fail'],
  ])('%j is %s', async (stdout, status) => {
    const runs = { 'bwrap --version': { stdout } };
    expect((await rows({ runs })).row('bubblewrap')?.status).toBe(status);
  });

  it.each([
    ['ID=debian', 'sudo apt-get install -y bubblewrap'],
    ['ID="rocky"\nID_LIKE="rhel centos fedora"', 'sudo dnf install -y bubblewrap'],
    ['ID=manjaro\nID_LIKE=arch', 'sudo pacman -S --needed bubblewrap'],
    ["ID='alpine'", 'sudo apk add bubblewrap'],
    ['ID="opensuse-leap"\nID_LIKE="suse opensuse"', 'sudo zypper install -y bubblewrap'],
    ['ID=nixos', "install the package bubblewrap with your distribution's package manager"],
  ])('missing on %j is mended by %s', async (release, command) => {
    const findBubblewrap = () => {
      throw new GuardError({
        what: 'bubblewrap is missing',
        why: 'no folder of PATH has it',
        fix: '',
      });
    };
    const { row, enforces } = await rows({
      files: { '/etc/os-release': release },
      changes: { findBubblewrap },
    });
    expect(enforces).toBe(false);
    expect(row('bubblewrap')).toMatchObject({ status: 'fail', fix: [command] });
  });
});

describe('user namespaces on Ubuntu', () => {
  const files = {
    '/etc/os-release': UBUNTU,
    '/proc/sys/kernel/apparmor_restrict_unprivileged_userns': '1',
  };

  it('need a profile for bubblewrap when they do not work', async () => {
    const stderr = 'bwrap: loopback: Failed RTM_NEWADDR: Operation not permitted';
    const { enforces, row } = await rows({
      files,
      runs: { 'bwrap --unshare-user nested': { exitCode: 1, stderr } },
    });
    expect(enforces).toBe(false);
    const nested = row('nested-namespaces');
    expect(nested?.found).toContain('RTM_NEWADDR');
    const text = nested?.fix.join('\n') ?? '';
    expect(text).toContain('profile guard-bwrap /usr/bin/bwrap flags=(unconfined) {');
    expect(text).toContain('userns,');
    expect(text).toContain('sudo apparmor_parser -r /etc/apparmor.d/guard-bwrap');
  });

  it('need nothing when a profile is there already', async () => {
    const { enforces, row } = await rows({ files });
    expect(enforces).toBe(true);
    expect(row('apparmor')).toMatchObject({ status: 'ok', found: 'restricted' });
  });
});

it.each([
  ['0', 'ok'],
  ['1', 'ok'],
  ['2', 'fail'],
  ['3', 'fail'],
])('ptrace scope %s is %s', async (scope, status) => {
  const files = { '/proc/sys/kernel/yama/ptrace_scope': scope };
  expect((await rows({ files })).row('ptrace')?.status).toBe(status);
});
