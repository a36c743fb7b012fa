import type { Reading } from './dialects.ts';
import { isFiltered } from './condition.ts';
import { finding, isWord, type Finding } from './finding.ts';
import type { SqlToken } from './lexer.ts';
import { targetAt } from './target.ts';

/** Objects that say who may do what, or let data out. */
const ACCESS = new Set(
  `ROLE USER GROUP LOGIN SERVER SUBSCRIPTION PUBLICATION LANGUAGE INTEGRATION SHARE CREDENTIAL ACCOUNT POLICY AUTHORIZATION
   WRAPPER PRIVILEGES SYSTEM PROFILE QUOTA CERTIFICATE ENDPOINT NETWORK CONNECTION SECRET`.split(
    /\s+/,
  ),
);
/** Of these a replacement loses what was there; of a view or a function only its text. */
const FILLED = new Set('TABLE DATABASE SCHEMA STAGE SEQUENCE DICTIONARY DYNAMIC'.split(' '));
/** Extensions that only compute. Others may bring functions that reach files, hosts or programs. */
const EXTENSIONS = new Set(
  `uuid-ossp pgcrypto citext hstore pg_trgm vector postgis btree_gin btree_gist unaccent ltree intarray fuzzystrmatch cube
   earthdistance isn seg pg_stat_statements postgis_topology timescaledb`.split(/\s+/),
);
/** Storage of MySQL's that forgets. */
const VOLATILE = /^(?:BLACKHOLE|MEMORY|HEAP)$/i;
const HEAD = 16;
/** More conditions in one statement are not looked at one by one. */
const CONDITIONS = 64;

export function readAlter(tokens: readonly SqlToken[], reading: Reading): Finding {
  const object = objectOf(tokens);
  const verb = `ALTER ${object}`.trim();
  const target = targetAt(tokens, 2);
  if (ACCESS.has(object)) return finding('access', verb, target);
  let looked = 0;
  for (const [index, token] of tokens.entries()) {
    if (token.kind !== 'word' || index === 0) continue;
    if (token.text === 'DELETE' || token.text === 'UPDATE') looked += 1;
    if (looked > CONDITIONS)
      return finding('destroy', verb, target, 'more is in it than guard reads');
    const after = tokens[index + 1];
    const at = (words: string, because?: string) =>
      finding('destroy', `${verb} ${words}`, target, because);
    switch (token.text) {
      case 'DROP':
        if (drops(tokens, index))
          return at(
            after?.kind === 'word' &&
              /^(?:COLUMN|CONSTRAINT|PARTITION|INDEX|PRIMARY|FOREIGN|KEY|PART)$/.test(after.text)
              ? `DROP ${after.text}`
              : 'DROP',
          );
        break;
      case 'TRUNCATE':
      case 'DISCARD':
      case 'CLEAR':
        if (isWord(after, 'PARTITION', 'TABLESPACE', 'COLUMN', 'INDEX', 'PROJECTION'))
          return at(`${token.text} ${after?.text}`);
        break;
      case 'DELETE':
        if (isWord(after, 'WHERE', 'IN') && !isFiltered(tokens, index, reading))
          return at('DELETE without WHERE');
        break;
      case 'UPDATE':
        if (
          object === 'TABLE' &&
          reading.family === 'clickhouse' &&
          !isFiltered(tokens, index, reading)
        )
          return at('UPDATE without WHERE');
        break;
      case 'REPLACE':
        if (isWord(after, 'PARTITION')) return at('REPLACE PARTITION');
        break;
      case 'OWNER':
      case 'AUTHORIZATION':
        if (index > 2) return finding('access', `${verb} OWNER`, target);
        break;
      case 'ROW':
      case 'POLICY':
        if (index > 2 && (token.text === 'POLICY' || isWord(after, 'LEVEL', 'ACCESS')))
          return finding('access', verb, target, 'it is about who sees which rows');
        break;
      case 'SECURITY':
        if (isWord(after, 'DEFINER'))
          return finding('access', verb, target, 'it runs with its owner’s rights');
        break;
      case 'USING':
        if (object === 'TABLE' && tokens.slice(0, index).some((each) => isWord(each, 'TYPE')))
          return at('TYPE USING', 'it writes another value into every row');
        break;
      case 'ENGINE':
        if (tokens.slice(index, index + 3).some((each) => VOLATILE.test(each.text)))
          return at('ENGINE', 'what the table holds is kept no longer');
        break;
      case 'TTL':
      case 'EXPIRATION_TIMESTAMP':
      case 'PARTITION_EXPIRATION_DAYS':
      case 'DEFAULT_TABLE_EXPIRATION_DAYS':
      case 'DEFAULT_PARTITION_EXPIRATION_DAYS':
      case 'MAX_TIME_TRAVEL_HOURS':
      case 'DATA_RETENTION_TIME_IN_DAYS':
        if (!isWord(tokens[index - 1], 'REMOVE')) return at(token.text, 'what is older is deleted');
        break;
      default:
    }
  }
  return finding('change', verb, target);
}

