import { readRedis } from '../redis/read.ts';
import { readMongo } from '../mongo/read.ts';
import type { SqlClass } from '../rules/pack.ts';
import { readCypher } from './cypher.ts';
import { readSql } from './read.ts';
import type { SqlStatement, StatementDialect } from './types.ts';

/** What each word would do at worst, where a text is not read to its end. */
const AT_WORST: readonly [word: RegExp, kinds: readonly SqlClass[]][] = [
  [/drop/i, ['drop', 'drop-database', 'alter-drop']],
  [/truncate/i, ['truncate']],
  [/delete|merge/i, ['delete-all']],
  [/update/i, ['update-all']],
  [/program/i, ['program']],
];
/** Without any of these in a text it does nothing that rules ask about. */
const TELLING =
  /drop|truncat|delete|update|merge|program|replace|overwrite|restor|revoke|deny|shutdown|restart|purge|reset|kill|terminate|exec(?:ute)?\b|prepare|\bdo\b|alter|outfile|dumpfile|cmdshell|sys_e|sp_|pg_|lo_|writefile|load_ext|writable_|\bcopy\b|wipe|erase|remove|\brm\b|destroy|clear|system|shell|pager|open|\\|^[ \t]*[.:!]|[\n;][ \t]*[.:!]/i;

/** The statements of a text, in their order, each with what it would do. Never throws. */
export function readStatements(text: string, dialect: StatementDialect): SqlStatement[] {
  if (dialect === 'redis') return readRedis(text);
  if (dialect === 'mongo') return readMongo(text);
  if (dialect === 'cypher') return readCypher(text);
  return readSql(text, dialect);
}

/** What a text on a command line would destroy; `any`: for whichever server it is meant. */
export function classifySql(text: string, dialect: StatementDialect = 'any'): Set<SqlClass> {
  if (dialect !== 'redis' && dialect !== 'mongo' && !TELLING.test(text)) return new Set();
  const statements = readStatements(text, dialect);
  const kinds = new Set(statements.flatMap((statement) => [...statement.kinds]));
  const unread = statements.some(({ class: kind, verb }) => kind === 'unknown' && verb === 'SQL');
  if (unread)
    for (const [word, worst] of AT_WORST)
      if (word.test(text)) for (const kind of worst) kinds.add(kind);
  return kinds;
}
