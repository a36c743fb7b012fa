import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { EffectiveProfile } from '../profile/types.ts';
import { findWorkTrees, prepareCovers } from './covers.ts';
import { gitEnvironment, writeGitFiles } from './git-session.ts';
import { StandIns } from '../secrets/stand-ins.ts';
import { compileNames } from './name-patterns.ts';
import { besideGit } from './outside.ts';
import { planProtection } from './protect.ts';
import { secretFiles } from './secret-files.ts';
import type { ViewPlan } from './types.ts';
import { walkRepository } from './walk.ts';

export interface PlanViewOptions {
  /** Absolute. Nothing is ever written there. */
  repository: string;
  /** Absolute, private to guard: stand-ins go to `covers/`, git's files to `git/`. */
  sessionDir: string;
  files: EffectiveProfile['files'];
  /** Placeholders that values have already: those of credentials. */
  standIns?: StandIns;
}

/**
 * Looks through the repository and decides what of it the agent will see otherwise, or may not change; writes the
 * stand-ins. Rejects with a GuardError where something cannot be read or protected.
 */
export function planView(options: PlanViewOptions): Promise<ViewPlan> {
  return new Promise((resolve) => resolve(planNow(options)));
}

function planNow({
  repository,
  sessionDir,
  files,
  standIns = new StandIns(),
}: PlanViewOptions): ViewPlan {
  mkdirSync(join(sessionDir, 'covers'), { recursive: true, mode: 0o700 });
  const names = compileNames(files);
  const { secrets, protects, gits, bares } = walkRepository(repository, names);
  const workTrees = findWorkTrees(repository, gits);
  const { readOnly, ...protection } = planProtection(
    repository,
    { protects, gits, bares },
    workTrees,
  );
  const beside = protection.extraBinds.flatMap((bind) => besideGit(bind, repository, names));
  let next = 0;
  const prepared = prepareCovers(secretFiles(repository, [...secrets, ...beside], names), {
    repository,
    sessionDir,
    workTrees,
    standIns,
    next: () => next++,
  });
  writeGitFiles(
    sessionDir,
    prepared.map(({ git }) => git),
  );
  const covered = new Set(prepared.map(({ cover }) => cover.path));
  // In a folder that is covered whole there is nothing to cover.
  const covers = prepared.map(({ cover }) => cover).filter(({ path }) => !liesBelow(path, covered));
  return {
    repository,
    covers,
    // A stand-in is read-only itself.
    readOnly: readOnly.filter((path) => !covered.has(path) && !liesBelow(path, covered)),
    ...protection,
    gitEnv: gitEnvironment(),
    secrets: [...new Set(prepared.flatMap((p) => p.secrets))],
    standIns,
  };
}

function liesBelow(path: string, folders: ReadonlySet<string>): boolean {
  for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1))
    if (folders.has(path.slice(0, at))) return true;
  return false;
}
