import { row, type Machine, type Row } from './report.ts';
import { atLeast } from './version.ts';
import { wslVersion } from './wsl.ts';

/** Linux itself, its version, the processor, WSL, and Node. */
export function checkSystem(machine: Machine): Row[] {
  const { platform, kernelRelease } = machine;
  if (platform !== 'linux')
    return [
      row('linux', 'Linux', 'fail', platform, {
        meaning: 'guard run works on Linux only; guard check works here',
        fix: ['use a Linux machine, or WSL 2 on Windows'],
      }),
    ];
  return [kernel(kernelRelease), processor(machine), wsl(kernelRelease), node(machine)];
}

function kernel(release: string): Row {
  const fix = ["upgrade the kernel with your distribution's package manager and restart"];
  // pidfd_getfd(2) came with 5.6, close_range(2) and the last of seccomp's user notification with 5.9.
  if (!atLeast(release, 5, 9))
    return row('kernel', 'Linux 5.9 or newer', 'fail', release, {
      meaning: 'commands cannot be held and judged',
      fix,
    });
  // SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, seccomp(2)
  if (!atLeast(release, 5, 19))
    return row('kernel', 'Linux 5.19 or newer', 'warn', release, {
      meaning:
        'a program that is sent signals while its command is held starts it again and again, and may ask twice',
      fix,
    });
  return row('kernel', 'Linux', 'ok', release);
}

function processor({ arch }: Machine): Row {
  const known = arch === 'x64' || arch === 'arm64';
  return row('processor', 'Processor', known ? 'ok' : 'fail', arch, {
    meaning: known ? '' : 'the system call numbers that guard filters are those of x64 and arm64',
    fix: known ? [] : ['use a machine with a processor of one of these kinds'],
  });
}

function wsl(release: string): Row {
  const version = wslVersion(release);
  if (version === 1)
    return row('wsl', 'Windows Subsystem for Linux', 'fail', 'WSL 1', {
      meaning: 'there is no Linux kernel to enforce anything',
      fix: ['wsl --set-version DISTRIBUTION 2   (in PowerShell)'],
    });
  return row('wsl', 'Windows Subsystem for Linux', 'ok', version ? 'WSL 2' : 'no');
}

function node({ nodeVersion }: Machine): Row {
  const enough = atLeast(nodeVersion, 20, 0);
  return row('node', 'Node 20 or newer', enough ? 'ok' : 'fail', nodeVersion, {
    meaning: enough ? '' : 'guard is not tried with it',
    fix: enough ? [] : ['install a newer Node: https://nodejs.org/en/download'],
  });
}
