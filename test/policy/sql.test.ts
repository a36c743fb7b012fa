import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classifySql } from '../../src/policy/sql/classify.ts';

describe('SQL', () => {
  it.each<[string, string[]]>([
    ['drop table a', ['drop']],
    ['DROP\n--x\nTABLE a', ['drop']],
    ['drop/* x */schema a cascade', ['drop', 'drop-database']],
    ['DROP OWNED BY me', ['drop', 'drop-database']],
    ['alter table a drop column b', ['alter-drop']],
    ['alter table a drop b', ['alter-drop']],
    ['alter table a drop constraint c', ['alter-drop']],
    ['alter table a alter b drop default', []],
    ['alter table a alter b drop not null', []],
    ['truncate a', ['truncate']],
    ['TRUNCATE TABLE a RESTART IDENTITY', ['truncate']],
    ['select truncate(1.5, 1)', []],
    ['delete from a', ['delete-all']],
    ['delete from a where true', ['delete-all']],
    ['delete from a where 1=1', ['delete-all']],
    ["delete from a where 'x'='x' or b = 2", ['delete-all']],
    ['delete from a where b = 2', []],
    ['delete from a where b in (select c from d)', []],
    ['delete from a using (select 1 where true) x', ['delete-all']],
    ['update a set b = 1', ['update-all']],
    ['update only a as x set b = (select 1 where true)', ['update-all']],
    ['update a set b = 1 where c = 2', []],
    ['insert into a values (1) on conflict (b) do update set c = 2', []],
    ['select * from a for update', []],
    ['create table a (b int references c on delete cascade on update cascade)', []],
    ['with x as (delete from a returning *) select * from x where b = 1', ['delete-all']],
    ['explain delete from a', []],
    ['explain analyze delete from a', ['delete-all']],
    ['do $$ begin drop table a; end $$', ['drop']],
    ["select 'drop table a'", []],
    ["select 'it''s; drop table a'", []],
    ['select "drop table a" from b', []],
    // Quoted for PostgreSQL, not for the others.
    ['select $x$ drop table a $x$', ['drop']],
    ['select 1 -- drop table a', []],
    ['select /* /* nested */ drop table a */ 1', ['drop']],
    // One dialect ends the string at the backslash's quote, the other goes on: either reading counts.
    ["select '\\'; drop table a; --'", ['drop']],
    ['/*!50001 drop table a */', ['drop']],
    ['/*M! drop table a */', ['drop']],
    ['select 1; drop database a;', ['drop', 'drop-database']],
    ['grant delete, update on a to b', []],
  ])('%s', (sql, expected) => {
    expect([...classifySql(sql)].sort()).toEqual(expected);
  });

  it('sees a statement behind anything that is whole', () => {
    const whole = fc.constantFrom(
      "'a''b'",
      '"x"',
      '/* x */',
      '-- x\n',
      '$$y$$',
      'select 1',
      '(1)',
      "'-- '",
    );
    fc.assert(
      fc.property(fc.array(whole), (parts) => {
        expect([...classifySql(`${parts.join(' ')}; DROP TABLE a`)]).toContain('drop');
      }),
    );
  });
});
