import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { GuardError } from '../guard-error.ts';
import { compilePolicy, type Policy } from '../policy/decide.ts';
import { loadCompactPacks } from '../policy/load-rules.ts';
import { policyData, type PolicyData } from '../policy/policy-data.ts';
import { loadProfile } from '../profile/load.ts';
import { userLocations, userSecretsFolder } from '../profile/locations.ts';
import { knownAgents } from '../profile/resolve.ts';
import { suggest } from '../profile/suggest.ts';
import type { EffectiveProfile } from '../profile/types.ts';
import { buildPlan, type SessionSources } from '../sandbox/build-plan.ts';
import { sessionEnvironment } from '../sandbox/environment.ts';
import type { SandboxPlan } from '../sandbox/plan.ts';
import { isVisible } from '../sandbox/visible.ts';
import type { ContentFound, ContentOptions } from '../view/content-scan.ts';
import type { EarlierCovers } from '../view/earlier-covers.ts';
import { planScannedView } from '../view/plan-view.ts';
import type { ViewPlan } from '../view/types.ts';
import type { ShimOrder } from '../exec/protocol.ts';
import { loadBrokers, withShims, type Brokers } from './brokers.ts';
import { copyHome } from './home-folders.ts';
import { findProgram, requireVisible } from './command.ts';
import { withoutLayers, type Layers } from './layers.ts';
import { tcpPorts } from './ports.ts';
import type { Repository } from './repository.ts';
import type { SessionGrant } from '../policy/call.ts';
import { credentialStandIns, prepareServices, sessionTrust, type Services } from './services.ts';
import { earlierCovers, scanning } from './scanning.ts';
import { createSession, type SessionFolder } from './session-folder.ts';

const NO_SPACE = [
  'the disk is full',
  'Free some space, or set XDG_STATE_HOME to another disk',
] as const;
const DENIED = ['permission is denied', 'Make it readable for you, or move it away'] as const;
const REASONS: Record<string, readonly [why: string, fix: string]> = {
  ENOSPC: NO_SPACE,
  EDQUOT: NO_SPACE,
  EACCES: DENIED,
  EPERM: DENIED,
};

/** Everything that is known before a session starts. */
export interface Prepared {
  folder: SessionFolder;
  profile: EffectiveProfile;
  policyData: PolicyData;
  policy: Policy;
  view: ViewPlan;
  /** How files are looked through, and what came of it before the session. */
  content: { options: ContentOptions; found: ContentFound | null };
  /** Null where nothing is covered by what it holds. */
  earlier: EarlierCovers | null;
  plan: SandboxPlan;
  sources: SessionSources;
  /** Programs of the plan that stand for others. */
  shims: ShimOrder[];
  brokers: Brokers | null;
  /** Null where the session reaches no service whose requests are read. */
  services: Services | null;
  program: string;
  /** What the session is for. */
  task: string | null;
  home: string;
}

export interface PrepareInput {
  command: readonly [string, ...string[]];
  repository: Repository;
  home: string;
  profile: string | undefined;
  layers: Layers;
  brokers?: Brokers;
  task?: string;
  /** Null or absent: every credential of the profile. */
  grants?: readonly SessionGrant[];
  /** Only to be shown: no credential is read, and none of its commands runs. */
  dry?: boolean;
  /** Hears what commands that print credentials say besides. */
  tell?: (line: string) => void;
  /** Hears how many of the files that have to be looked through are done. */
  onScan?: (done: number, total: number) => void;
}

