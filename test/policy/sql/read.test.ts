import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSql } from '../../../src/policy/sql/read.ts';
import { DIALECTS, type Dialect } from '../../../src/policy/sql/types.ts';

const shown = (text: string, dialect: Dialect): string[] =>
  readSql(text, dialect).map(
    ({ class: kind, verb, target }) => `${kind} ${verb}${target === null ? '' : ` ${target}`}`,
  );

const EVERYWHERE: [string, string[]][] = [
  ['', []],
  ['  -- nothing\n', []],
  ['select 1', ['read SELECT']],
  ['DROP TABLE Users', ['destroy DROP TABLE users']],
  [
    'drop table if exists public.users, b cascade',
    ['destroy DROP TABLE public.users', 'destroy DROP TABLE b'],
  ],
  ['DROP DATABASE prod', ['destroy DROP DATABASE prod']],
  ['truncate table a', ['destroy TRUNCATE a']],
  ['delete from a', ['destroy DELETE without WHERE a']],
  ['delete from a where id = 7', ['change DELETE a']],
  ['update a set b = 1', ['destroy UPDATE without WHERE a']],
  ['update a set b = 1 where c = 2', ['change UPDATE a']],
  ['insert into a values (1)', ['change INSERT a']],
  ['insert overwrite table a select 1', ['destroy INSERT OVERWRITE a']],
  ['alter table a add column b int', ['change ALTER TABLE a']],
  ['alter table a drop column b', ['destroy ALTER TABLE DROP COLUMN a']],
  ['create table a (b int)', ['change CREATE TABLE a']],
  ['create or replace table a as select 1', ['destroy CREATE OR REPLACE TABLE a']],
  ['create or replace view a as select 1', ['change CREATE VIEW a']],
  ['grant select on a to b', ['access GRANT a']],
  ['revoke all on a from b', ['access REVOKE a']],
  ['create role a login', ['access CREATE ROLE a']],
  ['create user a', ['access CREATE USER a']],
  ['call refund(1)', ['unknown CALL refund']],
  ['with a as (select 1) select * from a', ['read SELECT']],
  ['explain select 1', ['read EXPLAIN']],
  ['frobnicate a', ['unknown FROBNICATE']],
  ['begin; savepoint a; commit', ['read BEGIN', 'read SAVEPOINT', 'read COMMIT']],
  ['select count(*) from a where b in (select c from d)', ['read SELECT']],
  ['select app.delete_everything()', ['unknown SELECT delete_everything']],
  ['merge into a using b on a.id = b.id when matched then delete', ['destroy MERGE with DELETE a']],
];

