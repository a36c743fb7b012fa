import type { MountStep, SandboxPlan } from './plan.ts';

/**
 * The inner bubblewrap's options for a plan: bwrap(1). Pure. With a terminal the command gets its own session from
 * `launcher`, because bubblewrap's would leave it without one.
 */
export function bwrapArguments(plan: SandboxPlan, terminal: boolean): string[] {
  return [
    terminal ? [] : ['--new-session'],
    ['--unshare-user', '--uid', String(plan.uid), '--gid', String(plan.gid)],
    ['--unshare-pid', '--unshare-ipc', '--unshare-uts', '--hostname', plan.hostname],
    ['--die-with-parent', '--cap-drop', 'ALL'],
    ...plan.mounts.map(mountArguments),
    ['--chdir', plan.cwd],
    ...Object.entries(plan.env).map(([name, value]) => ['--setenv', name, value]),
  ].flat();
}

function mountArguments(step: MountStep): string[] {
  switch (step.op) {
    case 'bind':
    case 'ro-bind':
      return [`--${step.op}`, step.source, step.target];
    case 'symlink':
      return ['--symlink', step.source, step.target];
    case 'tmpfs':
      return ['--tmpfs', step.target];
    case 'dir':
      return ['--dir', step.target];
    case 'proc':
      return ['--proc', step.target];
    case 'dev':
      return ['--dev', step.target];
    case 'remount-ro':
      return ['--remount-ro', step.target];
  }
}

/** What bubblewrap itself needs below the outer namespace: a second one where it maps another user than 0. */
export function ownUserNamespaces(uid: number): number {
  return uid === 0 ? 1 : 2;
}
