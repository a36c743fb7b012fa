import type { SqlClass } from '../rules/pack.ts';
import type { OperationClass } from '../types.ts';

/** Whose reading of a text counts; `any` where it is not known: then the strictest of all does. */
export const DIALECTS = [
  'postgres',
  'mysql',
  'sqlite',
  'mssql',
  'clickhouse',
  'bigquery',
  'snowflake',
  'any',
] as const;
export type Dialect = (typeof DIALECTS)[number];

/** Of whom statements are understood, of SQL or not. */
export const STATEMENT_DIALECTS = [...DIALECTS, 'redis', 'mongo', 'cypher'] as const;
export type StatementDialect = (typeof STATEMENT_DIALECTS)[number];

/** What one statement would do. Verb and target may be hostile text. */
export interface SqlStatement {
  class: OperationClass;
  /** Upper case, as rules name it: `DROP TABLE`, `DELETE without WHERE`, `SELECT`. */
  verb: string;
  /** What it acts on, as written without quotes (`public.users`); null where it is not plain. */
  target: string | null;
  /** Why it has its class, where the verb does not say. */
  because?: string;
  /** What rules on command lines ask for (`sql: [drop, truncate]`). */
  kinds: ReadonlySet<SqlClass>;
}
