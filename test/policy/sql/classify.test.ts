import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classifySql, readStatements } from '../../../src/policy/sql/classify.ts';
import type { StatementDialect } from '../../../src/policy/sql/types.ts';

const kinds = (text: string, dialect: StatementDialect): string[] =>
  [...classifySql(text, dialect)].sort();

const TEXTS: [StatementDialect, string, string[]][] = [
  ['postgres', 'drop database a', ['drop', 'drop-database']],
  ['postgres', 'drop schema a, b cascade', ['drop', 'drop-database']],
  ['postgres', 'drop owned by a', ['drop', 'drop-database']],
  ['any', 'drop keyspace a', ['drop', 'drop-database']],
  ['snowflake', 'create or replace database a', ['drop-database', 'overwrite']],
  ['snowflake', 'create or replace table a (b int)', ['overwrite']],
  ['snowflake', 'create or replace view a as select 1', []],
  ['snowflake', 'remove @files/a', ['drop']],
  ['postgres', 'begin; delete from a; rollback', ['delete-all']],
  // Of the session only.
  ['postgres', 'create temp table a (b int); insert into a values (1); drop table a', []],
  ['postgres', 'create temp table a (b int); delete from a; truncate a', []],
  ['postgres', 'create temp table a (b int); drop table a, c', ['drop']],
  ['postgres', 'create temp table a (b int); drop table c', ['drop']],
  ['postgres', 'drop table a; create temp table a (b int)', ['drop']],
  ['postgres', 'create table a (b int); drop table a', ['drop']],
  ['postgres', 'create temp table a (b int); delete from a using (select 1) x', []],
  [
    'postgres',
    'create temp table a (b int); with x as (delete from c returning 1) update a set b = 1',
    ['delete-all', 'update-all'],
  ],
  [
    'any',
    'create temp table a (b int); update a set b = (delete from c returning 1)',
    ['delete-all', 'update-all'],
  ],
  ['postgres', 'drop table pg_temp.a', []],
  ['mysql', 'drop temporary table a', []],
  ['mssql', 'drop table #a', []],
  ['mssql', 'drop table if exists #a, #b', []],
  ['mssql', 'drop table #a, b', ['drop']],
  ['mssql', 'drop table a, #b', ['drop']],
  // Text that the same text brings again.
  ['postgres', 'drop view if exists a; create view a as select 1', []],
  [
    'postgres',
    'drop function if exists a(int); create function a(b int) returns int as $$ select 1 $$ language sql',
    [],
  ],
  ['postgres', 'create view a as select 1; drop view a', ['drop']],
  ['postgres', 'drop view a; create view b as select 1', ['drop']],
  ['postgres', 'drop table a; create table a (b int)', ['drop']],
  ['postgres', 'deallocate all', []],
  ['postgres', 'revoke all on a from b', ['revoke']],
  ['postgres', 'grant all on a to b', []],
  ['postgres', "copy a to program 'x'", ['program']],
  ['postgres', "copy a to '/tmp/a.csv'", []],
  ['postgres', "copy a to '/home/me/.bashrc'", ['program']],
  ['postgres', "copy a from '/tmp/a.csv'", []],
  ['mysql', "select 1 into outfile '/tmp/a.csv'", []],
  ['mysql', "select 1 into outfile '/var/www/a.php'", ['program']],
  ['mysql', "select 1 into dumpfile '/usr/lib/a.so'", ['program']],
  ['mysql', 'reset master', ['history']],
  ['mysql', "purge binary logs to 'a'", ['history']],
  ['mysql', 'shutdown', ['server']],
  ['mysql', "drop user 'a'@'%'", ['drop']],
  ['mysql', "create user 'drop'@'%' identified by 'x'", []],
  ['mysql', "select @a,'; drop table b; --'", []],
  ['mssql', "exec xp_cmdshell 'dir'", ['program']],
  ['mssql', "exec sp_executesql N'drop table a'", ['drop']],
  ['mssql', 'exec sp_executesql @a', ['opaque']],
  ['mssql', 'exec(@a)', ['opaque']],
  ['mssql', "exec('drop table ' + @a)", ['drop']],
  ['mssql', 'exec sp_who', []],
  ['mssql', "exec sp_droplogin 'a'", ['drop']],
  ['mssql', "restore database a from disk = 'x'", ['overwrite']],
  ['mssql', 'merge a using b on a.c = b.c when not matched by source then delete;', ['delete-all']],
  ['mssql', 'delete from a where id = @id', []],
  ['mysql', 'prepare p from @a', ['opaque']],
  ['mysql', "prepare p from 'select 1'", []],
  ['postgres', 'execute p', []],
  ['postgres', 'do $$ begin execute a; end $$', ['opaque']],
  ['postgres', "do $$ begin execute 'truncate ' || a; end $$", ['truncate']],
  ['postgres', "do $$ begin execute format('create table %I', a); end $$", []],
  ['postgres', 'do language plpython3u $$ x $$', ['opaque']],
  ['postgres', 'call purge_all()', ['opaque']],
  ['postgres', 'call refund(1)', []],
  ['postgres', 'select array_remove(a, 1), clear_cache() from b', []],
  ['postgres', 'select pg_terminate_backend(1)', ['server']],
  // Commands to the client.
  ['postgres', String.raw`\! rm -rf x`, ['program']],
  ['postgres', String.raw`\! ls -la`, []],
  ['postgres', String.raw`\! ls; rm x`, ['program']],
  ['postgres', String.raw`\! ls $(rm x)`, ['program']],
  ['postgres', String.raw`\copy a to program 'gzip'`, ['program']],
  ['postgres', String.raw`\copy a from 'program'`, []],
  ['postgres', String.raw`\copy a from program.csv`, []],
  ['postgres', String.raw`\copy (delete from a returning *) to 'x'`, ['delete-all']],
  ['postgres', 'select 1 \\g | sh', ['program']],
  ['postgres', 'select 1 \\g (format=csv) |sh', ['program']],
  ['postgres', 'select 1 \\g out.txt', []],
  ['postgres', '\\o |sh', ['program']],
  ['postgres', '\\o out.txt', []],
  ['postgres', '\\echo `rm x`', ['program']],
  ['postgres', '\\set a `rm x`', ['program']],
  ['postgres', '\\i a.sql', []],
  ['postgres', "select 'drop table ' || b from c \\gexec", ['drop']],
  ['postgres', "select 'create database a' where not exists (select) \\gexec", []],
  ['postgres', 'select a from b \\gexec', ['opaque']],
  ['mysql', 'system rm x', ['program']],
  ['mysql', 'select 1;\n  SYSTEM rm x', ['program']],
  ['mysql', 'select a,\nsystem from b', []],
  ['mysql', 'pager sh', ['program']],
  ['mysql', 'source a.sql', []],
  ['sqlite', '.shell rm x', ['program']],
  ['sqlite', 'select 1;\n.sys rm x', ['program']],
  ['sqlite', "select '\n.shell rm x'", []],
  ['sqlite', '.import "|sh" a', ['program']],
  ['sqlite', '.import a.csv a', []],
  ['sqlite', '.output |sh', ['program']],
  ['sqlite', '.once a.txt', []],
  ['sqlite', '.restore a.db', ['overwrite']],
  ['sqlite', '.open --new a.db', ['overwrite']],
  ['sqlite', '.open a.db', []],
  ['sqlite', '.load ./a', ['program']],
  ['sqlite', '.tables', []],
  ['mssql', ':!! del x', ['program']],
  ['mssql', '!!del x', ['program']],
  ['mssql', 'select 1\nGO\n:r a.sql\nGO', []],
  ['mssql', 'select 1\nGO 5\ndrop table a', ['drop']],
  ['snowflake', '!system rm x', ['program']],
  ['snowflake', '!source a.sql', []],
  ['any', '.shell rm x', ['program']],
  ['any', 'system rm x', ['program']],
  // Cypher.
  ['cypher', 'match (n) detach delete n', ['delete-all']],
  ['cypher', 'MATCH (n:Person) DELETE n', ['delete-all']],
  ['cypher', 'match (n {id: 1}) detach delete n', []],
  ['cypher', 'match (n) where n.id = 1 delete n', []],
  ['cypher', 'match (n) return n // delete n', []],
  ['cypher', "match (n) return 'delete n'", []],
  ['cypher', 'match (n) call { with n detach delete n } in transactions', ['delete-all']],
  [
    'cypher',
    "call apoc.periodic.iterate('match (n) return n', 'detach delete n', {})",
    ['delete-all'],
  ],
  ['cypher', 'drop database a', ['drop', 'drop-database']],
  ['cypher', 'drop index a if exists', ['drop']],
  ['cypher', 'match (n) set n.deleted = true', []],
];