const CASES: [Dialect, string, string[]][] = [
  ['postgres', 'drop owned by a', ['destroy DROP OWNED BY a']],
  ['postgres', 'drop materialized view a', ['destroy DROP MATERIALIZED VIEW a']],
  ['postgres', 'drop table "Users; x"', ['destroy DROP TABLE Users; x']],
  ['postgres', 'reassign owned by a to b', ['access REASSIGN OWNED']],
  ['postgres', 'set role postgres', ['access SET ROLE']],
  ['postgres', 'set session authorization postgres', ['access SET SESSION AUTHORIZATION']],
  ['postgres', 'set local "role" = \'postgres\'', ['access SET ROLE role']],
  ['postgres', "set search_path to 'a'", ['read SET search_path']],
  [
    'postgres',
    'set standard_conforming_strings = off',
    ['unknown SET standard_conforming_strings'],
  ],
  ['postgres', "set client_encoding to 'SJIS'", ['unknown SET client_encoding']],
  ['postgres', "set client_encoding to 'UTF8'", ['read SET client_encoding']],
  ['postgres', 'set names gbk', ['unknown SET names']],
  ['postgres', "select set_config('role', 'postgres', false)", ['access SELECT set_config role']],
  ['postgres', "select set_config('search_path', '', false)", ['read SELECT']],
  ['postgres', 'select set_config(a, b, false) from c', ['unknown SELECT set_config']],
  ['postgres', 'vacuum full a', ['change VACUUM FULL']],
  [
    'postgres',
    'select pg_terminate_backend(pid) from pg_stat_activity',
    ['destroy SELECT pg_terminate_backend'],
  ],
  [
    'postgres',
    'select "pg_catalog" . "pg_terminate_backend" /* x */ (1)',
    ['destroy SELECT pg_terminate_backend'],
  ],
  ['postgres', "select pg_read_file('/etc/passwd')", ['access SELECT pg_read_file']],
  ['postgres', "select lo_export(1, '/tmp/a')", ['destroy SELECT lo_export']],
  ['postgres', "select * from dblink_exec('x', 'drop table a')", ['unknown SELECT dblink*']],
  ['postgres', "select query_to_xml('select 1', true, true, '')", ['unknown SELECT query_to_xml*']],
  ['postgres', "select cron.schedule('* * * * *', 'x')", ['unknown SELECT cron.*']],
  ['postgres', String.raw`select U&"pg_terminate\005Fbackend"(1)`, ['unknown SELECT']],
  ['postgres', 'copy a from stdin', ['change COPY FROM STDIN a']],
  ['postgres', 'copy a (b, c) to stdout with csv', ['read COPY TO STDOUT a']],
  ['postgres', "copy a to program 'curl x'", ['destroy COPY PROGRAM a']],
  ['postgres', "copy a to '/tmp/x'", ['destroy COPY TO file a']],
  ['postgres', "copy a from '/etc/passwd'", ['access COPY FROM file a']],
  ['postgres', 'copy (delete from a returning *) to stdout', ['destroy DELETE without WHERE a']],
  ['postgres', 'do $$ begin drop table a; end $$', ['destroy DROP TABLE a']],
  [
    'postgres',
    'do $$ begin if true then delete from a; end if; end $$',
    ['destroy DELETE without WHERE a'],
  ],
  ['postgres', "do 'begin execute ''drop '' || ''table a''; end'", ['destroy DROP']],
  ['postgres', 'do $$ begin insert into a values (1); end $$', ['unknown DO']],
  ['postgres', 'do language plpython3u $$ import os $$', ['unknown DO']],
  ['postgres', String.raw`do E'begin \x44ROP table a; end'`, ['unknown DO']],
  ['postgres', 'prepare p as delete from a', ['destroy DELETE without WHERE a']],
  ['postgres', 'prepare p (int) as select $1', ['read SELECT']],
  ['postgres', 'execute p', ['unknown EXECUTE p']],
  ['postgres', 'create table a as execute p', ['unknown EXECUTE p']],
  ['postgres', 'explain analyze delete from a', ['destroy EXPLAIN ANALYZE DELETE without WHERE a']],
  [
    'postgres',
    'explain (verbose, analyze) update a set b = 1',
    ['destroy EXPLAIN ANALYZE UPDATE without WHERE a'],
  ],
  ['postgres', 'explain delete from a', ['read EXPLAIN']],
  ['postgres', 'explain analyze select 1', ['read EXPLAIN ANALYZE SELECT']],
  [
    'postgres',
    'with a as (delete from b returning *) select * from a where c = 1',
    ['destroy DELETE without WHERE b'],
  ],
  ['postgres', 'with values (a) as (select 1) delete from b', ['destroy DELETE without WHERE b']],
  ['postgres', 'select a into b from c', ['change SELECT INTO b']],
  ['postgres', 'select * from a for update', ['read SELECT']],
  ['postgres', 'create extension "uuid-ossp"', ['change CREATE EXTENSION uuid-ossp']],
  ['postgres', 'create extension dblink', ['access CREATE EXTENSION dblink']],
  [
    'postgres',
    'create schema a create table b (c int) grant select on b to public',
    ['access CREATE SCHEMA a'],
  ],
  [
    'postgres',
    'create function f() returns void as $$ drop table a $$ language sql',
    ['destroy DROP TABLE a'],
  ],
  [
    'postgres',
    'create function f() returns int as $$ select 1 $$ language sql',
    ['change CREATE FUNCTION f'],
  ],
  ['postgres', "create function f() returns int as 'a' language c", ['unknown CREATE FUNCTION f']],
  [
    'postgres',
    'create function f() returns void as $$ begin execute a; end $$ language plpgsql',
    ['unknown EXECUTE a'],
  ],
  [
    'postgres',
    'create trigger t after delete on a for each row execute function f()',
    ['change CREATE TRIGGER t'],
  ],
  [
    'postgres',
    'create rule r as on insert to a do instead delete from b',
    ['change CREATE RULE r', 'destroy DELETE without WHERE b'],
  ],
  ['postgres', 'alter table a owner to b', ['access ALTER TABLE OWNER a']],
  ['postgres', 'alter table a disable row level security', ['access ALTER TABLE a']],
  ['postgres', 'alter table a alter b drop not null', ['change ALTER TABLE a']],
  ['postgres', 'alter table a alter b drop identity', ['change ALTER TABLE a']],
  ['postgres', 'alter table a drop identity', ['destroy ALTER TABLE DROP a']],
  ['postgres', 'alter system set a = 1', ['access ALTER SYSTEM set']],
  [
    'postgres',
    'alter default privileges grant select on tables to a',
    ['access ALTER PRIVILEGES privileges'],
  ],
  ['postgres', 'comment on table a is null', ['change COMMENT on']],
  ['postgres', "select 'a' -- drop\n 'b'", ['read SELECT']],
  ['postgres', 'select delete from a', ['read SELECT']],
  ['postgres', "select 'a", ['unknown SQL', 'read SELECT']],
  ['postgres', 'select 1 /* a', ['unknown SQL', 'read SELECT']],
  ['postgres', String.raw`select '\''; drop table a; --'`, ['read SELECT', 'destroy DROP TABLE a']],
  ['postgres', String.raw`select '\'; drop table a; --'`, ['read SELECT', 'destroy DROP TABLE a']],
  ['postgres', String.raw`select 'C:\'`, ['read SELECT']],
  ['postgres', String.raw`\! rm -rf /`, [String.raw`unknown \!`]],
  ['postgres', String.raw`\dt public.*`, [String.raw`read \dt`]],
  ['postgres', String.raw`\copy a from program 'x'`, [String.raw`unknown \copy`]],
  ['postgres', String.raw`select 'drop table a' \gexec`, ['destroy DROP TABLE a']],
  [
    'postgres',
    String.raw`\echo a \\ drop table b`,
    [String.raw`read \echo`, 'destroy DROP TABLE b'],
  ],
  ['postgres', String.raw`select 1 \; drop table b`, ['read SELECT', 'destroy DROP TABLE b']],
  ['mysql', '/*!50001 drop table a */', ['destroy DROP TABLE a']],
  [
    'mysql',
    'delete from a /*!99999 where id = 1 */',
    ['change DELETE a', 'destroy DELETE without WHERE a'],
  ],
  ['mysql', "/*!99999 ' */ drop table a; -- '", ['unknown SQL', 'destroy DROP TABLE a']],
  ['mysql', "/*!99999 /* */ ' */ drop table a; -- '", ['unknown SQL', 'destroy DROP TABLE a']],
  ['mysql', '/*M! drop table a */', ['destroy DROP TABLE a']],
  ['mysql', 'select 1 -- x\n', ['read SELECT']],
  ['mysql', 'select 1--2; drop table a', ['read SELECT', 'destroy DROP TABLE a']],
  ['mysql', 'select 1 # ; drop table a', ['read SELECT']],
  ['mysql', String.raw`select 'it\'s; drop table a'`, ['read SELECT']],
  ['mysql', String.raw`select "\"; drop table a; -- "`, ['read SELECT', 'destroy DROP TABLE a']],
  ['mysql', 'select `a``;` from b; drop table `c`', ['read SELECT', 'destroy DROP TABLE c']],
  ['mysql', 'delete from a where 1=1 limit 10', ['change DELETE a']],
  ['mysql', 'delete from a limit 999999999', ['destroy DELETE without WHERE a']],
  ['mysql', 'delete from a where id = 1 || 1', ['destroy DELETE without WHERE a']],
  ['mysql', "select 1 into outfile '/tmp/a'", ['destroy SELECT INTO OUTFILE']],
  ['mysql', "select load_file('/etc/passwd')", ['access SELECT load_file']],
  ['mysql', "load data infile '/etc/passwd' into table a", ['access LOAD DATA a']],
  ['mysql', "load data local infile 'x' into table a", ['change LOAD DATA a']],
  ['mysql', "prepare s from 'drop table a'", ['destroy DROP TABLE a']],
  ['mysql', 'prepare s from @a', ['unknown PREPARE']],
  ['mysql', 'replace into a values (1)', ['change REPLACE a']],
  ['mysql', 'analyze delete from a', ['change ANALYZE', 'destroy DELETE without WHERE a']],
  ['mysql', 'set global max_connections = 1', ['change SET GLOBAL']],
  ['mysql', "set password for a = 'x'", ['access SET PASSWORD password']],
  ['mysql', 'set names utf8mb4', ['read SET names']],
  ['mysql', 'kill 7', ['destroy KILL']],
  ['mysql', 'reset master', ['destroy RESET MASTER']],
  [
    'mysql',
    'delimiter //\ncreate procedure p() begin drop table a; end//\n',
    ['change CREATE PROCEDURE p', 'destroy DROP TABLE a', 'read END'],
  ],
  [
    'mysql',
    'begin not atomic drop table a; end',
    ['read BEGIN', 'destroy DROP TABLE a', 'read END'],
  ],
  ['sqlite', "attach 'b.db' as b", ['access ATTACH']],
  ['sqlite', 'pragma writable_schema = on', ['destroy PRAGMA writable_schema']],
  ['sqlite', 'pragma table_info(a)', ['read PRAGMA table_info']],
  ['sqlite', 'pragma journal_mode = wal', ['change PRAGMA journal_mode']],
  ['sqlite', "vacuum into 'b.db'", ['access VACUUM INTO']],
  ['sqlite', "select [a'] from b; drop table [c d]", ['read SELECT', 'destroy DROP TABLE c d']],
  ['sqlite', "select $a('); drop table b; --')", ['read SELECT', 'destroy DROP TABLE b']],
  [
    'sqlite',
    'create trigger t after insert on a begin delete from b; end',
    ['change CREATE TRIGGER t', 'destroy DELETE without WHERE b', 'read END'],
  ],
  ['sqlite', '.shell rm -rf /', ['unknown .shell']],
  ['mssql', 'select 1 drop table a', ['read SELECT', 'destroy DROP TABLE a']],
  [
    'mssql',
    "if exists (select 1 from a) delete from a else print 'x'",
    ['read IF', 'destroy DELETE without WHERE a'],
  ],
  ['mssql', 'select 1\nGO\ndrop table a\ngo', ['read SELECT', 'destroy DROP TABLE a']],
  ['mssql', "select [a]]'] from b; drop table c", ['read SELECT', 'destroy DROP TABLE c']],
  ['mssql', "exec sp_executesql N'drop table a'", ['destroy DROP TABLE a']],
  ['mssql', "exec('dr' + 'op table a')", ['unknown EXEC']],
  ['mssql', "exec master..xp_cmdshell 'dir'", ['destroy EXEC XP_CMDSHELL']],
  ['mssql', 'delete a', ['destroy DELETE without WHERE a']],
  ['mssql', 'deny select on a to b', ['access DENY a']],
  ['mssql', 'backup database a to disk = x', ['access BACKUP a']],
  ['mssql', 'select 1 /* /* */ drop table a */', ['read SELECT']],
  ['clickhouse', 'alter table a delete where 1', ['destroy ALTER TABLE DELETE without WHERE a']],
  ['clickhouse', 'alter table a delete where id = 1', ['change ALTER TABLE a']],
  [
    'clickhouse',
    'alter table a update b = 1 where true',
    ['destroy ALTER TABLE UPDATE without WHERE a'],
  ],
  ['clickhouse', 'alter table a drop partition 1', ['destroy ALTER TABLE DROP PARTITION a']],
  ['clickhouse', 'optimize table a final', ['change OPTIMIZE a']],
  ['clickhouse', "select * from url('http://x')", ['access SELECT url']],
  ['clickhouse', 'system shutdown', ['destroy SYSTEM SHUTDOWN']],
  ['clickhouse', "select ‘a’; drop table “b'”", ['read SELECT', "destroy DROP TABLE b'"]],
  ['clickhouse', 'exchange tables a and b', ['change EXCHANGE tables']],
  ['clickhouse', 'drop\u00a0table\u3000a', ['destroy DROP TABLE a']],
  ['bigquery', "export data options(uri='gs://x') as select 1", ['access EXPORT DATA']],
  ['bigquery', "execute immediate 'drop table a'", ['destroy DROP TABLE a']],
  ['bigquery', "execute immediate concat('dr', 'op table a')", ['unknown EXECUTE concat']],
  ['bigquery', "select ''' ' ; ''' ; drop table a", ['read SELECT', 'destroy DROP TABLE a']],
  ['bigquery', "select r'\\' from a", ['unknown SQL', 'read SELECT']],
  [
    'bigquery',
    'if true then drop table a; end if',
    ['read IF', 'destroy DROP TABLE a', 'read END'],
  ],
  ['bigquery', 'load data overwrite a from files (x)', ['destroy LOAD DATA OVERWRITE']],
  ['snowflake', 'undrop table a', ['change UNDROP a']],
  ['snowflake', 'select $$ ; drop table a $$', ['read SELECT']],
  ['snowflake', 'select 1 // ; drop table a', ['read SELECT']],
  ['snowflake', 'copy into @stage from a', ['access COPY INTO']],
  ['snowflake', 'copy into a from @stage', ['change COPY INTO a']],
  ['snowflake', 'use role accountadmin', ['access USE ROLE']],
  ['any', "select 'drop table a'", ['read SELECT']],
  ['any', String.raw`select 'it\'s'`, ['read SELECT']],
  ['any', 'select $x$ drop table a $x$', ['read SELECT', 'destroy DROP TABLE a']],
  ['any', 'select `a; drop table b`', ['read SELECT', 'destroy DROP TABLE b']],
  ['any', 'select /* /* */ drop table a */ 1', ['read SELECT', 'destroy DROP TABLE a']],
];

