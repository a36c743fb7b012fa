import { existsSync, lstatSync, readdirSync, readlinkSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import micromatch from 'micromatch';
import { PACKAGE_ROOT } from '../package-root.ts';
import type { EffectiveProfile } from '../profile/types.ts';
import type { ViewPlan } from '../view/types.ts';
import { expandHome, homeMounts } from './home-mounts.ts';
import type { MountStep, SandboxPlan } from './plan.ts';
import type { SessionTrust } from './trust.ts';
import { isVisible } from './visible.ts';

/** Folders of the session on the host that the plan refers to. */
export interface SessionSources {
  /** Stand-ins, seen at {@link COVERS_INSIDE} so that late ones can be mounted from inside. */
  covers: string;
  /** git's attributes and excludes. */
  git: string;
  /** A file without permissions, to lay over what must not be read. */
  nothing: string;
  /** `resolv.conf` that names guard. */
  resolvConf: string;
}

export interface PlanInput {
  profile: EffectiveProfile;
  view: ViewPlan;
  sources: SessionSources;
  env: Record<string, string>;
  withheldEnv: string[];
  cwd: string;
  argv: string[];
  home: string;
  /** Path inside → the session's own copy of it. */
  homeCopies: ReadonlyMap<string, string>;
  uid: number;
  gid: number;
  tcpPorts: number[];
  /** Where guard opens TLS. */
  trust?: SessionTrust | null;
}

/** What the machine's root may write in proc(5) without a capability: settings of the kernel, for every process on it. */
const PROC_OF_ROOT = [
  ...[
    '/proc/sys',
    '/proc/sysrq-trigger',
    '/proc/irq',
    '/proc/bus',
    '/proc/fs',
    '/proc/acpi',
    '/proc/driver',
  ],
  ...[
    '/proc/mtrr',
    '/proc/scsi',
    '/proc/asound',
    '/proc/pressure',
    '/proc/dynamic_debug',
    '/proc/latency_stats',
  ],
];

/** Where the session's own folders are seen inside. */
const OWN_INSIDE = '/run/guard';
export const COVERS_INSIDE = `${OWN_INSIDE}/covers`;
export const GIT_INSIDE = `${OWN_INSIDE}/git`;
export const TRUST_INSIDE = `${OWN_INSIDE}/trust`;

export function buildPlan(input: PlanInput): SandboxPlan {
  const { profile, view, trust } = input;
  const given = [
    ...systemMounts({ ...input, nothing: input.sources.nothing }),
    ...ancestorMounts(view.repository, ['/tmp', '/run', '/var', input.home]),
    ...homeMounts(profile, input.home, input.homeCopies, view.repository),
    ...viewMounts(view),
  ];
  return {
    mounts: [
      ...given,
      ...ownMounts(input, given),
      { op: 'tmpfs', target: OWN_INSIDE },
      { op: 'ro-bind', source: input.sources.covers, target: COVERS_INSIDE },
      { op: 'ro-bind', source: input.sources.git, target: GIT_INSIDE },
      ...(trust ? [{ op: 'ro-bind' as const, source: trust.source, target: TRUST_INSIDE }] : []),
      { op: 'remount-ro', target: OWN_INSIDE },
      ...resolverMount(input.sources.resolvConf),
      ...(trust?.mounts ?? []),
      { op: 'remount-ro', target: '/' },
    ],
    env: { ...input.env, ...trust?.env },
    withheldEnv: input.withheldEnv.filter((name) => !(name in (trust?.env ?? {}))),
    cwd: input.cwd,
    argv: input.argv,
    uid: input.uid,
    gid: input.gid,
    hostname: 'guard',
    network: {
      tcpPorts: input.tcpPorts,
      hostPorts: profile.network.hostPorts.map(({ value }) => value),
      publish: profile.network.publish.map(({ value }) => value),
    },
    userNamespaces: profile.sandbox.userNamespaces.value,
  };
}

/** The system, read-only; what every sandbox has of its own; an empty home. */
export function systemMounts({
  profile,
  home,
  uid,
  nothing,
}: Pick<PlanInput, 'profile' | 'home' | 'uid'> & Pick<SessionSources, 'nothing'>): MountStep[] {
  return [
    ...profile.system.read.flatMap(({ value }) => systemMount(value)),
    { op: 'proc', target: '/proc' },
    ...(uid === 0 ? PROC_OF_ROOT.filter((path) => existsSync(path)) : []).map(
      (path): MountStep => ({ op: 'ro-bind', source: path, target: path }),
    ),
    { op: 'dev', target: '/dev' },
    ...['/tmp', '/run', '/var', home].map((target): MountStep => ({ op: 'tmpfs', target })),
    { op: 'dir', target: '/var/tmp' },
    { op: 'symlink', source: '/run', target: '/var/run' },
    ...profile.system.hide
      .flatMap(({ value }) => matching(value))
      .flatMap((path) => hideMount(path, nothing)),
  ];
}

/** `/bin` is a link to `usr/bin` on merged systems: kept a link. What does not exist is left out. */
function systemMount(path: string): MountStep[] {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (!stats) return [];
  if (stats.isSymbolicLink()) return [{ op: 'symlink', source: readlinkSync(path), target: path }];
  return [{ op: 'ro-bind', source: path, target: path }];
}

/** What a pattern covers now; `*` is allowed in its last component. */
function matching(pattern: string): string[] {
  const [folder, name] = [dirname(pattern), basename(pattern)];
  if (!name.includes('*')) return [pattern];
  const matches = micromatch.matcher(name, { dot: true });
  try {
    return readdirSync(folder)
      .filter((entry) => matches(entry))
      .map((entry) => join(folder, entry));
  } catch {
    // A folder that cannot be listed here cannot be listed inside.
    return [];
  }
}

function hideMount(path: string, nothing: string): MountStep[] {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (!stats || stats.isSymbolicLink()) return [];
  return [
    stats.isDirectory()
      ? { op: 'tmpfs', target: path }
      : { op: 'ro-bind', source: nothing, target: path },
  ];
}

/**
 * Folders above the repository in a part of the view that the session may write to: as mount points they cannot be
 * renamed, so that the repository stays at its path and guard mounts where it means to.
 */
function ancestorMounts(repository: string, writable: readonly string[]): MountStep[] {
  const root = writable.find((folder) => repository.startsWith(`${folder}/`));
  if (root === undefined) return [];
  const names = repository
    .slice(root.length + 1)
    .split('/')
    .slice(0, -1);
  return names.map((_, index) => ({
    op: 'tmpfs',
    target: [root, ...names.slice(0, index + 1)].join('/'),
  }));
}

/** The repository, and what of it is read-only or covered. */
export function viewMounts(view: ViewPlan): MountStep[] {
  const self =
    (op: 'bind' | 'ro-bind') =>
    (path: string): MountStep => ({ op, source: path, target: path });
  return [
    self('bind')(view.repository),
    ...view.extraBinds.map(self('bind')),
    ...view.pinned.map(self('bind')),
    ...view.readOnly.map(self('ro-bind')),
    ...view.covers.map(({ source, path, writable }): MountStep => ({
      op: writable ? 'bind' : 'ro-bind',
      source,
      target: path,
    })),
  ];
}

/**
 * What guard itself is started from next time, read-only where the session could write to it: someone works on guard, or
 * keeps it here. Where the session would not see it, as much of it as git's hooks need that `guard audit install` made.
 */
function ownMounts({ profile, view, home }: PlanInput, before: readonly MountStep[]): MountStep[] {
  const writable = [
    view.repository,
    ...profile.home.write.map(({ value }) => expandHome(value, home)),
  ];
  const inside = writable.some((folder) => `${PACKAGE_ROOT}/`.startsWith(`${folder}/`));
  const unseen = (path: string): boolean => !isVisible(path, before);
  const own = ['bin', 'dist', 'node_modules', 'profiles'].map((name) => join(PACKAGE_ROOT, name));
  const hooksNeed = ['bin', 'dist', 'package.json', 'profiles'].map((name) =>
    join(PACKAGE_ROOT, name),
  );
  return [...(inside ? own : hooksNeed.filter(unseen)), ...[process.execPath].filter(unseen)]
    .filter((path) => existsSync(path))
    .map((path) => ({ op: 'ro-bind', source: realpathSync(path), target: path }));
}

/** On many systems /etc/resolv.conf is a link into /run, which is empty inside: the file is put where it points. */
export function resolverMount(source: string): MountStep[] {
  const stats = lstatSync('/etc/resolv.conf', { throwIfNoEntry: false });
  // Without the file the C library asks 127.0.0.1, which is guard as well: resolv.conf(5).
  if (!stats) return [];
  if (!stats.isSymbolicLink()) return [{ op: 'ro-bind', source, target: '/etc/resolv.conf' }];
  const link = readlinkSync('/etc/resolv.conf');
  const target = link.startsWith('/') ? link : join(dirname('/etc/resolv.conf'), link);
  return /^\/(var\/)?run\//.test(target)
    ? [{ op: 'ro-bind', source, target: target.replace(/^\/var/, '') }]
    : [];
}
