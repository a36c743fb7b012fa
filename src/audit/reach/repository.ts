import type { Scanner } from '../../secrets/engine/detector.ts';
import { describeRule } from '../../secrets/rules/catalog.ts';
import { Examiner, type Exception, type Text } from '../examine.ts';
import type { Finding } from '../finding.ts';
import { auditHistory } from '../history/history.ts';
import { auditPaths } from '../paths.ts';
import { repositoryAt } from '../repository-at.ts';
import { auditWorktree } from '../worktree.ts';
import { factsOfRule } from './facts.ts';
import type { Identity } from './identity.ts';
import type { Found, UnderGuard } from './types.ts';

export interface RepositoryOptions {
  cwd: string;
  scanner: Scanner;
  exceptions: readonly Exception[];
  identity: Identity;
  underGuard: UnderGuard;
  /** For the working tree, and again for the history. */
  seconds: number;
}

/** Not an error: the time that a look may take is over. */
class TimeIsUp extends Error {}

/** Remembers which secret a finding is, and stops where it takes too long. */
class TimedExaminer extends Examiner {
  readonly #secrets = new WeakMap<Finding, string>();
  readonly #identity: Identity;
  readonly #until: number;

  constructor({ scanner, exceptions, identity, seconds }: RepositoryOptions) {
    super({
      scanner,
      tiers: new Set(['certain', 'likely']),
      describe: () => Promise.resolve(describeRule),
      exceptions,
    });
    this.#identity = identity;
    this.#until = Date.now() + seconds * 1000;
  }

  override async examine(text: Text): Promise<void> {
    if (Date.now() > this.#until) throw new TimeIsUp();
    await super.examine({
      ...text,
      claim: (secret, finding) => {
        this.#secrets.set(finding, this.#identity.of(secret));
        return text.claim?.(secret, finding) ?? true;
      },
    });
  }

  secretOf(finding: Finding): string {
    return this.#secrets.get(finding) ?? '';
  }
}

/** What stands in the working tree, ignored files too: one item for each kind of secret in a file. */
export async function inWorkingTree(
  options: RepositoryOptions,
  incomplete: string[],
): Promise<Found[]> {
  const { cwd, underGuard } = options;
  const root = repositoryAt(cwd);
  const examiner = await lookedThrough(options, 'the working tree', incomplete, (examiner) =>
    root === null
      ? auditPaths(examiner, ['.'], cwd)
      : auditWorktree(examiner, { cwd, ignored: true }),
  );
  return grouped(examiner, ({ file }) => file).map((findings) => {
    const [{ file }] = findings;
    return item(findings, examiner, {
      kind: 'repository',
      where: file,
      underGuard: underGuard.file(`${root ?? cwd}/${file}`),
    });
  });
}

/** What commits, tags and stashes have, each secret with the first commit that has it. */
export async function inHistory(
  options: RepositoryOptions,
  incomplete: string[],
): Promise<Found[]> {
  const { cwd, underGuard } = options;
  if (repositoryAt(cwd) === null) return [];
  const examiner = await lookedThrough(options, "git's history", incomplete, (examiner) =>
    auditHistory(examiner, { cwd, ranges: [] }),
  );
  return grouped(examiner, ({ file, commit }) => `${file}\0${commit?.hash ?? ''}`).map(
    (findings) => {
      const [{ file }] = findings;
      return item(findings, examiner, {
        kind: 'history',
        where: file,
        underGuard: underGuard.history,
      });
    },
  );
}

async function lookedThrough(
  options: RepositoryOptions,
  what: string,
  incomplete: string[],
  look: (examiner: Examiner) => Promise<void>,
): Promise<TimedExaminer> {
  const examiner = new TimedExaminer(options);
  try {
    await look(examiner);
  } catch (error) {
    if (!(error instanceof TimeIsUp)) throw error;
    incomplete.push(`${what}: looked through for ${options.seconds} seconds, not to its end`);
  }
  const { unread } = examiner.result;
  if (unread.length > 0)
    incomplete.push(`${what}: ${unread.length} places not looked at, or only in part`);
  return examiner;
}

type Findings = [Finding, ...Finding[]];

function grouped(examiner: TimedExaminer, place: (finding: Finding) => string): Findings[] {
  const groups = new Map<string, Findings>();
  for (const finding of examiner.result.findings) {
    const key = `${finding.rule}\0${place(finding)}`;
    const group = groups.get(key);
    if (group) group.push(finding);
    else groups.set(key, [finding]);
  }
  return [...groups.values()];
}

function item(
  findings: Findings,
  examiner: TimedExaminer,
  place: Pick<Found, 'kind' | 'where' | 'underGuard'>,
): Found {
  const [first] = findings;
  const secrets = [...new Set(findings.map((finding) => examiner.secretOf(finding)))];
  return {
    ...place,
    ...factsOfRule(first.rule),
    rule: first.rule,
    tier: findings.some(({ tier }) => tier === 'certain') ? 'certain' : first.tier,
    count: secrets.length,
    secrets,
    commit: first.commit?.hash ?? null,
  };
}