describe('a text of SQL', () => {
  it.each(EVERYWHERE)('%s, in every dialect', (text, expected) => {
    for (const dialect of DIALECTS)
      expect([dialect, ...shown(text, dialect)]).toEqual([dialect, ...expected]);
  });

  it.each(CASES)('%s: %s', (dialect, text, expected) => {
    expect(shown(text, dialect)).toEqual(expected);
  });
});

describe('a WHERE', () => {
  const real = (condition: string): boolean =>
    readSql(`delete from a where ${condition}`, 'postgres')[0]?.class === 'change';

  it.each([
    ...[
      'true',
      '1=1',
      '1',
      "'x' = 'x'",
      'id = id',
      'a.id = id',
      'id >= id',
      '(true)',
      '((1) = (1))',
      'not false',
    ],
    ...[
      'id = 1 or true',
      '(id = 1) or (1 = 1)',
      'id = 1 or (b = 2 or 2 > 1)',
      'true and 1 = 1',
      'random() < 2',
    ],
    ...[
      'id is null or id is not null',
      'id = 1 or id <> 1',
      'id < 5 or id >= 5',
      "name like '%'",
      'exists (select 1)',
    ],
    ...[
      'exists (select 1 from b)',
      '$1',
      '$1 = $1',
      'now() = now()',
      'id = 1 or not false',
      'true returning id',
    ],
    ...[
      '1 = 1 and not 1 = 2',
      "coalesce(null, 'a') = 'a'",
      '1 between 0 and 2',
      'id is not null or id is null',
    ],
  ])('is none: %s', (condition) => expect(real(condition)).toBe(false));

  it.each([
    ...[
      'id = 1',
      'id = $1',
      'a.id = b.id',
      "name like 'x%'",
      'id in (1, 2)',
      'true and id = 1',
      'active',
    ],
    ...[
      'id between 1 and 2',
      'created < now()',
      'exists (select 1 from b where b.id = a.id)',
      'current of c',
    ],
    ...['id = 1 or id = 2', 'id is null', "date > '2020-01-01'", '(id = 1) returning id', '"true"'],
  ])('is one: %s', (condition) => expect(real(condition)).toBe(true));
});

