import { setTimeout as pause } from 'node:timers/promises';
import { findGit } from '../../view/git-layout.ts';
import { Git } from '../facts/git-process.ts';
import { NotMeasured, Pace, Stopped } from '../facts/pace.ts';
import type { Journal } from '../journal.ts';
import type { Prepared } from '../prepare.ts';
import type { HistoryFinding } from './history-cache.ts';

/** Milliseconds after launch: the command has started by then, and a short one is over. */
const AFTER = 700;
/** Secrets that are told one by one, and recorded so. */
const TOLD = 3;
const RECORDED = 100;

export interface ExposedOptions {
  prepared: Prepared;
  journal: Journal;
  onSecrets: (values: string[]) => void;
  notice: (text: string) => void;
}

/**
 * Looks through git's history while the session runs: no view hides what is in there, so guard says what it is, and knows
 * it on its way out. Returns what ends it.
 */
export function lookForExposed(options: ExposedOptions): () => Promise<void> {
  const stop = new AbortController();
  const looking = pause(AFTER, undefined, { signal: stop.signal, ref: false })
    .then(() => report(options, stop.signal))
    .catch((error: unknown) => {
      if (stop.signal.aborted || error instanceof Stopped || error instanceof NotMeasured) return;
      const why = error instanceof Error ? error.message : String(error);
      options.notice(`git's history was not looked through for secrets: ${why}`);
    });
  return async () => {
    stop.abort();
    await looking;
  };
}

async function report(
  { prepared, journal, onSecrets, notice }: ExposedOptions,
  signal: AbortSignal,
): Promise<void> {
  const { view, content } = prepared;
  const { cache, load, scanner } = content.options;
  const repository = findGit(view.repository);
  if (!repository || !cache) return;
  await load?.();
  const { scanHistory } = await import('./history-scan.ts');
  const found = await scanHistory({
    git: new Git(repository, new Pace(signal)),
    scanner: scanner(),
    cache: { file: `${cache.file}.history`, key: cache.key },
    onSecrets,
  });
  if (found.length === 0) return;
  const covered = new Set(view.covers.map(({ path }) => path));
  const stillThere = ({ path }: HistoryFinding): boolean =>
    covered.has(`${view.repository}/${path}`);
  const inOrder = [...found.filter(stillThere), ...found.filter((finding) => !stillThere(finding))];
  for (const { rule, path, commit } of inOrder.slice(0, RECORDED))
    journal.append({ type: 'exposed', rule, path, commit });
  const { describeRule } = await import('../../secrets/rules/catalog.ts');
  for (const { rule, path, commit } of inOrder.slice(0, TOLD)) {
    const { name, description, revoke } = describeRule(rule) ?? { description: rule };
    const kind = [name, description].filter(Boolean).join(' ');
    notice(
      `${kind} in ${path} is in git's history since ${commit.slice(0, 7)}: no view can hide it; revoke it${revoke ? `: ${revoke}` : ''}`,
    );
  }
  if (inOrder.length > TOLD)
    notice(
      `${inOrder.length - TOLD} more secrets are in git's history: \`guard audit --history\` lists them`,
    );
}
