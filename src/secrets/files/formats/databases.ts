import type { Match } from '../../engine/detector.ts';
import { codeFields } from '../code-fields.ts';
import { isCredentialName } from '../credential-name.ts';
import type { Field } from '../field.ts';
import { bounded, inOrder, settings, wholeFile, type Format } from '../format.ts';
import { iniFields } from '../ini-fields.ts';
import { jsonFields } from '../json-fields.ts';
import { isSecretValue, urlParts } from '../secret-part.ts';
import { yamlFields } from '../yaml-fields.ts';
import { byLine } from './lines.ts';

const ini = (text: string): Field[] => iniFields(text);
const equals = (text: string): Field[] => iniFields(text, { separators: '=' });
const json = settings(jsonFields);

/** MySQL option files: `#` begins a comment in the middle of a line too (MySQL manual, "Using Option Files"). */
const mysql = settings(
  (text) => iniFields(text, { separators: '=', trailing: '#' }),
  ({ name }) =>
    /^(?:loose[-_])?(?:password[123]?|pass|ssl[-_]passphrase|master[-_]password)$/i.test(name),
);

/** `db.auth('user', 'password')`, `pwd: '…'`, and URLs. */
function readMongorc(text: string): Match[] {
  const source = bounded(text);
  const found: Match[] = [...settings(codeFields)(source, ''), ...urlParts(source)];
  const call =
    /\bauth\(\s{0,16}["'][^"'\r\n]{1,128}["']\s{0,16},\s{0,16}(["'])([^"'\r\n]{3,256})\1/g;
  for (const match of source.matchAll(call)) {
    const end = match.index + match[0].length - 1;
    if (isSecretValue(match[2] ?? '')) found.push({ start: end - (match[2] ?? '').length, end });
  }
  return inOrder(found);
}

export const DATABASE_FORMATS: readonly Format[] = [
  {
    id: 'file.mysql',
    at: ['.my.cnf', 'my.cnf', '.mysql.cnf', 'mysql/debian.cnf', 'debian.cnf', 'my.ini'],
    read: mysql,
  },
  // Obfuscated with a key that stands in the file (mysql_config_editor): a length and AES blocks.
  {
    id: 'file.mysql-login',
    whole: true,
    at: ['.mylogin.cnf'],
    read: wholeFile((text) => text.startsWith('\0\0\0\0') && text.length >= 24),
  },
  {
    id: 'file.pg-service',
    at: ['.pg_service.conf', 'pg_service.conf'],
    read: settings(equals, ['password', 'sslpassword']),
  },
  {
    id: 'file.databricks',
    at: ['.databrickscfg'],
    read: settings(equals, [
      'token',
      'password',
      'client_secret',
      'azure_client_secret',
      'google_credentials',
    ]),
  },
  {
    id: 'file.databricks',
    at: ['.databricks/token-cache.json'],
    read: settings(jsonFields, ['access_token', 'refresh_token']),
  },
  {
    id: 'file.snowflake',
    at: [
      '.snowsql/config',
      '.snowflake/connections.toml',
      '.snowflake/config.toml',
      'snowflake/connections.toml',
    ],
    read: settings(equals, [
      'password',
      'token',
      'private_key_passphrase',
      'private_key_file_pwd',
      'proxy_password',
      'passcode',
    ]),
  },
  {
    id: 'file.cqlsh',
    at: ['.cassandra/cqlshrc', 'cqlshrc', '.cassandra/credentials'],
    read: settings(ini, ['password']),
  },
  { id: 'file.mongorc', at: ['.mongorc.js', '.mongoshrc.js'], read: readMongorc },
  { id: 'file.redis', at: ['.rediscli_auth', '.redisclirc'], read: byLine(inRedis) },
  {
    id: 'file.redis-server',
    tier: 'likely',
    at: ['redis.conf', 'redis-*.conf', 'sentinel.conf'],
    read: byLine(inRedisServer),
  },
  { id: 'file.influx', at: ['.influxdbv2/configs'], read: settings(equals, ['token']) },
  {
    id: 'file.dbt',
    tier: 'likely',
    at: ['.dbt/profiles.yml', 'profiles.yml'],
    read: settings(yamlFields, [
      'password',
      'pass',
      'token',
      'private_key',
      'private_key_passphrase',
      'client_secret',
      'refresh_token',
      'keyfile_json',
    ]),
  },
  { id: 'file.dbeaver', whole: true, at: ['credentials-config.json'], read: readWholeDbeaver },
  {
    id: 'file.dbeaver',
    at: ['.dbeaver-data-sources.xml', '.dbeaver/data-sources.json', '.dbeaver-data-sources*.xml'],
    read: settings(dbeaverFields),
  },
  {
    id: 'file.pgadmin',
    at: ['servers.json', 'pgadmin4.json'],
    read: settings(jsonFields, ['Password', 'SavePassword', 'TunnelPassword', 'PassFileContent']),
  },
  { id: 'file.mssql', tier: 'likely', at: ['.sqlcmd/sqlconfig'], read: settings(yamlFields) },
  { id: 'file.ldap', at: ['.ldaprc', 'ldap.secret'], read: byLine(inLdap) },
  {
    id: 'file.database-settings',
    tier: 'likely',
    at: ['alembic.ini', 'odbc.ini', '.odbc.ini'],
    read: settings(ini, ({ name }) => isCredentialName(name)),
  },
  { id: 'file.database-settings', tier: 'likely', at: ['.usqlpass'], read: settings(equals) },
  {
    id: 'file.superset',
    tier: 'likely',
    at: ['superset_config.py', 'webserver_config.py'],
    read: settings(codeFields),
  },
  {
    id: 'file.airflow',
    tier: 'likely',
    at: ['airflow.cfg'],
    read: settings(equals, ({ name }) => isCredentialName(name) || name === 'fernet_key'),
  },
  {
    id: 'file.elastic',
    tier: 'likely',
    at: ['elasticsearch.yml', 'kibana.yml', 'logstash.yml', 'filebeat.yml', 'metricbeat.yml'],
    read: settings(yamlFields),
  },
  { id: 'file.redash', tier: 'likely', at: ['datasources.json'], read: json },
];

function inRedis(line: string): { start: number; end: number } {
  const lead = /^(?:auth\s+|:set\s+auth\s+)?(?:\S+\s+(?=\S+$))?/i.exec(line)?.[0].length ?? 0;
  return { start: lead, end: line.length };
}

/** `requirepass`, `masterauth`, `user NAME … >password` (redis.conf). */
function inRedisServer(line: string): { start: number; end: number } | null {
  const match =
    /^(?:requirepass|masterauth|sentinel\s+auth-pass\s+\S+|sentinel\s+sentinel-pass|tls-key-file-pass)\s+"?/i.exec(
      line,
    ) ?? /^user\s+\S+\s(?:[^>\r\n]*\s)?[>#](?=\S)/i.exec(line);
  if (!match) return null;
  const value = /^[^\s"]*/.exec(line.slice(match[0].length))?.[0] ?? '';
  return { start: match[0].length, end: match[0].length + value.length };
}

function inLdap(line: string): { start: number; end: number } | null {
  if (!/\s/.test(line)) return { start: 0, end: line.length };
  const match = /^(?:BINDPW|SASL_PASSWORD)\s+/i.exec(line);
  return match ? { start: match[0].length, end: line.length } : null;
}

/** Encrypted with a key that every installation has in common: names and passwords of all connections. */
function readWholeDbeaver(text: string): Match[] {
  const looksPlain = /^\s{0,64}\{/.test(text.slice(0, 128));
  return text.length >= 16 && !looksPlain
    ? [{ start: 0, end: text.length }]
    : (json(text, '') as Match[]);
}

function dbeaverFields(text: string): Field[] {
  return /^\s{0,64}\{/.test(text) ? jsonFields(text) : [];
}