describe('whatever a text is', () => {
  const statement = fc.constantFrom(
    ...EVERYWHERE.map(([text]) => text).filter((text) => text.trim()),
  );
  const gap = fc.constantFrom(' ', '\n', '\t', '/* x */', ' /* ; */ ', '-- x\n', '\f', '  ');

  it('comments, case and white space change nothing', () => {
    fc.assert(
      fc.property(
        // A line break within a line comment ends it.
        statement.filter((text) => !text.includes('--')),
        fc.infiniteStream(gap),
        fc.boolean(),
        fc.constantFrom(...DIALECTS),
        (text, gaps, upper, dialect) => {
          const spaced = text.replace(/\s+/g, () => {
            const next = String(gaps.next().value);
            return next.startsWith('-') ? ` ${next}` : next;
          });
          expect(shown(upper ? spaced.toUpperCase() : spaced, dialect)).toEqual(
            shown(text, dialect),
          );
        },
      ),
    );
  });

  it('never throws, and says something of what is not blank', () => {
    const piece = fc.oneof(
      fc.string({ maxLength: 4 }),
      fc.constantFrom(
        "'",
        '"',
        '`',
        '$$',
        '/*',
        '*/',
        '/*!50001',
        '--',
        '#',
        '\\',
        '[',
        ']',
        '(',
        ')',
        ';',
        '\0',
        'E',
        'drop table a',
        'where',
        'delete from',
        'with',
        'as',
        'do',
        'execute',
        'GO\n',
        'delimiter //',
      ),
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 20 }),
        fc.constantFrom(...DIALECTS),
        (pieces, dialect) => {
          const found = readSql(pieces.join(''), dialect);
          expect(Array.isArray(found)).toBe(true);
          if (pieces.join('').includes('\0'))
            expect(found.map((one) => one.class)).toContain('unknown');
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('any is never milder than a dialect', () => {
    const text = fc.array(
      fc.constantFrom(
        "'",
        '"',
        '`',
        '$$',
        '/*',
        '*/',
        '--',
        '#',
        '\\',
        '[',
        ']',
        ';',
        ' ',
        '\n',
        'x',
        'select ',
        'drop table a ',
        'delete from a ',
      ),
      { maxLength: 12 },
    );
    const dialects = DIALECTS.filter((dialect) => dialect !== 'any');
    fc.assert(
      fc.property(text, fc.constantFrom(...dialects), (pieces, dialect) => {
        const joined = pieces.join('');
        const found = readSql(joined, dialect);
        // What that dialect's server refuses is not run there.
        if (found.some(({ verb }) => verb === 'SQL')) return;
        if (found.some((one) => one.class === 'destroy'))
          expect(readSql(joined, 'any').map((one) => one.class)).toContain('destroy');
      }),
      { numRuns: 3_000 },
    );
  });

  it('is refused where it is too long to read', () => {
    expect(shown(`select '${'a'.repeat(3_000_000)}'`, 'postgres')).toEqual(['unknown SQL']);
  });

  it('is read in a time that grows with its length', () => {
    // A quadratic reading of any of these would take many times as long as the test may.
    for (const part of [
      '(delete from ',
      '$',
      '@',
      ':',
      'a\u00a0',
      "''\n ",
      '/*',
      '/*!50001 x */',
      '(a = 1 or (',
      '‘',
      '[',
      "'''",
      'do $$ do $x$ ',
    ])
      for (const dialect of DIALECTS)
        readSql(`delete from t where ${part.repeat(40_000 / part.length)}`, dialect);
  }, 60_000);
});
