import type { SqlClass } from '../rules/pack.ts';
import { MYSQL, POSTGRES, sqlTokens, type SqlDialect, type SqlToken } from './lexer.ts';

/** What can be dropped; `DROP DEFAULT`, `DROP NOT NULL` and a column named drop are not meant. */
const OBJECTS = new Set(
  `TABLE DATABASE SCHEMA VIEW MATERIALIZED INDEX SEQUENCE TYPE DOMAIN EXTENSION FUNCTION PROCEDURE TRIGGER ROLE USER
   OWNED TABLESPACE PUBLICATION SUBSCRIPTION SERVER EVENT KEYSPACE DICTIONARY STAGE WAREHOUSE TEMPORARY POLICY
   AGGREGATE CAST COLLATION OPERATOR LANGUAGE FOREIGN EXTERNAL SNAPSHOT PARTITION`.split(/\s+/),
);
/** Words before UPDATE or DELETE that make it part of another clause. */
const CLAUSE = new Set([
  'ON',
  'FOR',
  'DO',
  'BEFORE',
  'AFTER',
  'OF',
  'OR',
  'GRANT',
  'REVOKE',
  'KEY',
  'NO',
  ',',
]);
const DEPTH_LIMIT = 4;

/**
 * What a text of SQL would destroy. A keyword scan over a lexer that knows strings, comments and quoted names; where
 * dialects read a text differently, both readings count.
 */
export function classifySql(text: string): Set<SqlClass> {
  const classes = new Set<SqlClass>();
  // Most texts have no such word at all.
  if (!/drop|truncate|delete|update/i.test(text)) return classes;
  for (const dialect of [POSTGRES, MYSQL]) readText(text, dialect, classes, 0);
  return classes;
}

function readText(text: string, dialect: SqlDialect, classes: Set<SqlClass>, depth: number): void {
  let statement: SqlToken[] = [];
  for (const token of sqlTokens(text, dialect)) {
    if (token.text !== ';') {
      statement.push(token);
      continue;
    }
    readStatement(statement, dialect, classes, depth);
    statement = [];
  }
  readStatement(statement, dialect, classes, depth);
}

function readStatement(
  tokens: SqlToken[],
  dialect: SqlDialect,
  classes: Set<SqlClass>,
  depth: number,
): void {
  const first = tokens[0]?.text;
  if (first === 'EXPLAIN' && !tokens.some(({ text }) => text === 'ANALYZE' || text === 'ANALYSE'))
    return;
  for (const [index, token] of tokens.entries()) {
    if (token.kind === 'string' && first === 'DO' && token.text && depth < DEPTH_LIMIT)
      readText(token.text, dialect, classes, depth + 1);
    if (token.kind !== 'word') continue;
    const before = tokens[index - 1]?.text ?? '';
    const after = tokens[index + 1];
    if (token.text === 'DROP' && isWord(after, OBJECTS) && before !== '.')
      classes.add(first === 'ALTER' ? 'alter-drop' : 'drop');
    else if (token.text === 'DROP' && first === 'ALTER' && dropsColumn(after))
      classes.add('alter-drop');
    else if (token.text === 'TRUNCATE' && after && after.text !== '(' && !CLAUSE.has(before))
      classes.add('truncate');
    else if (token.text === 'DELETE' && deletes(index, before, after) && !filtered(tokens, index))
      classes.add('delete-all');
    else if (token.text === 'UPDATE' && updates(tokens, index, before) && !filtered(tokens, index))
      classes.add('update-all');
  }
}

function isWord(token: SqlToken | undefined, words: ReadonlySet<string>): boolean {
  return token?.kind === 'word' && words.has(token.text);
}

/** `ALTER TABLE t DROP [COLUMN] c`, but not `ALTER COLUMN c DROP DEFAULT`. */
function dropsColumn(after: SqlToken | undefined): boolean {
  const mild = ['DEFAULT', 'NOT', 'EXPRESSION', 'IDENTITY'];
  return after !== undefined && after.kind !== 'mark' && !mild.includes(after.text);
}

function deletes(index: number, before: string, after: SqlToken | undefined): boolean {
  if (CLAUSE.has(before) || !after) return false;
  return after.text === 'FROM' || (index === 0 && (after.kind === 'word' || after.kind === 'name'));
}

/** `UPDATE … SET`, with the name between them. */
function updates(tokens: SqlToken[], index: number, before: string): boolean {
  if (CLAUSE.has(before)) return false;
  return tokens
    .slice(index + 1, index + 40)
    .some(({ kind, text }) => kind === 'word' && text === 'SET');
}

/** Whether a condition that leaves anything out follows before the statement, or the bracket it stands in, ends. */
function filtered(tokens: SqlToken[], start: number): boolean {
  let depth = 0;
  for (let index = start + 1; index < tokens.length; index += 1) {
    const token = tokens[index];
    if (token?.text === '(') depth += 1;
    if (token?.text === ')' && --depth < 0) return false;
    if (depth === 0 && token?.kind === 'word') {
      if (token.text === 'WHERE') return !alwaysTrue(tokens.slice(index + 1, index + 5));
      if (token.text === 'LIMIT') return true;
    }
  }
  return false;
}

/** `WHERE 1`, `WHERE TRUE`, `WHERE 1 = 1` and the like, with nothing joined to it. */
function alwaysTrue(condition: SqlToken[]): boolean {
  const [a, b, c, d] = condition;
  const constant = (token?: SqlToken) =>
    token?.kind === 'number' || token?.kind === 'string' || token?.text === 'TRUE';
  const ends = (token?: SqlToken) =>
    !token || token.text === ')' || token.text === 'RETURNING' || token.text === 'OR';
  if (!constant(a)) return false;
  return ends(b) || (b?.text === '=' && constant(c) && a?.text === c?.text && ends(d));
}