describe('what rules on command lines ask for', () => {
  it.each(TEXTS)('%s: %s', (dialect, text, expected) => {
    expect(kinds(text, dialect)).toEqual([...expected].sort());
  });

  it('case, comments, quoting of names and white space change nothing', () => {
    const plain = TEXTS.filter(
      ([dialect, text]) => dialect === 'postgres' && !/[\\$'"]/.test(text),
    );
    expect(plain.length).toBeGreaterThan(20);
    const gap = fc.constantFrom(' ', '\n', '\t', " /* ; ' */ ", ' -- "\n', '/**/', ' /* /* */ */ ');
    fc.assert(
      fc.property(
        fc.constantFrom(...plain),
        fc.infiniteStream(gap),
        fc.boolean(),
        fc.boolean(),
        ([dialect, text, expected], gaps, upper, quoted) => {
          const cased = upper ? text.toUpperCase() : text;
          const named =
            quoted && !upper
              ? cased.replace(/\b(?:table|into|from) ([abc])\b/g, (all, name: string) =>
                  all.replace(new RegExp(` ${name}$`), ` "${name}"`),
                )
              : cased;
          const spelled = named.replace(/ /g, () => String(gaps.next().value));
          expect(kinds(spelled, dialect)).toEqual([...expected].sort());
        },
      ),
      { numRuns: 500 },
    );
  });

  it('the quick look misses nothing', () => {
    // Every statement that has a kind has one also behind a text that is long and harmless.
    for (const [dialect, text, expected] of TEXTS)
      if (expected.length > 0 && dialect !== 'cypher')
        expect([...readStatements(text, dialect)].some((one) => one.kinds.size > 0)).toBe(true);
  });

  it('is read in a time that grows with its length', () => {
    // A quadratic reading of 400,000 characters of any of these would take many times as long as the test may.
    const parts: Partial<Record<StatementDialect, string[]>> = {
      redis: ["'", '"', '\\', '\n', '*1\r\n', 'a\n', 'eval "redis.call(', 'eval "[[', 'eval "--[['],
      mongo: [
        '"',
        '`',
        '`${',
        '/[',
        '=/[',
        '/*',
        '\\',
        '(',
        '{a:',
        'a[',
        'a.b(',
        'db.a.remove(',
        'eval(',
        'q:{',
        ') /',
      ],
      cypher: ['"', '{', '(', '/*', '//', 'delete ', 'match ('],
      postgres: ['\\!', '\\gexec\n', '\\g |\n', '\n \n'],
      sqlite: ['.a\n', '\n.', ' \n'],
      mysql: ['system a\n', 'source ', "@'"],
      mssql: [':!!\n', '\n:', '#'],
    };
    for (const [dialect, list] of Object.entries(parts))
      for (const part of list)
        classifySql(`drop ${part.repeat(400_000 / part.length)}`, dialect as StatementDialect);
  }, 240_000);
});