/** `DROP [COLUMN] c`, but not `ALTER COLUMN c DROP DEFAULT`. */
function drops(tokens: readonly SqlToken[], index: number): boolean {
  const after = tokens[index + 1];
  if (!after || after.kind === 'mark') return false;
  if (isWord(after, 'DEFAULT', 'NOT')) return false;
  const column = [index - 2, index - 3].some((at) => at > 0 && isWord(tokens[at], 'ALTER'));
  return !(column && isWord(after, 'EXPRESSION', 'IDENTITY'));
}

export function readCreate(tokens: readonly SqlToken[]): Finding {
  const object = objectOf(tokens);
  const verb = `CREATE ${object}`.trim();
  const at = tokens.findIndex(
    ({ kind, text }, index) => index > 0 && kind === 'word' && text === object,
  );
  const target = at < 0 ? null : targetAt(tokens, at + 1);
  if (isWord(tokens[1], 'OR') && isWord(tokens[2], 'REPLACE', 'ALTER') && FILLED.has(object))
    return finding('destroy', `CREATE OR REPLACE ${object}`, target, 'what was there is replaced');
  if (ACCESS.has(object) || (object === 'USER' && isWord(tokens[at + 1], 'MAPPING')))
    return finding('access', verb, target);
  if (object === 'EXTENSION' && !EXTENSIONS.has(target ?? ''))
    return finding('access', verb, target, 'an extension may reach files, hosts or programs');
  if (
    tokens.some((token, index) => isWord(token, 'SECURITY') && isWord(tokens[index + 1], 'DEFINER'))
  )
    return finding('access', verb, target, 'it runs with its owner’s rights');
  // file_fdw: the program runs whenever the table is read.
  if (
    tokens.some((token) => isWord(token, 'FOREIGN')) &&
    tokens.some(
      (token, index) => /^program$/i.test(token.text) && tokens[index + 1]?.kind === 'string',
    )
  )
    return {
      ...finding('destroy', verb, target, 'it runs a program on the database server'),
      kinds: ['program'],
    };
  if (object === 'SCHEMA' && tokens.some((token) => isWord(token, 'GRANT')))
    return finding('access', verb, target);
  return finding('change', verb, target);
}

const MODIFIERS = new Set(
  `OR REPLACE ALTER TEMP TEMPORARY UNLOGGED GLOBAL LOCAL TRANSIENT VOLATILE UNIQUE RECURSIVE SECURE DEFINER SQL SECURITY
   CONSTRAINT TRUSTED PROCEDURAL EXTERNAL FOREIGN MATERIALIZED CLUSTERED NONCLUSTERED COLUMNSTORE FULLTEXT SPATIAL VIRTUAL
   INVOKER ALGORITHM UNDEFINED MERGE TEMPTABLE ACCESS DEFAULT DATA MASKING ROW STORAGE NOTIFICATION API SETTINGS`.split(
    /\s+/,
  ),
);

/** The kind of object, past what describes it. */
function objectOf(tokens: readonly SqlToken[]): string {
  for (let index = 1; index < HEAD; index += 1) {
    const token = tokens[index];
    if (!token) break;
    if (token.kind === 'word' && !MODIFIERS.has(token.text) && tokens[index - 1]?.text !== '=')
      return token.text.slice(0, 30);
  }
  return '';
}
