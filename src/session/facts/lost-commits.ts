import type { Fact } from '../../approval/types.ts';
import { printable } from '../../printable.ts';
import { NotMeasured } from './pace.ts';
import { objectId, type Git } from './git-process.ts';
import { ago, count } from './wording.ts';

/** Beyond this the number says no more. */
const COUNT_LIMIT = 10_000;
const SHOWN = 5;
const SUBJECT_LIMIT = 100;
const AUTHOR_LIMIT = 40;

/** Commits that are in `kept` histories and in none of the `others`. */
export interface Lost {
  count: number;
  /** `abc1234 subject (author, age)`, newest first. */
  newest: string[];
}

/** @param from object names, as all here: nothing that a repository can choose stands on git's command line */
export async function commitsOnlyIn(
  git: Git,
  from: readonly string[],
  others: readonly string[],
): Promise<Lost> {
  const input = [...from, ...others.map((id) => `^${id}`)].map((line) => `${line}\n`).join('');
  const [counted, listed] = await Promise.all([
    git.run(['rev-list', '--stdin', '--count', `--max-count=${COUNT_LIMIT + 1}`], input),
    git.run(['rev-list', '--stdin', `--max-count=${SHOWN}`, `--format=${FORMAT}`], input),
  ]);
  const number = counted === null ? NaN : Number(counted.trim());
  if (!Number.isInteger(number) || listed === null)
    throw new NotMeasured('the commits cannot be read');
  return { count: number, newest: listed.split('\n').flatMap(commitLine) };
}

export function lostFacts(lost: Lost, whose: string, label = 'loses'): Fact[] {
  if (lost.count === 0) return [{ label, text: `no commits ${whose}` }];
  const number =
    lost.count > COUNT_LIMIT
      ? `more than ${count(COUNT_LIMIT, 'commit')}`
      : count(lost.count, 'commit');
  return [
    { label, text: `${number} ${whose}` },
    ...lost.newest.map((text) => ({ label: 'commit', text })),
  ];
}

/** `>` tells these lines from the `commit ID` that rev-list puts before each. */
const FORMAT = '>%H%x00%s%x00%an%x00%ct';

function commitLine(line: string): string[] {
  if (!line.startsWith('>')) return [];
  const [id = '', subject = '', author = '', time = ''] = line.slice(1).split('\0');
  if (!objectId(id)) return [];
  const by = `${printable(author, AUTHOR_LIMIT)}, ${ago(Number(time))}`;
  return [`${id.slice(0, 7)} ${printable(subject, SUBJECT_LIMIT)} (${by})`];
}
