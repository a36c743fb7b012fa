import { isMark, isWord } from './finding.ts';
import { sqlTokens, type SqlToken } from './lexer.ts';
import type { Reading } from './dialects.ts';

/** What can be dropped; `DROP DEFAULT`, `DROP NOT NULL` and a column named drop are not meant. */
const OBJECTS = new Set(
  `TABLE DATABASE SCHEMA VIEW MATERIALIZED INDEX SEQUENCE TYPE DOMAIN EXTENSION FUNCTION PROCEDURE ROUTINE TRIGGER ROLE USER
   OWNED TABLESPACE PUBLICATION SUBSCRIPTION SERVER EVENT KEYSPACE DICTIONARY STAGE WAREHOUSE TEMPORARY POLICY
   AGGREGATE CAST COLLATION OPERATOR LANGUAGE FOREIGN EXTERNAL SNAPSHOT PARTITION LOGIN TASK STREAM PIPE ACCESS GROUP
   RULE STATISTICS TRANSFORM CONVERSION TEXT PREPARE COLUMN CONSTRAINT`.split(/\s+/),
);
/** Words before a verb that make it part of another clause. */
const CLAUSE = new Set('ON FOR BEFORE AFTER OF OR GRANT REVOKE DENY KEY NO WITH , . ('.split(' '));
/** A statement of these says what somebody may do, not what is done. */
const RIGHTS = ['GRANT', 'REVOKE', 'DENY'];
const ROUTINES = new Set('FUNCTION PROCEDURE TRIGGER EVENT TASK RULE PACKAGE'.split(' '));

/** The statements of a text. Where in doubt there are more of them: what stands in a procedure's body counts too. */
export function* statements(
  text: string,
  reading: Reading,
  body = false,
): Generator<SqlToken[], void> {
  let statement: SqlToken[] = [];
  for (const token of sqlTokens(text, reading)) {
    const ends = token.kind === 'meta' || token.kind === 'broken' || isMark(token, ';');
    if (!ends) {
      statement.push(token);
      continue;
    }
    // First that it is broken: the statement in which it is runs nowhere.
    if (token.kind === 'broken') yield [token];
    const sent = statement;
    statement = [];
    if (token.kind === 'meta' && /^\\gexec\b/.test(token.text)) {
      yield [token, ...sent];
      continue;
    }
    yield* pieces(sent, reading, body);
    if (token.kind === 'meta') yield [token];
  }
  yield* pieces(statement, reading, body);
}

/** A statement as it is, or cut before each verb that begins another. */
function* pieces(tokens: SqlToken[], reading: Reading, body: boolean): Generator<SqlToken[], void> {
  if (tokens.length === 0) return;
  if (!reading.adjacent && !body && !isRoutine(tokens)) {
    yield tokens;
    return;
  }
  const lastSet = tokens.findLastIndex((token) => isWord(token, 'SET'));
  let start = 0;
  for (let index = 1; index < tokens.length; index += 1) {
    if (!begins(tokens, index, lastSet) || isPart(tokens, start, index)) continue;
    yield tokens.slice(start, index);
    start = index;
  }
  yield tokens.slice(start);
}

/** `CREATE … FUNCTION`: its body may stand in it without quotes. */
export function isRoutine(tokens: readonly SqlToken[]): boolean {
  if (!isWord(tokens[0], 'CREATE', 'ALTER')) return false;
  return tokens.slice(1, 16).some(({ kind, text }) => kind === 'word' && ROUTINES.has(text));
}

/** EXPLAIN and its like without ANALYZE: nothing in it is run. */
function isPlanOnly(tokens: readonly SqlToken[], start: number): boolean {
  if (!isWord(tokens[start], 'EXPLAIN', 'DESCRIBE', 'DESC')) return false;
  return !tokens.slice(start, start + 24).some((token) => isWord(token, 'ANALYZE', 'ANALYSE'));
}

/** Whether what looks like a verb belongs to the statement it stands in. */
function isPart(tokens: readonly SqlToken[], start: number, index: number): boolean {
  const head = tokens[start]?.text ?? '';
  if (head === 'ALTER') return isWord(tokens[index], 'DROP', 'ALTER');
  if (RIGHTS.includes(head))
    return !isWord(tokens[index], 'DROP') && !isWord(tokens[index + 1], 'FROM', 'INTO', 'TABLE');
  return isPlanOnly(tokens, start);
}

/** Whether the word at a place is a verb that begins a statement there. */
function begins(tokens: readonly SqlToken[], index: number, lastSet: number): boolean {
  const token = tokens[index];
  if (token?.kind !== 'word') return false;
  const before = tokens[index - 1];
  const after = tokens[index + 1];
  if (!after || isMark(after, '.') || isMark(after, ',') || isMark(after, '=')) return false;
  const named = after.kind === 'word' || after.kind === 'name';
  if (before?.kind !== 'name' && before?.kind !== 'string' && CLAUSE.has(before?.text ?? ''))
    return false;
  switch (token.text) {
    case 'DROP':
      return after.kind === 'word' && OBJECTS.has(after.text);
    case 'CREATE':
      return after.kind === 'word' && (OBJECTS.has(after.text) || after.text === 'OR');
    case 'ALTER':
      return after.kind === 'word' && OBJECTS.has(after.text) && after.text !== 'COLUMN';
    case 'TRUNCATE':
      return named;
    case 'DELETE':
      return named && !isWord(after, 'AS', 'ON', 'SET', 'CASCADE', 'WHEN', 'WHERE');
    case 'UPDATE':
      return named && lastSet > index && !isWord(after, 'SET');
    case 'INSERT':
      return isWord(after, 'INTO', 'OVERWRITE', 'OR', 'IGNORE');
    case 'MERGE':
      return named && isWord(after, 'INTO');
    case 'GRANT':
    case 'REVOKE':
    case 'DENY':
      return after.kind === 'word' && !isWord(after, 'OPTION');
    case 'EXEC':
    case 'EXECUTE':
      return !isWord(after, 'FUNCTION', 'PROCEDURE', 'ON', 'AS') && after.text !== ')';
    case 'CALL':
    case 'REASSIGN':
    case 'UNDROP':
      return named;
    case 'COPY':
      return named || isMark(after, '(');
    case 'SET':
      return (
        isWord(after, 'ROLE') ||
        (isWord(after, 'SESSION') && isWord(tokens[index + 2], 'AUTHORIZATION'))
      );
    case 'BACKUP':
    case 'RESTORE':
      return isWord(after, 'DATABASE', 'LOG', 'TABLE');
    case 'SHUTDOWN':
      return isWord(after, 'WITH');
    case 'KILL':
      return isWord(after, 'QUERY', 'CONNECTION', 'MUTATION') || after.kind === 'number';
    default:
      return false;
  }
}
