import fc from 'fast-check';
import { loadModule, parseSync } from 'libpg-query';
import { beforeAll, describe, expect, it } from 'vitest';
import { readingsOf, type Reading } from '../../../src/policy/sql/dialects.ts';
import { classifySql } from '../../../src/policy/sql/classify.ts';
import { readSql } from '../../../src/policy/sql/read.ts';
import { statements } from '../../../src/policy/sql/split.ts';

beforeAll(() => loadModule());

const POSTGRES = readingsOf('postgres', '')?.[0] as Reading;

/** What PostgreSQL's own parser makes of a text; null where it refuses it. */
function parsed(text: string): Record<string, unknown>[] | null {
  try {
    return (parseSync(text).stmts ?? []).map(({ stmt }) => stmt as Record<string, unknown>);
  } catch {
    return null;
  }
}

/** Whether a tree holds a node of a type, wherever. */
function holds(
  tree: unknown,
  test: (type: string, node: Record<string, unknown>) => boolean,
): boolean {
  if (Array.isArray(tree)) return tree.some((item) => holds(item, test));
  if (typeof tree !== 'object' || tree === null) return false;
  // Without ANALYZE nothing in it is run.
  const plan = (tree as { ExplainStmt?: unknown }).ExplainStmt;
  if (plan && !JSON.stringify(plan).includes('"analyze"')) return false;
  return Object.entries(tree).some(
    ([type, node]) =>
      (typeof node === 'object' && node !== null && test(type, node as Record<string, unknown>)) ||
      holds(node, test),
  );
}

const destroys = (tree: unknown): boolean =>
  holds(
    tree,
    (type, node) =>
      ['DropStmt', 'TruncateStmt', 'DropdbStmt', 'DropOwnedStmt', 'DropRoleStmt'].includes(type) ||
      (['DeleteStmt', 'UpdateStmt'].includes(type) && node['whereClause'] === undefined),
  );
const writes = (tree: unknown): boolean =>
  holds(tree, (type) => type.endsWith('Stmt') && type !== 'SelectStmt');

const count = (text: string): number => [...statements(text, POSTGRES)].length;

const CORPUS = [
  'select 1',
  'select 1;',
  ';;select 1;;select 2;',
  'select \'a;b\'; select "a;b" from c',
  'select $$a;b$$; select $x$ $$;$$ $x$; select $é$;$é$',
  'select 1 /* ; /* ; */ ; */; select 2 -- ; \n; select 3',
  'select 1 -- a\rdrop table b',
  'select 1 -- a\r; drop table b',
  String.raw`select 'a\'; drop table b; --'`,
  String.raw`select E'a\'; drop table b; --'`,
  String.raw`select e'\\'; drop table b`,
  "select E'a'\n'\\''; drop table b; --'",
  "select E'a'--c\n'\\''; drop table b",
  "select 'a'\n'b;'; drop table b",
  String.raw`select e"a\"; drop table b; --" from c`,
  String.raw`select B'1'; select X'1F'; select N'a\'; drop table b`,
  String.raw`select U&'\0061;' uescape '!'; drop table b`,
  String.raw`select U&"d\0061t;a" from b; delete from c`,
  'select $1$a$; drop table b; $a$',
  'select a$b$c$d from e; drop table f',
  'select 1 as a$$b; drop table c; select 2 as d$$',
  'create rule r as on delete to a do also (insert into b values (1))',
  'with a as (delete from b returning *) select * from a',
  'with delete as (select 1) select * from delete',
  'with values (a) as (select 1) delete from b',
  'with a as materialized (update b set c = 1) select 1',
  'explain analyze delete from a',
  'explain (analyze, verbose) delete from a',
  'explain (verbose) delete from a',
  'copy (delete from a returning *) to stdout',
  'prepare p as delete from a',
  'declare c cursor for select 1',
  'create table a as select 1',
  'create schema s create table t (a int)',
  'alter table a drop column b',
  'truncate only a, b restart identity',
  'drop table a, b cascade',
  'drop owned by a',
  'drop database a',
  'drop schema if exists a, b cascade',
  'drop role a',
  'create temp table a (b int); drop table a',
  'create temp table a (b int); delete from a',
  'drop view if exists a; create view a as select 1',
  "copy a to program 'gzip > b'",
  "copy a from program 'curl c'",
  "copy a to '/tmp/b'",
  'revoke all on a from b',
  'do $$ begin delete from a; end $$',
  'call a()',
  'execute a(1)',
  'explain delete from a where true',
  'delete from a where b = 1 or true',
  'update a set (b, c) = (select 1, 2) from d',
  'update only a * set b = 1',
  'merge into a using b on a.id = b.id when not matched by source then delete',
  'alter table a add column drop_date date',
  'alter table a drop constraint b, drop column c',
  'create index concurrently drop_a on a (b)',
  'comment on table a is $$drop table a$$',
  "security label on table a is 'drop'",
  'create or replace view update_log as select delete_date from a',
  'reassign owned by a to b',
  'select delete, insert, update from a',
  'select a.delete from a',
  'select * from a for no key update of a',
  'insert into a values (1) on conflict (b) do update set c = 2',
  'merge into a using b on a.id = b.id when matched then delete',
  'table a',
  'values (1), (2)',
  '(select 1)',
  '((select 1)) union (select 2)',
  'begin; savepoint a; rollback to a; commit',
  'delete from a where b = 1; delete from a',
  'select [1]',
  'select a[1:2], b[c] from d; drop table e',
  'select @1, 5 !~ 3; drop table a',
  'select `; drop table a; `',
  'select 1 # 2; drop table a',
  'select 1--2; drop table a',
  'select 1 - -2; drop table a',
  'select 4 */* a */ 2; drop table b',
  'select 1 +/* ; */ 2; drop table b',
  "select 1e'\\'; drop table a; --'",
  'select 0x1F, 1_000, 1.e5, .5; drop table a',
];

