import type { Reading } from './dialects.ts';
import { isFiltered } from './condition.ts';
import { finding, isMark, isWord, strictest, type Finding } from './finding.ts';
import type { SqlToken } from './lexer.ts';
import { targetAt, targetsAt } from './target.ts';

/** More of them in one statement are not looked at one by one. */
const NESTED = 64;
/** Objects whose name has two words; of the others the first is enough. */
const SECOND = new Set(
  'VIEW TABLE DATA WRAPPER MAPPING CLASS FAMILY SEARCH ACCESS TRIGGER POLICY OWNED BY'.split(' '),
);
const MODIFIERS = new Set('TEMPORARY TEMP IF EXISTS CONCURRENTLY EXTERNAL'.split(' '));

/** `DELETE`, `UPDATE`, `INSERT`, `MERGE`, `REPLACE` at a place. */
export function readWrite(tokens: readonly SqlToken[], at: number, reading: Reading): Finding {
  switch (tokens[at]?.text ?? '') {
    case 'DELETE': {
      const target = deleteTarget(tokens, at);
      if (isFiltered(tokens, at, reading))
        return finding('change', 'DELETE', target, 'its WHERE says which rows');
      return finding('destroy', 'DELETE without WHERE', target);
    }
    case 'UPDATE': {
      if (isWord(tokens[at + 1], 'STATISTICS')) return finding('change', 'UPDATE STATISTICS');
      const skip = isWord(tokens[at + 1], 'OR') ? at + 3 : at + 1;
      const target = targetAt(tokens, skip);
      if (isFiltered(tokens, at, reading)) return finding('change', 'UPDATE', target);
      return finding('destroy', 'UPDATE without WHERE', target);
    }
    case 'MERGE':
      return readMerge(tokens, at, reading);
    case 'REPLACE':
      if (isWord(tokens[at + 1], 'TABLE', 'DICTIONARY', 'DATABASE'))
        return finding('destroy', `REPLACE ${tokens[at + 1]?.text}`, targetAt(tokens, at + 2));
      return finding(
        'change',
        'REPLACE',
        targetAt(tokens, at + 1),
        'rows with the same key are replaced',
      );
    default:
      if (tokens.slice(at, at + 6).some((token) => isWord(token, 'OVERWRITE')))
        return finding(
          'destroy',
          'INSERT OVERWRITE',
          targetAt(tokens, at + 1),
          'what was there is replaced',
        );
      return finding(
        'change',
        'INSERT',
        targetAt(tokens, isWord(tokens[at + 1], 'OR') ? at + 3 : at + 1),
      );
  }
}

function deleteTarget(tokens: readonly SqlToken[], at: number): string | null {
  const from = tokens.findIndex((token, index) => index > at && isWord(token, 'FROM'));
  return targetAt(tokens, from < 0 ? at + 1 : from + 1);
}

function readMerge(tokens: readonly SqlToken[], at: number, reading: Reading): Finding {
  const target = targetAt(tokens, at + 1);
  if (tokens.some((token, index) => isWord(token, 'DELETE') && isWord(tokens[index - 1], 'THEN')))
    return finding('destroy', 'MERGE with DELETE', target);
  if (!isFiltered(tokens, at, reading, 'ON') && tokens.some((token) => isWord(token, 'UPDATE')))
    return finding('destroy', 'MERGE', target, 'its ON leaves out no row');
  return finding('change', 'MERGE', target);
}

/** Writes inside brackets: `WITH gone AS (DELETE FROM a RETURNING *) SELECT …`. */
export function* nestedWrites(
  tokens: readonly SqlToken[],
  reading: Reading,
): Generator<Finding, void> {
  let seen = 0;
  for (let index = 1; index < tokens.length; index += 1) {
    if (!isMark(tokens[index - 1], '(') || !isWrite(tokens, index)) continue;
    if ((seen += 1) > NESTED) {
      yield finding('destroy', 'DELETE without WHERE', null, 'more writes in it than guard reads');
      return;
    }
    yield readWrite(tokens, index, reading);
  }
}

/** Whether a write begins here, and not a column of that name. */
export function isWrite(tokens: readonly SqlToken[], at: number): boolean {
  const after = tokens[at + 1];
  if (!after) return false;
  if (isWord(tokens[at], 'DELETE')) return isWord(after, 'FROM');
  if (isWord(tokens[at], 'UPDATE')) return after.kind === 'word' || after.kind === 'name';
  if (isWord(tokens[at], 'INSERT', 'REPLACE'))
    return isWord(after, 'INTO', 'OVERWRITE', 'OR', 'IGNORE');
  return isWord(tokens[at], 'MERGE') && isWord(after, 'INTO', 'ONLY');
}

export function readDrop(tokens: readonly SqlToken[]): Finding {
  let at = 1;
  const words: string[] = [];
  for (; tokens[at]?.kind === 'word' && at < 6; at += 1) {
    const word = tokens[at]?.text ?? '';
    if (words.length > 0 && !SECOND.has(word)) break;
    if (!MODIFIERS.has(word)) words.push(word);
  }
  return finding('destroy', ['DROP', ...words].join(' ').slice(0, 60), targetsAt(tokens, at));
}

export function readTruncate(tokens: readonly SqlToken[]): Finding {
  const at = isWord(tokens[1], 'DATABASE', 'ALL') ? 2 : 1;
  return finding('destroy', 'TRUNCATE', targetsAt(tokens, at));
}

/** `WITH`: what stands behind the common tables, and what is written in them. */
export function readWith(tokens: readonly SqlToken[], reading: Reading): Finding {
  const found: [Finding, ...Finding[]] = [finding('read', 'SELECT')];
  let depth = 0;
  for (let index = 1; index < tokens.length; index += 1) {
    const token = tokens[index];
    if (isMark(token, '(')) depth += 1;
    else if (isMark(token, ')')) depth -= 1;
    if (depth > 0 || !isWord(token, 'DELETE', 'UPDATE', 'INSERT', 'MERGE', 'REPLACE')) continue;
    // `WITH delete AS (…)`, `FOR UPDATE`
    const after = tokens[index + 1];
    if (
      !after ||
      isWord(after, 'AS') ||
      isMark(after, '(') ||
      isWord(tokens[index - 1], 'FOR', 'KEY', 'DO', 'THEN', 'AS', 'NOT')
    )
      continue;
    found.push(readWrite(tokens, index, reading));
    break;
  }
  return strictest(found);
}
