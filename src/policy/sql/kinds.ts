import type { SqlClass } from '../rules/pack.ts';
import type { OperationClass } from '../types.ts';

/** Of a dropped object these are the whole of what somebody has. */
const WHOLE =
  /^DROP (?:DATABASE|SCHEMA|KEYSPACE|CATALOG|NAMESPACE|OWNED|TABLESPACE|ACCOUNT|CLUSTER|PLUGGABLE)\b/;
/** What is dropped without loss: of a session, or a plan for queries. */
const LIGHT = /^DROP (?:PREPARE|STATISTICS|STATS|INCREMENTAL|CACHE|HINT)\b/;

/** The first that fits says what rules on command lines call it. */
const KINDS: readonly [verb: RegExp, ...kinds: SqlClass[]][] = [
  [WHOLE, 'drop', 'drop-database'],
  [/^CREATE OR REPLACE (?:DATABASE|SCHEMA)$/, 'overwrite', 'drop-database'],
  [/^DROP\b|^REMOVE$/, 'drop'],
  [/^TRUNCATE$|^ALTER .*\b(?:TRUNCATE|CLEAR) PARTITION$/, 'truncate'],
  [/DELETE without WHERE$|^MERGE with DELETE$/, 'delete-all'],
  [/UPDATE without WHERE$|^MERGE$/, 'update-all'],
  [/^ALTER .*\bDROP\b/, 'alter-drop'],
  [/^ALTER .*\b(?:DISCARD|CLEAR) /, 'alter-drop'],
  [
    /^(?:CREATE OR REPLACE TABLE|REPLACE (?:TABLE|DATABASE)|INSERT OVERWRITE|LOAD DATA OVERWRITE|RESTORE)$|REPLACE PARTITION$/,
    'overwrite',
  ],
  [/^ALTER .* ENGINE$/, 'overwrite'],
  [/^(?:COPY PROGRAM|\w+ XP_CMDSHELL)$/, 'program'],
  [
    /^SELECT (?:lo_export|pg_file_write|pg_file_unlink|pg_file_rename|writefile|load_extension|xp_cmdshell|sys_exec|sys_eval|sp_oacreate)$/,
    'program',
  ],
  [/^PRAGMA$/, 'overwrite'],
  [/^SELECT (?:lo_unlink|lo_truncate|lo_truncate64|pg_drop_replication_slot)$/, 'drop'],
  [/^(?:SHUTDOWN|RESTART|SYSTEM (?:SHUTDOWN|KILL)|SELECT pg_terminate_backend)$/, 'server'],
  [/^SYSTEM DROP$/, 'drop'],
  [/^(?:PURGE|RESET (?:MASTER|BINARY|SLAVE|REPLICA))$/, 'history'],
  [/^ALTER .* (?:MAX_TIME_TRAVEL_HOURS|DATA_RETENTION_TIME_IN_DAYS)$/, 'history'],
  [/^(?:REVOKE|DENY)$/, 'revoke'],
];

/** What rules on command lines ask for of what a statement does. */
export function kindsOf(kind: OperationClass, verb: string): readonly SqlClass[] {
  if (kind === 'read' || kind === 'change' || LIGHT.test(verb)) return [];
  const [, ...kinds] = KINDS.find(([pattern]) => pattern.test(verb)) ?? [];
  return kinds;
}
