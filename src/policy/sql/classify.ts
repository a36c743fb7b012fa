import type { SqlClass } from '../rules/pack.ts';
import { readSql } from './read.ts';

/** What each word would do at worst, where a text is not read to its end. */
const AT_WORST: readonly [word: RegExp, kinds: readonly SqlClass[]][] = [
  [/drop/i, ['drop', 'alter-drop']],
  [/truncate/i, ['truncate']],
  [/delete/i, ['delete-all']],
  [/update/i, ['update-all']],
];

/** What a text of SQL on a command line would destroy, for whichever server it is meant. */
export function classifySql(text: string): Set<SqlClass> {
  // Most texts have no such word at all.
  const worst = AT_WORST.filter(([word]) => word.test(text)).flatMap(([, kinds]) => kinds);
  if (worst.length === 0) return new Set();
  const statements = readSql(text, 'any');
  const unread = statements.some(({ class: kind, verb }) => kind === 'unknown' && verb === 'SQL');
  return new Set(unread ? worst : statements.flatMap(({ kinds }) => [...kinds]));
}