describe('PostgreSQL’s own parser', () => {
  it.each(CORPUS)('agrees about %j', (text) => {
    const trees = parsed(text);
    if (!trees) return;
    expect(count(text)).toBe(trees.length);
    const classes = readSql(text, 'postgres').map((statement) => statement.class);
    if (destroys(trees)) expect(classes).toContain('destroy');
    else if (!writes(trees)) expect(new Set([...classes, 'read'])).toEqual(new Set(['read']));
  });

  it.each(CORPUS)('agrees with what rules are told about %j', (text) => {
    const trees = parsed(text);
    // What is of the session, and what stands in a string that is run, is beyond a parser.
    if (!trees || /temp table|view if exists|do \$\$/.test(text)) return;
    const kinds = classifySql(text, 'postgres');
    if (destroys(trees)) expect(kinds.size).toBeGreaterThan(0);
    else if (!writes(trees)) expect([...kinds]).toEqual([]);
  });

  it('takes most of the corpus', () => {
    expect(CORPUS.filter((text) => parsed(text)).length).toBeGreaterThan(CORPUS.length * 0.8);
  });

  const piece = fc.constantFrom(
    ...[
      "'",
      "''",
      '"',
      '$$',
      '$a$',
      '$1',
      '/*',
      '*/',
      '--',
      '\n',
      '\r',
      ' ',
      '\\',
      "\\'",
      'E',
      "E'",
      "e'x'",
      "U&'",
      "B'",
    ],
    ...[
      'x',
      '1',
      'a$',
      ';',
      '(',
      ')',
      ',',
      '=',
      'select',
      'select 1',
      'from a',
      ' where b = 1',
      '\t',
      '\f',
      'é',
      '::',
      '@',
      '#',
      '`',
      '[',
    ],
    ...[
      'drop table a',
      'delete from a',
      'as',
      'with x as',
      'explain',
      'analyze',
      'update a set b = 1',
      'insert into a select 1',
    ],
  );
  const join = fc.constantFrom('', ' ', '\n', '/**/');

  it('never parses what guard did not see to destroy', () => {
    let taken = 0;
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), join, (pieces, between) => {
        const text = pieces.join(between);
        const trees = parsed(text);
        if (!trees || trees.length === 0) return;
        taken += 1;
        expect(count(text)).toBe(trees.length);
        if (destroys(trees))
          expect(readSql(text, 'postgres').map((statement) => statement.class)).toContain(
            'destroy',
          );
      }),
      { numRuns: 20_000 },
    );
    expect(taken).toBeGreaterThan(100);
  });

  const quoted = fc.oneof(
    fc
      .string({ maxLength: 6 })
      .map((text) => `'${text.replaceAll("'", "''").replaceAll('\0', '')}'`),
    fc.constantFrom(
      "'a'\n'b'",
      "E'a'\n'\\'' ",
      "E'\\\\'",
      "''''",
      '$$;$$',
      "$q$'$q$",
      "B'1'",
      "'\\'",
      "U&'\\0041'",
      "E'a' -- '\n '\\''",
    ),
  );
  const gap = fc.constantFrom(
    ' ',
    '\n',
    '\r',
    ' /* ; */ ',
    '-- ;\n',
    "-- '\r",
    '/* \' /* " */ $$ */',
    '\t\f',
  );
  const statement = fc.oneof(
    fc.tuple(quoted, gap).map(([text, space]) => `select${space}${text}`),
    fc
      .tuple(quoted, gap)
      .map(([text, space]) => `select${space}1${space}where${space}${text}${space}= ${text}`),
    gap.map((space) => `drop${space}table${space}"a;'"`),
    fc.tuple(quoted, gap).map(([text, space]) => `delete${space}from${space}a where b = ${text}`),
    gap.map((space) => `delete${space}from${space}a`),
    fc.tuple(quoted, gap).map(([text, space]) => `insert into a${space}values (${text})`),
    gap.map((space) => `with x as (${space}delete from b returning *)${space}select 1`),
  );

  it('agrees about statements, however they are quoted and commented', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(statement, gap), { minLength: 1, maxLength: 6 }), (list) => {
        const text = list.map(([one, space]) => one + space).join(';');
        const trees = parsed(text);
        if (!trees) return;
        expect(count(text)).toBe(trees.length);
        const classes = readSql(text, 'postgres').map((found) => found.class);
        expect(classes.includes('destroy') || !destroys(trees)).toBe(true);
        if (!text.includes('\\')) expect(classes.includes('destroy')).toBe(destroys(trees));
      }),
      { numRuns: 5_000 },
    );
  });
});
