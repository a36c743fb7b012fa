import type { MountStep } from './plan.ts';

/** Whether a session with these mounts sees the file as it is on the host. */
export function isVisible(file: string, mounts: readonly MountStep[]): boolean {
  let visible = false;
  for (const step of mounts) {
    if (step.op === 'remount-ro' || (file !== step.target && !file.startsWith(`${step.target}/`)))
      continue;
    visible = step.op === 'bind' || step.op === 'ro-bind' || step.op === 'symlink';
  }
  return visible;
}
