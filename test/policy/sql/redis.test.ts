import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asLine, words } from '../../../src/policy/redis/words.ts';
import { classifySql, readStatements } from '../../../src/policy/sql/classify.ts';

const kinds = (text: string): string[] => [...classifySql(text, 'redis')].sort();

describe('commands for Redis', () => {
  it.each<[string, string[]]>([
    ['FLUSHALL', ['drop-database']],
    ['flushdb async', ['drop-database']],
    ['"FLUSH\\x41LL"', ['drop-database']],
    ["'flushall'", ['drop-database']],
    ['3 flushall', ['drop-database']],
    ['set a 1\r\nget a\r\nflushall\r\n', ['drop-database']],
    ['*1\r\n$8\r\nFLUSHALL\r\n', ['drop-database']],
    ['*3\r\n$3\r\nSET\r\n$1\r\na\r\n$8\r\nFLUSHALL\r\n', []],
    ['*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\nb\r\n*1\r\n$7\r\nFLUSHDB\r\n', ['drop-database']],
    ['set note "flushall"', []],
    ['set note flushall', []],
    ['del a b c', []],
    ["del 'a*'", ['delete-all']],
    ['unlink *', ['delete-all']],
    [String.raw`del 'a\\*'`, []],
    ['swapdb 0 1', ['overwrite']],
    ['shutdown nosave', ['server']],
    ['config get dir', []],
    ['config set dir /tmp', ['program']],
    ['config set save ""', ['server']],
    ['config set save "60 1"', []],
    ['config set maxmemory 1gb dbfilename x', ['program']],
    ['config set appendonly no', ['server']],
    ['config rewrite', []],
    ['replicaof no one', ['server']],
    ['replicaof 10.0.0.1 6379', ['overwrite']],
    ['script flush', ['drop']],
    ['acl deluser me', ['revoke']],
    ['acl setuser me on', []],
    ['client kill id 4', []],
    ['client kill type normal', ['server']],
    ['debug sleep 1', []],
    ['debug segfault', ['server']],
    ['xgroup create s g $', []],
    ['xgroup destroy s g', ['drop']],
    ['FT.DROPINDEX i', ['drop']],
    ['GRAPH.DELETE g', ['drop']],
    ['JSON.DEL a $.b', []],
    ['eval "return 1" 0', []],
    [`eval "return redis.call('flushall')" 0`, ['drop-database']],
    [`eval "return redis.pcall( [[flushdb]] )" 0`, ['drop-database']],
    [`eval "-- redis.call('flushall')\\nreturn 1" 0`, []],
    [`eval "return 'redis.call flushall'" 0`, []],
    [`eval "return redis.call(ARGV[1])" 0 flushall`, ['opaque']],
    [`eval "return redis['call']('flushall')" 0`, ['opaque']],
    [`eval "return redis.call('flush' .. 'all')" 0`, ['opaque']],
    [
      `eval "for _, k in ipairs(redis.call('keys', 'a')) do redis.call('del', k) end" 0`,
      ['delete-all'],
    ],
    [`eval "return redis.call('del', KEYS[1])" 1 a`, []],
    [`script load "return redis.call('flushall')"`, ['drop-database']],
    ['set a "', ['opaque']],
  ])('%s', (text, expected) => expect(kinds(text)).toEqual(expected));

  it('reads back the words it writes', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 1 }), (list) => {
        expect(words(asLine(list))).toEqual(list);
      }),
    );
  });

  it('is the same in any case, quoting and spacing', () => {
    const command = fc.constantFrom(
      ['flushall'],
      ['config', 'set', 'dir', '/x'],
      ['del', 'a*'],
      ['get', 'flushall'],
      ['set', 'a', 'b c'],
      ['cluster', 'reset', 'hard'],
    );
    const quote = fc.constantFrom<(word: string) => string>(
      (word: string) => `"${word}"`,
      (word: string) => `'${word}'`,
      (word: string) =>
        `"${[...word].map((c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`).join('')}"`,
    );
    fc.assert(
      fc.property(command, fc.infiniteStream(quote), fc.boolean(), (list, quotes, upper) => {
        const spelled = list.map((word, index) => {
          const spell = quotes.next().value as (word: string) => string;
          return spell(upper && index === 0 ? word.toUpperCase() : word);
        });
        expect(kinds(spelled.join('  \t'))).toEqual(kinds(asLine(list)));
      }),
    );
  });

  it('never throws', () => {
    const piece = fc.constantFrom(
      '*2\r\n',
      '$3\r\n',
      '"',
      "'",
      '\\',
      'eval',
      '--[[',
      ']]',
      '[[',
      'redis',
      '.call(',
      'flushall',
      '\n',
      ' ',
      'config set',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string()), { maxLength: 20 }), (pieces) => {
        expect(Array.isArray(readStatements(pieces.join(''), 'redis'))).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });
});
