import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { EffectiveProfile } from '../profile/types.ts';
import { scanContent, type ContentFound, type ContentOptions } from './content-scan.ts';
import { findWorkTrees, prepareCovers } from './covers.ts';
import { MOVED, type EarlierCovers } from './earlier-covers.ts';
import { gitEnvironment, writeGitFiles } from './git-session.ts';
import { StandIns } from '../secrets/stand-ins.ts';
import { identityOf } from './identity.ts';
import { readRegular } from './inside.ts';
import { compileNames } from './name-patterns.ts';
import { besideGit } from './outside.ts';
import { planProtection } from './protect.ts';
import { REMEMBERED, withRemembered, type Remembered } from './remembered.ts';
import { coverOf } from './scan-findings.ts';
import { secretFiles } from './secret-files.ts';
import { LONGEST_SPANS } from './stand-in.ts';
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
  /** Absent where files are not looked through. */
  content?: ContentOptions;
  /** What sessions before have had covered. */
  earlier?: EarlierCovers;
}

export interface PlannedView {
  plan: ViewPlan;
  /** What was looked through, for the watch; null where nothing was. */
  content: ContentFound | null;
}

/**
 * Looks through the repository and decides what of it the agent will see otherwise, or may not change; writes the
 * stand-ins. Rejects with a GuardError where something cannot be read or protected.
 */
export async function planView(options: PlanViewOptions): Promise<ViewPlan> {
  return (await planScannedView(options)).plan;
}

export async function planScannedView({
  repository,
  sessionDir,
  files,
  standIns = new StandIns(),
  content: looking,
  earlier,
}: PlanViewOptions): Promise<PlannedView> {
  mkdirSync(join(sessionDir, 'covers'), { recursive: true, mode: 0o700 });
  const names = compileNames(files);
  const { secrets, protects, gits, bares, files: others } = walkRepository(repository, names);
  const content = looking
    ? await scanContent(
        repository,
        others.filter((path) => !names.exposesContent(path)),
        looking,
      )
    : null;
  const recalled = looking?.remembered
    ? recall(repository, others, looking.remembered).filter(
        (path) => !names.exposesContent(path) && !content?.secrets.some((s) => s.path === path),
      )
    : [];
  if (recalled.length > 0) await looking?.load?.();
  const workTrees = findWorkTrees(repository, gits);
  const { readOnly, ...protection } = planProtection(
    repository,
    { protects, gits, bares },
    workTrees,
  );
  const beside = protection.extraBinds.flatMap((bind) => besideGit(bind, repository, names));
  const protectedPaths = new Set(readOnly);
  let next = 0;
  const all = [
    ...secrets,
    ...beside,
    ...(content?.secrets ?? []),
    ...recalled.map((path) => ({ path, kind: 'spans', pattern: REMEMBERED }) as const),
  ];
  const before = (earlier?.moved(repository, all) ?? []).flatMap((secret) => {
    if (secret.kind !== 'spans') return [secret];
    const findings = content?.record.findings.get(secret.path);
    return findings ? [coverOf(secret.path, findings)] : [];
  });
  const found = [...all, ...before];
  const prepared = prepareCovers(secretFiles(repository, found, names), {
    repository,
    sessionDir,
    workTrees,
    standIns,
    ...(looking ? { scanner: withRemembered(looking.scanner, looking.remembered) } : {}),
    isProtected: (path) => isOneOf(path, protectedPaths),
    next: () => next++,
  });
  writeGitFiles(
    sessionDir,
    prepared.map(({ git }) => git),
  );
  earlier?.start(
    prepared
      .filter(({ cover }) => !cover.outside)
      .map(({ cover: { path, kind, pattern }, stat }) => ({
        path: path.slice(repository.length + 1),
        file: identityOf(stat),
        kind,
        moved: pattern === MOVED,
      })),
  );
  const covered = new Set(prepared.map(({ cover }) => cover.path));
  // In a folder that is covered whole there is nothing to cover.
  const covers = prepared.map(({ cover }) => cover).filter(({ path }) => !liesBelow(path, covered));
  const plan: ViewPlan = {
    repository,
    covers,
    // A stand-in is read-only itself.
    readOnly: readOnly.filter((path) => !covered.has(path) && !liesBelow(path, covered)),
    ...protection,
    gitEnv: gitEnvironment(),
    secrets: [...new Set(prepared.flatMap((p) => p.secrets))],
    spans: new Map(prepared.flatMap(({ cover, spans }) => (spans ? [[cover.source, spans]] : []))),
    git: new Map(prepared.map(({ cover, git }) => [cover.source, git])),
    standIns,
  };
  return { plan, content };
}

/** Files that hold a value which nothing but an earlier session tells to be secret. */
function recall(repository: string, files: readonly string[], remembered: Remembered): string[] {
  return files.filter((path) => {
    if (!remembered.knows(path)) return false;
    const content = readRegular(`${repository}/${path}`, LONGEST_SPANS);
    return content !== null && remembered.find(path, content).length > 0;
  });
}

function isOneOf(path: string, folders: ReadonlySet<string>): boolean {
  return folders.has(path) || liesBelow(path, folders);
}

function liesBelow(path: string, folders: ReadonlySet<string>): boolean {
  for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1))
    if (folders.has(path.slice(0, at))) return true;
  return false;
}
