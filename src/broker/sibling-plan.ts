import { lstatSync, mkdirSync, realpathSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodePath, encodePath } from '../byte-path.ts';
import {
  resolverMount,
  systemMounts,
  viewMounts,
  type SessionSources,
} from '../sandbox/build-plan.ts';
import { expandHome } from '../sandbox/home-mounts.ts';
import type { MountStep, SandboxPlan } from '../sandbox/plan.ts';
import type { Unfollowed } from '../sandbox/stage-one-protocol.ts';
import { isVisible } from '../sandbox/visible.ts';
import type { EffectiveProfile } from '../profile/types.ts';
import type { Cover, ViewPlan } from '../view/types.ts';
import type { BrokeredRun } from './types.ts';

/** What of the session the sibling is made from. */
export interface SiblingSources {
  profile: EffectiveProfile;
  view: ViewPlan;
  home: string;
  plan: Pick<SandboxPlan, 'uid' | 'gid'>;
  sources: Pick<SessionSources, 'nothing' | 'resolvConf'>;
}

export interface SiblingPlan {
  plan: SandboxPlan;
  /** What may be executed, links resolved. */
  runs: string[];
  /**
   * What the session can write to, or could move. Programs read files there by names they know (git's `info/grafts`, npm's
   * `package.json`) and print what they cannot use: a link in place of one would have them print the credential.
   */
  unfollowed: Unfollowed[];
}

/**
 * The sandbox of one brokered run: system and repository as the session sees them, but for links, the credential, and
 * nothing of the agent's making but what is in the repository.
 * @param folder of this run's own on the host, made here
 * @throws Error in one sentence for what could be the session's own work where a program or a credential should be
 */
export function planSibling(
  run: BrokeredRun,
  folder: string,
  sources: SiblingSources,
): SiblingPlan {
  const {
    profile,
    view,
    home,
    plan: { uid, gid },
  } = sources;
  const { nothing, resolvConf } = sources.sources;
  const cwd = insideRepository(run.cwd, view.repository);
  const system = systemMounts({ profile, home, uid, nothing });
  const repository = repositoryMounts(view, run.writesRepository);
  const mounts = [...system, ...repository];
  const held = (path: string): string => untouched(path, sources, run.broker);
  const runs = [...new Set([run.argv[0], ...run.runs])].map((path) => given(path, held(path)));
  const files = [...run.files, ...run.sockets].map((path): MountStep => ({
    op: 'ro-bind',
    source: held(path),
    target: path,
  }));
  const granted = [...runs.flat(), ...files].filter(({ target }) => !isVisible(target, mounts));
  const hostPorts = [...new Set(run.hosts.map(({ port }) => port))];
  return {
    // Each lies over those before, as it does when it is bound.
    unfollowed: repository.flatMap((step) =>
      'source' in step &&
      step.source === step.target &&
      (step.op === 'bind' || !run.writesRepository)
        ? [{ path: step.target, readOnly: step.op === 'ro-bind' }]
        : [],
    ),
    runs: [...new Set(runs.flatMap((steps) => steps.slice(-1).map(({ target }) => target)))],
    plan: {
      mounts: [
        ...mounts,
        ...granted.sort((a, b) => (a.target < b.target ? -1 : 1)),
        ...generatedMounts(run, folder),
        ...resolverMount(resolvConf),
        { op: 'remount-ro', target: '/' },
      ],
      env: run.env,
      withheldEnv: [],
      cwd,
      argv: run.argv,
      uid,
      gid,
      hostname: 'guard',
      network: { tcpPorts: hostPorts, hostPorts: [], publish: [] },
      userNamespaces: false,
    },
  };
}

/** A program where it is, and its link to it: a script finds its package from where it really lies. */
function given(path: string, real: string): (MountStep & { source: string })[] {
  const itself = { op: 'ro-bind', source: real, target: real } as const;
  return path === real ? [itself] : [{ op: 'symlink', source: real, target: path }, itself];
}

/** Links are followed on the host: a link of the session's may lead anywhere. */
function insideRepository(cwd: string, repository: string): string {
  const real = realpathSync(cwd);
  if (real !== repository && !real.startsWith(`${repository}/`))
    throw new Error(`${cwd} is not a folder of the repository`);
  if (!statSync(real).isDirectory()) throw new Error(`${cwd} is no folder`);
  return real;
}

/**
 * What the plan of the session names below the repository may have been moved since, or lead elsewhere by a link of the
 * session's: it is left out. That nothing of the session's is executed does not rest on it. What is covered for the session
 * is covered here: what a command reads it may print, or publish.
 */
function repositoryMounts(view: ViewPlan, writable: boolean): MountStep[] {
  const { covers, extraBinds } = view;
  const isBound = ({ path, outside }: Cover): boolean =>
    !outside || extraBinds.some((folder) => path.startsWith(`${folder}/`));
  const plan = writable ? view : { ...view, pinned: [], readOnly: [] };
  return [
    ...viewMounts({ ...plan, covers: [] })
      .filter((step) => !('source' in step) || isReal(step.source))
      .map((step) =>
        step.op === 'bind' && !writable ? { ...step, op: 'ro-bind' as const } : step,
      ),
    ...covers
      .filter((cover) => isBound(cover) && canCover(cover))
      .map(({ path, source }): MountStep => ({ op: 'ro-bind', source, target: path })),
  ];
}

/** Where there is nothing, or something else, bubblewrap would make a file in the repository, or fail. */
function canCover({ path, source }: Cover): boolean {
  const stats = lstatSync(encodePath(path), { throwIfNoEntry: false });
  return isReal(path) && stats?.isDirectory() === lstatSync(source).isDirectory();
}

/** Whether the path leads through no link. */
function isReal(path: string): boolean {
  try {
    return decodePath(realpathSync(encodePath(path), { encoding: 'buffer' })) === path;
  } catch {
    return false;
  }
}

/** Where the session can write, and so leave what it likes. */
export function writableFolders({
  profile,
  view,
  home,
}: Pick<SiblingSources, 'profile' | 'view' | 'home'>): string[] {
  return [
    view.repository,
    ...view.extraBinds,
    ...profile.home.write.map(({ value }) => expandHome(value, home)),
  ];
}

/** What the session can write to is its own work, and neither a program nor a credential. */
function untouched(path: string, { profile, view, home }: SiblingSources, broker: string): string {
  let real: string;
  try {
    real = realpathSync(path);
  } catch {
    throw new Error(`${path}, which the broker ${broker} needs, is not there`);
  }
  const writable = writableFolders({ profile, view, home });
  const own = writable.find((folder) =>
    [path, real].some((each) => each === folder || each.startsWith(`${folder}/`)),
  );
  if (own !== undefined)
    throw new Error(`${path}, which the broker ${broker} needs, lies where the session can write`);
  return real;
}

/** Each over what stands there, or would: bubblewrap makes a mount point in a folder that is empty otherwise. */
function generatedMounts({ generated }: BrokeredRun, folder: string): MountStep[] {
  if (generated.length) mkdirSync(folder, { recursive: true, mode: 0o700 });
  return generated.map(({ path, content }, index): MountStep => {
    const source = join(folder, String(index));
    writeFileSync(source, content, { mode: 0o600 });
    if (lstatSync(path, { throwIfNoEntry: false }) && !isReal(path))
      throw new Error(`${path} leads elsewhere by a link`);
    return { op: 'ro-bind', source, target: path };
  });
}
