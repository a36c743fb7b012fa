import type { Machine, Run } from '../../src/doctor/report.ts';

export const UBUNTU = 'NAME="Ubuntu"\nID=ubuntu\nID_LIKE=debian\nVERSION_ID="24.04"';

export interface MadeUp {
  files?: Record<string, string>;
  /** By the program's last component and its first argument, e.g. `bwrap --unshare-user`. */
  runs?: Record<string, Partial<Run> | null>;
  changes?: Partial<Machine>;
}

const FILES = {
  '/etc/os-release': 'ID=debian',
  '/proc/sys/user/max_user_namespaces': '96365',
  '/proc/sys/kernel/seccomp/actions_avail': 'kill_process trap errno user_notif allow',
  '/proc/sys/kernel/yama/ptrace_scope': '1',
  '/proc/filesystems': 'nodev\tsysfs\n\text4\nnodev\toverlay',
  '/proc/sys/fs/inotify/max_user_watches': '192536',
};

/** A machine on which everything works, but for what a test changes. */
export function machine({ files = {}, runs = {}, changes = {} }: MadeUp = {}): Machine {
  const all: Record<string, string> = { ...FILES, ...files };
  return {
    platform: 'linux',
    arch: 'x64',
    nodeVersion: '20.11.1',
    kernelRelease: '6.8.0-45-generic',
    env: {},
    read: (path) => all[path] ?? null,
    run(program, args) {
      const name = program.slice(program.lastIndexOf('/') + 1);
      const nested = args.includes('--unshare-net') ? ' nested' : '';
      const made = runs[`${name} ${args[0]}${nested}`];
      const stdout =
        args[0] === '--version' ? `${name === 'bwrap' ? 'bubblewrap' : name} 2.0.0` : '';
      return Promise.resolve(made === null ? null : { exitCode: 0, stdout, stderr: '', ...made });
    },
    findBubblewrap: () => '/usr/bin/bwrap',
    loadKoffi: () => Promise.resolve('3.3.4'),
    tryTracing: () => Promise.resolve(null),
    ...changes,
  };
}
