import type { SqlClass } from '../rules/pack.ts';
import { readSql } from './read.ts';

/** What a text of SQL on a command line would destroy, for whichever server it is meant. */
export function classifySql(text: string): Set<SqlClass> {
  // Most texts have no such word at all.
  if (!/drop|truncate|delete|update/i.test(text)) return new Set();
  return new Set(readSql(text, 'any').flatMap(({ kinds }) => [...kinds]));
}
