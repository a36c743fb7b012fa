import { row, type Machine, type Row } from './report.ts';

/** Folders that are watched for new secret files need one watch each (inotify(7)). */
const FEW_WATCHES = 65_536;

/** seccomp, ptrace, overlay and inotify, by what /proc says, and ptrace by trying too. */
export async function checkKernelFeatures(machine: Machine): Promise<Row[]> {
  return [
    seccomp(machine),
    ptrace(machine),
    await tracing(machine),
    overlay(machine),
    inotify(machine),
  ];
}

function seccomp(machine: Machine): Row {
  const actions = machine.read('/proc/sys/kernel/seccomp/actions_avail');
  if (actions?.split(/\s+/).includes('user_notif'))
    return row('seccomp', 'seccomp user notification', 'ok', 'available');
  return row('seccomp', 'seccomp user notification', 'fail', actions ?? 'no seccomp', {
    meaning: 'commands cannot be held and judged',
    fix: ['use a kernel built with CONFIG_SECCOMP_FILTER'],
  });
}

/** Yama (Documentation/admin-guide/LSM/Yama.rst): 0 and 1 let a parent trace its children, 2 asks for CAP_SYS_PTRACE, 3 ends it. */
function ptrace(machine: Machine): Row {
  const scope = machine.read('/proc/sys/kernel/yama/ptrace_scope');
  const title = 'Reading the arguments of a held command';
  if (scope === null || scope === '0' || scope === '1')
    return row('ptrace', title, 'ok', scope === null ? 'not restricted' : `ptrace_scope ${scope}`);
  return row('ptrace', title, 'fail', `ptrace_scope ${scope}`, {
    meaning:
      scope === '3'
        ? 'ptrace is off until the next start of the machine'
        : 'an ordinary user may trace nothing',
    fix: [
      "echo 'kernel.yama.ptrace_scope=1' | sudo tee /etc/sysctl.d/60-guard-ptrace.conf",
      scope === '3' ? 'sudo reboot' : 'sudo sysctl --system',
    ],
  });
}

/** A container's own seccomp filter may forbid what the setting allows. */
async function tracing(machine: Machine): Promise<Row> {
  const title = 'Looking at a program before it runs';
  const why = await machine.tryTracing();
  if (why === null) return row('tracing', title, 'ok', 'works');
  return row('tracing', title, 'fail', why, {
    meaning:
      'no command is let go, for another could start than the one judged; a container needs the capability SYS_PTRACE',
    fix: ['sudo sysctl kernel.yama.ptrace_scope=1'],
  });
}

function overlay(machine: Machine): Row {
  const has = /^(?:nodev)?\s*overlay$/m.test(machine.read('/proc/filesystems') ?? '');
  return row(
    'overlay',
    'overlay file system',
    has ? 'ok' : 'warn',
    has ? 'available' : 'not loaded',
    {
      meaning: has ? '' : 'a session whose changes are reviewed before they land is not possible',
      fix: has ? [] : ['sudo modprobe overlay'],
    },
  );
}

function inotify(machine: Machine): Row {
  const watches = Number(machine.read('/proc/sys/fs/inotify/max_user_watches') ?? 0);
  const enough = watches >= FEW_WATCHES;
  return row('inotify', 'Watches for new files', enough ? 'ok' : 'warn', String(watches), {
    meaning: enough
      ? ''
      : 'in a large repository new secret files may not be noticed, and guard then stops',
    fix: enough
      ? []
      : [
          "echo 'fs.inotify.max_user_watches=524288' | sudo tee /etc/sysctl.d/60-guard-inotify.conf",
          'sudo sysctl --system',
        ],
  });
}
