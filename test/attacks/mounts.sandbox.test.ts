import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { KIT, makeScene, reported, sh } from './scene.ts';

interface Attempt {
  steps: Record<string, number | string>;
  seen: string[];
}

it('lets nothing be mounted or unmounted with system calls', async () => {
  const scene = makeScene();
  const run = await scene.attack(['mounts.mjs', join(scene.repository, '.env'), scene.repository]);
  const { steps, seen } = reported<Attempt>(run);
  // ENOENT: what an earlier step would have brought is not there.
  for (const [step, answer] of Object.entries(steps))
    expect([step, answer]).toEqual([step, expect.stringMatching(/^(EPERM|ENOENT)$/)]);
  expect(seen.join()).not.toContain(scene.secret);
  expect(seen.join()).not.toContain('wrote');
});

it('makes no user namespace, so nothing gains a capability', async () => {
  const scene = makeScene();
  const run = await scene.attack(
    sh(
      'unshare -Urm sh -c "umount .env; cat .env" || echo refused; bwrap --unshare-user --bind / / true || echo refused',
    ),
  );
  expect(run.stdout).toBe('refused\nrefused\n');
});

// user_namespaces(7): since Linux 5.12 user 0 maps itself only with CAP_SETFCAP, which no session has.
const asRoot = process.getuid?.() === 0;

it.skipIf(asRoot)(
  'keeps covers and read-only paths under namespaces that a profile allows (not as root, who can map no user)',
  async () => {
    const scene = makeScene();
    scene.configure('sandbox: { user-namespaces: true }');
    const run = await scene.attack([
      ...['unshare', '-Urm', process.execPath, join(KIT, 'mounts.mjs')],
      ...[join(scene.repository, '.env'), scene.repository],
    ]);
    const { steps, seen } = reported<Attempt>(run);
    // Without the namespace this would try nothing.
    expect(steps.bindRecursive).toBe(0);
    expect(seen.join()).not.toContain(scene.secret);
    expect(seen.join()).not.toContain('wrote');
    expect(existsSync(join(scene.repository, '.git', 'hooks', 'planted'))).toBe(false);
  },
);

it.skipIf(asRoot)(
  'covers a secret file that appears in every mount namespace of the session (not as root, who can map no user)',
  async () => {
    const scene = makeScene();
    scene.configure('sandbox: { user-namespaces: true }');
    // The file is made outside, as a user would, once the session has a mount namespace of its own.
    const script = `unshare -Urm sh -c 'echo ready >>log; until [ -e .env.late ]; do sleep 0.1; done; i=0
    while [ $i -lt 50 ] && grep -q ${scene.secret} .env.late; do sleep 0.1; i=$((i+1)); done; cat .env.late'`;
    const made = scene.unguarded(
      sh('until [ -e log ]; do sleep 0.1; done; echo TOKEN="$1" >.env.late', scene.secret),
    );
    const run = await scene.attack(sh(script));
    await made;
    expect(run.stdout).toContain('TOKEN=');
    expect(run.stdout).not.toContain(scene.secret);
  },
);

it('lets no kernel interface be written', async () => {
  const scene = makeScene();
  const paths = [
    '/proc/sys/kernel/core_pattern',
    '/proc/mtrr',
    '/proc/sys/kernel/modprobe',
    '/proc/sys/kernel/hostname',
    '/proc/sys/vm/drop_caches',
    '/proc/sys/fs/binfmt_misc/register',
    '/proc/sys/user/max_user_namespaces',
    '/proc/sysrq-trigger',
    '/proc/irq/default_smp_affinity',
    '/sys/kernel/uevent_helper',
    '/sys/fs/cgroup/cgroup.procs',
  ];
  const run = await scene.attack(
    sh('for path; do (: >>"$path") 2>/dev/null && echo "open $path"; done; echo done', ...paths),
  );
  expect(run.stdout).toBe('done\n');
});

it('shows no memory of the kernel, no disk and no device of the host', async () => {
  const scene = makeScene();
  const run = await scene.attack(
    sh(
      'for path in /proc/kcore /dev/mem /dev/kmsg /proc/kmsg /dev/sda /dev/vda /dev/nvme0n1 /dev/kvm /dev/fuse /dev/net/tun /dev/vsock /dev/dri/card0 /proc/kallsyms; do head -c 64 "$path" 2>/dev/null | grep -qv "^0000000000000000" && echo "read $path"; done; ls /dev',
    ),
  );
  expect(run.stdout.split('\n').filter(Boolean)).toEqual(
    expect.arrayContaining(['null', 'zero', 'urandom', 'tty']),
  );
  expect(run.stdout).not.toContain('read ');
  expect(run.stdout).not.toMatch(/^(mem|kmsg|vd|sd|nvme|kvm|fuse|net|vsock|dri|mapper|loop)/m);
});
