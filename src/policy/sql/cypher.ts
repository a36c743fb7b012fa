import { isMark, isWord } from './finding.ts';
import { kindsOf } from './kinds.ts';
import { sqlTokens, type SqlToken } from './lexer.ts';
import { readingsOf } from './dialects.ts';
import type { SqlClass } from '../rules/pack.ts';
import type { SqlStatement } from './types.ts';
import { readDrop } from './writes.ts';

const LONGEST = 2 * 1024 * 1024;
/** Queries in texts of `apoc.periodic.iterate`. */
const DEEPEST = 2;
const WRITES = [
  'CREATE',
  'MERGE',
  'SET',
  'REMOVE',
  'FOREACH',
  'LOAD',
  'GRANT',
  'ALTER',
  'START',
  'STOP',
];

/** Statements of Cypher, which names what it deletes by a pattern before. Never throws. */
export function readCypher(text: string, depth = 0): SqlStatement[] {
  if (text.length > LONGEST)
    return [statement('unknown', 'SQL', [], 'it is longer than guard reads')];
  // Its quotes and comments are almost those of this reading.
  const reading = readingsOf('clickhouse', '')?.[0];
  if (!reading) return [];
  const cypher = {
    ...reading,
    family: 'snowflake' as const,
    nested: false,
    dollar: 'none' as const,
  };
  const found: SqlStatement[] = [];
  let tokens: SqlToken[] = [];
  for (const token of sqlTokens(text, cypher)) {
    if (!isMark(token, ';')) {
      tokens.push(token);
      continue;
    }
    if (tokens.length > 0) found.push(...read(tokens, depth));
    tokens = [];
  }
  if (tokens.length > 0) found.push(...read(tokens, depth));
  return found;
}

function read(tokens: readonly SqlToken[], depth: number): SqlStatement[] {
  if (tokens.at(-1)?.kind === 'broken')
    return [statement('unknown', 'SQL', [], tokens.at(-1)?.text ?? '')];
  const first = tokens[0];
  if (isWord(first, 'DROP')) {
    const { verb, targets } = readDrop(tokens);
    return [
      { ...statement('destroy', verb, kindsOf('destroy', verb)), target: targets[0] ?? null },
    ];
  }
  if (isWord(first, 'REVOKE', 'DENY')) return [statement('access', first?.text ?? '', ['revoke'])];
  if (isWord(first, 'EXPLAIN')) return [statement('read', 'EXPLAIN', [])];
  const found: SqlStatement[] = [];
  let chosen = false;
  let writes = false;
  for (const [index, token] of tokens.entries()) {
    if (isWord(token, 'WHERE') || isMark(token, '{')) chosen ||= !isSubquery(tokens, index);
    if (isWord(token, ...WRITES)) writes = true;
    const after = tokens[index + 1];
    if (
      isWord(token, 'DELETE') &&
      after &&
      after.kind !== 'mark' &&
      !isMark(tokens[index - 1], ':')
    )
      found.push(
        chosen
          ? statement('change', 'DELETE', [])
          : statement('destroy', 'DELETE without WHERE', ['delete-all']),
      );
    if (token.kind === 'string' && depth < DEEPEST && isWord(first, 'CALL'))
      found.push(...inText(token.text, depth));
  }
  if (found.length === 0)
    found.push(statement(writes ? 'change' : 'read', first?.text.slice(0, 40) ?? '', []));
  return found;
}

/** `CALL { … }` and `EXISTS { … }` choose nothing by themselves. */
function isSubquery(tokens: readonly SqlToken[], index: number): boolean {
  const before = tokens[index - 1];
  return (
    isWord(before, 'CALL', 'COUNT', 'COLLECT') ||
    (isMark(before, ')') && isMark(tokens[index - 2], '('))
  );
}

function inText(text: string, depth: number): SqlStatement[] {
  if (!/delete|drop/i.test(text)) return [];
  return readCypher(text, depth + 1).filter((one) => one.class !== 'read');
}

function statement(
  kind: SqlStatement['class'],
  verb: string,
  kinds: readonly SqlClass[],
  because?: string,
): SqlStatement {
  return {
    class: kind,
    verb,
    target: null,
    kinds: new Set(kinds),
    ...(because ? { because } : {}),
  };
}