/** Reads profiles, finds the secrets and makes the plan. Leaves nothing behind when it throws. */
export async function prepare(input: PrepareInput): Promise<Prepared> {
  const { repository, home } = input;
  const [word, ...args] = input.command;
  const [loaded, packs] = await Promise.all([
    loadProfile({
      agent: word.includes('/') ? null : word,
      repository: repository.root,
      home,
      ...(input.profile === undefined ? {} : { explicit: input.profile }),
    }),
    loadCompactPacks(),
  ]);
  const profile = withoutLayers(loaded, input.layers);
  const data = policyData(profile, input.layers.commands ? packs : [], input.grants ?? null);
  const program = findProgram(
    profile.program ?? word,
    process.env.PATH ?? '/usr/local/bin:/usr/bin:/bin',
    repository.cwd,
    profile.agent !== null,
    () => suggest(word, knownAgents(userLocations(process.env, home))),
  );
  const folder = createSession({ repository: repository.root });
  try {
    const services = input.dry
      ? null
      : await prepareServices({
          profile,
          repository: repository.root,
          home,
          program,
          task: input.task ?? null,
          grants: input.grants ?? null,
          folder,
          tell: input.tell ?? (() => undefined),
        });
    const looking = scanning({
      repository: repository.root,
      home,
      env: process.env,
      kinds: userSecretsFolder(userLocations(process.env, home)),
      credentials: {
        names: profile.credentials.map(({ value }) => value.name),
        values: services?.credentials.secrets ?? [],
      },
      ...(input.onScan ? { onProgress: input.onScan } : {}),
    });
    const earlier = input.layers.view ? earlierCovers(repository.root) : null;
    const { plan: whole, content } = await planScannedView({
      repository: repository.root,
      sessionDir: folder.path,
      files: profile.files,
      standIns: credentialStandIns(services),
      ...(earlier ? { content: looking, earlier } : {}),
    });
    const { env, withheld } = sessionEnvironment(profile, process.env, {
      HOME: home,
      PWD: repository.cwd,
      ...whole.gitEnv,
      ...services?.env,
    });
    const trust = services && (await sessionTrust(services, folder, env));
    const user = userInfo();
    const sources = sessionSources(folder);
    const homeCopies = copyHome(profile, home, folder.path);
    const planOf = (view: ViewPlan): SandboxPlan =>
      buildPlan({
        profile,
        view,
        sources,
        env,
        withheldEnv: withheld,
        cwd: repository.cwd,
        argv: [program, ...args],
        home,
        homeCopies,
        uid: user.uid,
        gid: user.gid,
        tcpPorts: tcpPorts(profile.network),
        trust,
      });
    const view = withoutUnseen(whole, planOf);
    const brokers = input.brokers ?? (await loadBrokers(profile, home));
    const { plan, orders } = await withShims(planOf(view), brokers, folder);
    requireVisible(program, plan.mounts, home);
    return {
      folder,
      profile,
      policyData: data,
      policy: compilePolicy(data),
      view,
      content: { options: looking, found: content },
      earlier,
      plan,
      sources,
      shims: orders,
      brokers,
      services,
      task: input.task ?? null,
      program,
      home,
    };
  } catch (error) {
    rmSync(folder.path, { recursive: true, force: true });
    throw isSystemError(error) ? cannotPrepare(folder, error) : error;
  }
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && 'code' in error;
}

/** A write has no path in its error: what is written here goes to the session's folder. */
function cannotPrepare(folder: SessionFolder, error: NodeJS.ErrnoException): GuardError {
  const { code = '', path = folder.path } = error;
  const [why, fix] = REASONS[code] ?? [code, 'Run `guard doctor`'];
  return new GuardError({
    what: 'the session cannot be prepared',
    why: `${path}: ${why}`,
    fix,
    cause: error,
  });
}

/** Covers outside the repository are for files that the session would see there; the others have nothing to lie on. */
function withoutUnseen(view: ViewPlan, planOf: (view: ViewPlan) => SandboxPlan): ViewPlan {
  if (!view.covers.some(({ outside }) => outside)) return view;
  const { mounts } = planOf({ ...view, covers: view.covers.filter(({ outside }) => !outside) });
  return {
    ...view,
    covers: view.covers.filter(({ outside, path }) => !outside || isVisible(path, mounts)),
  };
}

/** Files of the session's own that are laid over the host's. */
function sessionSources(folder: SessionFolder): {
  covers: string;
  git: string;
  nothing: string;
  resolvConf: string;
} {
  const nothing = join(folder.path, 'nothing');
  const resolvConf = join(folder.path, 'resolv.conf');
  writeFileSync(nothing, '');
  chmodSync(nothing, 0);
  // Every address inside is guard's. No search list: a name is asked for as it is.
  writeFileSync(resolvConf, 'nameserver 127.0.0.1\nsearch .\noptions timeout:5 attempts:1\n');
  return { covers: folder.covers, git: folder.git, nothing, resolvConf };
}

/** At the end of a session only its record and what was held are kept. */
export function removeSources(folder: SessionFolder): void {
  for (const path of [
    folder.covers,
    folder.git,
    join(folder.path, 'shims'),
    join(folder.path, 'brokered'),
    join(folder.path, 'home'),
    join(folder.path, 'trust'),
    join(folder.path, 'revoked'),
    join(folder.path, 'nothing'),
    join(folder.path, 'resolv.conf'),
  ])
    rmSync(path, { recursive: true, force: true });
}
