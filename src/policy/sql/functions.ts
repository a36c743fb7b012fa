import type { OperationClass } from '../types.ts';
import { finding, isMark, isName, type Finding } from './finding.ts';
import type { Reading } from './dialects.ts';
import type { SqlToken } from './lexer.ts';
import { settingClass } from './settings.ts';

/** Functions that do more than compute, as `name` or `name*`, with why. */
const KNOWN: readonly (readonly [OperationClass, because: string, names: string])[] = [
  ['destroy', 'ends other sessions and what they have not committed', 'pg_terminate_backend'],
  [
    'destroy',
    'writes or removes files of the database server',
    'lo_export pg_file_write pg_file_unlink pg_file_rename pg_file_sync writefile',
  ],
  ['destroy', 'removes large objects', 'lo_unlink lo_truncate lo_truncate64'],
  ['destroy', 'runs programs on the database server', 'xp_cmdshell sys_exec sys_eval sp_oacreate'],
  [
    'destroy',
    'drops what replicas still need',
    'pg_drop_replication_slot pg_replication_slot_advance',
  ],
  [
    'access',
    'reads files of the database server',
    `pg_read_file pg_read_binary_file pg_stat_file pg_ls_dir pg_ls_logdir pg_ls_waldir pg_ls_tmpdir lo_import load_file
     readfile fsdir pg_current_logfile pg_logdir_ls`,
  ],
  [
    'unknown',
    'reaches another server, or runs SQL that guard does not see',
    `dblink* openrowset openquery opendatasource external_query query_to_xml* cursor_to_xml* ts_stat ts_rewrite crosstab*
     connectby aws_lambda.* aws_s3.* load_extension http http_* cron.* pg_background_launch pgagent.* net.* edit eval sp_executesql exec_query`,
  ],
  [
    'change',
    'changes what the database holds or how it runs',
    `setval nextval lo_create lo_creat lo_from_bytea lo_put lowrite lo_write pg_reload_conf pg_rotate_logfile
     pg_cancel_backend pg_notify pg_logical_emit_message pg_create_physical_replication_slot
     pg_create_logical_replication_slot pg_copy_physical_replication_slot pg_copy_logical_replication_slot
     pg_logical_slot_get_* pg_replication_origin_* pg_wal_replay_* pg_promote pg_switch_wal pg_create_restore_point
     pg_backup_start pg_backup_stop pg_start_backup pg_stop_backup pg_stat_reset* pg_import_system_collations
     pg_extension_config_dump gin_clean_pending_list brin_* pg_sequence_reset set_config_by_name get_lock`,
  ],
];
/** ClickHouse's functions in FROM that reach a file or another host. */
const CLICKHOUSE = new Set(
  `url urlCluster s3 s3Cluster gcs remote remoteSecure cluster clusterAllReplicas file fileCluster hdfs mysql postgresql
   mongodb sqlite redis executable jdbc odbc azureBlobStorage deltaLake iceberg hudi input`
    .toLowerCase()
    .split(/\s+/),
);
/** A function of the database's own says with its name what it is for. */
const TELLING =
  /(?:^|_)(?:drop|delete|truncate|purge|destroy|wipe|erase|clear|reset|remove|terminate|kill)(?:_|$)/;
/** Tables that hold passwords and keys: of PostgreSQL, its Supabase kin, MySQL and SQL Server. */
const SECRET = new Set(
  'pg_authid pg_shadow pg_user_mapping decrypted_secrets mysql.user sql_logins syslogins'.split(
    ' ',
  ),
);
const HARMLESS = new Set(
  `truncate array_remove json_remove jsonb_remove jsonb_delete jsonb_delete_path list_remove map_delete array_delete
   st_removepoint st_removerepeatedpoints object_delete`.split(/\s+/),
);

const EXACT = new Map<string, Finding>();
const PREFIXES: (readonly [string, Finding])[] = [];
for (const [kind, because, names] of KNOWN)
  for (const name of names.split(/\s+/)) {
    const found = finding(kind, `SELECT ${name}`, null, `${name}() ${because}`);
    if (name.endsWith('*')) PREFIXES.push([name.slice(0, -1), found]);
    else EXACT.set(name, found);
  }

/** What the functions called anywhere in a statement do beyond computing. */
export function* functionFindings(
  tokens: readonly SqlToken[],
  reading: Reading,
): Generator<Finding> {
  for (let index = 0; index < tokens.length; index += 1) {
    const token = tokens[index];
    if (!token || !isName(token)) continue;
    const name = token.text.toLowerCase().trim();
    const above = isMark(tokens[index - 1], '.') ? tokens[index - 2]?.text.toLowerCase() : '';
    if (SECRET.has(name) || (above && SECRET.has(`${above}.${name}`)))
      yield finding('access', 'SELECT', name, 'passwords or keys are kept there');
    if (!isMark(tokens[index + 1], '(')) continue;
    // U&"\0070g_…": its name is not what is written.
    if (!token.exact) yield finding('unknown', 'SELECT', null, 'a function is named with escapes');
    if (name === 'set_config') {
      yield setConfig(tokens, index);
      continue;
    }
    const found = lookUp(name) ?? (above ? lookUp(`${above}.${name}`) : undefined);
    if (found) yield found;
    else if (reading.family === 'clickhouse' && CLICKHOUSE.has(name))
      yield finding('access', `SELECT ${name}`, null, `${name}() reaches a file or another host`);
    else if (TELLING.test(name) && !HARMLESS.has(name) && !declares(tokens, index))
      yield {
        ...finding('unknown', 'SELECT', name, 'it calls a function whose name says it removes'),
        ...(saysItRemoves(name) ? { kinds: ['opaque'] } : {}),
      };
  }
}

/** Of those the names that speak of what is kept, not of a cache or a session. */
export function saysItRemoves(name: string): boolean {
  return /(?:^|_)(?:drop|delete|truncate|purge|destroy|wipe|erase)(?:_|$)/i.test(name);
}

function lookUp(name: string): Finding | undefined {
  return EXACT.get(name) ?? PREFIXES.find(([prefix]) => name.startsWith(prefix))?.[1];
}

/** `INSERT INTO t (…)`, `CREATE FUNCTION f(…)`: a name with brackets that is not called. */
function declares(tokens: readonly SqlToken[], index: number): boolean {
  let at = index - 1;
  while (isMark(tokens[at], '.')) at -= 2;
  const before = tokens[at];
  return (
    before?.kind === 'word' &&
    ['INTO', 'TABLE', 'FUNCTION', 'PROCEDURE', 'EXISTS', 'ON', 'INDEX', 'REFERENCES'].includes(
      before.text,
    )
  );
}

function setConfig(tokens: readonly SqlToken[], index: number): Finding {
  const [name, comma, value] = tokens.slice(index + 2, index + 5);
  if (name?.kind !== 'string' || !name.exact || !isMark(comma, ','))
    return finding('unknown', 'SELECT set_config', null, 'the setting is not written out');
  return finding(
    settingClass(name.text, value?.kind === 'string' ? value.text : ''),
    'SELECT set_config',
    name.text.slice(0, 64),
  );
}
