import { decide, type Policy } from '../policy/decide.ts';
import { readStatements } from '../policy/sql/classify.ts';
import {
  STATEMENT_DIALECTS,
  type SqlStatement,
  type StatementDialect,
} from '../policy/sql/types.ts';
import { isAllowedByName, strictest } from '../policy/strictest.ts';
import type { CallRequest, Operation } from '../policy/types.ts';
import type { Checked } from './types.ts';
import { asks, NOTHING_SAID } from './verdicts.ts';

/** Other names that people give to a dialect. */
const ALSO: Readonly<Record<string, string>> = {
  postgresql: 'postgres',
  psql: 'postgres',
  mariadb: 'mysql',
  sqlite3: 'sqlite',
  sqlserver: 'mssql',
  tsql: 'mssql',
  mongodb: 'mongo',
  valkey: 'redis',
  neo4j: 'cypher',
};
const WRITTEN = 10_000;

/**
 * Statements for a database: judged as where guard stands before one, except that what only adds or changes some rows is
 * everyday work here, for nobody holds a connection.
 */
export function judgeSql(policy: Policy, text: string, named: string | undefined): Checked {
  return readStatements(text, dialectOf(named))
    .map((statement) => judgeStatement(policy, statement, text))
    .reduce((worst, next) => strictest(worst, next), NOTHING_SAID);
}

export function dialectOf(named = 'any'): StatementDialect {
  const lower = named.toLowerCase();
  const name = ALSO[lower] ?? lower;
  return (STATEMENT_DIALECTS as readonly string[]).includes(name)
    ? (name as StatementDialect)
    : 'any';
}

function judgeStatement(policy: Policy, statement: SqlStatement, text: string): Checked {
  const { verb, target, because, class: kind, kinds } = statement;
  // A procedure of the user's own is called, or a program written: everyday, where nothing in it destroys.
  if (kind === 'unknown' && kinds.size === 0 && verb !== 'SQL') return NOTHING_SAID;
  const operation: Operation = {
    name: `sql ${verb}`,
    class: kind,
    target,
    arguments: { sql: text.slice(0, WRITTEN) },
    ...(because ? { because } : {}),
  };
  const request: CallRequest = {
    kind: 'call',
    protocol: 'postgres',
    provider: 'postgres',
    host: 'localhost',
    port: 5432,
    method: '',
    path: '',
    operations: [operation],
    credential: { kind: 'none' },
  };
  const verdict = decide(policy, request);
  const words = target === null ? [verb] : [verb, target];
  const everyday = verdict.action === 'allow' || verdict.rule === 'operation.change';
  if (isAllowedByName(verdict) || (everyday && kinds.size === 0)) return NOTHING_SAID;
  if (everyday) return { ...asks('sql', WHY.destroy), rule: 'sql.destroy', words };
  if (!verdict.rule.startsWith('operation.')) return { ...verdict, words };
  return {
    ...verdict,
    rule: `sql.${kind}`,
    reason: because ? `${WHY[kind]}: ${because}` : WHY[kind],
    words,
    ...(target === null ? {} : { resource: target }),
  };
}

const WHY: Record<SqlStatement['class'], string> = {
  read: 'it only reads',
  change: 'it changes some rows',
  destroy: 'it removes or overwrites what the database holds',
  access: 'it changes who may do what, or shows a secret',
  unknown: 'what it does cannot be told from the text',
};
