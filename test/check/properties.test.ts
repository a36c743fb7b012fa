import fc from 'fast-check';
import { expect, it } from 'vitest';
import { argv, text } from './judging.ts';

/** Commands with options in an order that does not matter: program, options, what must come behind. */
const COMMANDS: readonly (readonly [string[], string[][], string[]])[] = [
  [['rm'], [['-r'], ['-f'], ['-v']], ['src']],
  [['rm'], [['-r'], ['-f']], ['node_modules']],
  [
    ['git', 'push'],
    [['--force'], ['--tags'], ['--quiet']],
    ['origin', 'main'],
  ],
  [
    ['git', 'push'],
    [['--tags'], ['--quiet']],
    ['origin', 'main'],
  ],
  [['git', 'clean'], [['-f'], ['-d'], ['-x']], []],
  [['git', 'reset'], [['--hard'], ['--quiet']], ['HEAD~1']],
  [['psql'], [['-c', 'DROP TABLE users'], ['-h', 'db'], ['-q']], []],
  [['psql'], [['-c', 'select 1'], ['-h', 'db'], ['-q']], []],
  [['chmod'], [['-R'], ['-v']], ['777', '/']],
];

type Quote = (word: string) => string;
const QUOTES: readonly Quote[] = [
  (word) => `'${word}'`,
  (word) => `"${word}"`,
  (word) => `$'${word}'`,
  (word) => word.replace(/./gs, '\\$&'),
  (word) => `${word.slice(0, 1)}''${word.slice(1)}`.replaceAll(' ', '\\ '),
  (word) => `"${word.slice(0, 1)}"'${word.slice(1)}'`,
  (word) => `$(printf %s '${word}')`.replace(/^.*\s.*$/s, `'${word}'`),
  (word) => `"$(echo '${word}')"`,
];
const WRAPPERS = [
  '',
  'sudo ',
  'env A=1 ',
  'nohup ',
  'timeout 5 ',
  'command ',
  'nice -n 5 ',
  'time ',
  'exec ',
];
const FRAMES: readonly ((line: string) => string)[] = [
  (line) => line,
  (line) => `( ${line} )`,
  (line) => `{ ${line}; }`,
  (line) => `true && ${line}`,
  (line) => `if true; then ${line}; fi`,
  (line) => `for x in 1; do ${line}; done`,
  (line) => `f() { ${line}; }; f`,
  (line) => `x=$(${line})`,
  (line) => `${line} | cat`,
  (line) => `bash <<'END'\n${line}\nEND`,
];

const command = fc.constantFrom(...COMMANDS).chain(([program, options, rest]) =>
  fc.tuple(
    fc.constant([...program, ...options.flat(), ...rest]),
    fc
      .shuffledSubarray(options, { minLength: options.length, maxLength: options.length })
      .map((order) => [...program, ...order.flat(), ...rest]),
  ),
);

it('quoting, the order of options, wrappers and frames never change a verdict', () => {
  fc.assert(
    fc.property(
      command,
      fc.infiniteStream(fc.constantFrom(...QUOTES)),
      fc.constantFrom(...WRAPPERS),
      fc.constantFrom(...FRAMES),
      ([plain, shuffled], quotes, wrapper, frame) => {
        const { action, rule } = argv(plain);
        const line = shuffled.map((word) => (quotes.next().value as Quote)(word)).join(' ');
        expect(text(frame(`${wrapper}${line}`)), line).toMatchObject({ action, rule });
      },
    ),
    { numRuns: 300 },
  );
}, 60_000);

it.each([
  [
    ['rm', '-rf', 'src'],
    ['rm', '-fr', 'src'],
  ],
  [
    ['rm', '-rf', 'src'],
    ['rm', '--recursive', '--force', 'src'],
  ],
  [
    ['rm', '-rf', 'src'],
    ['/bin/rm', 'src', '-R', '-f'],
  ],
  [
    ['git', 'push', '--force'],
    ['git', '-C', 'x', 'push', '-f'],
  ],
  [
    ['git', 'push', '--force'],
    ['git', 'push', '--forc'],
  ],
  [
    ['git', 'reset', '--hard'],
    ['git', '-c', 'a.b=c', 'reset', '--har'],
  ],
])('spellings are the same: %j', (one, other) => {
  const { action, rule } = argv(one);
  expect(argv(other)).toMatchObject({ action, rule });
});

it('never throws, and answers every text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (any) => {
      expect(text(any).rule).not.toBe('check.internal-error');
    }),
    { numRuns: 300 },
  );
  const pieces = fc.constantFrom(
    ...[
      'rm -rf src',
      '$(',
      '`',
      '"',
      "'",
      '{',
      '}',
      ')',
      '(',
      '|',
      '&&',
      ';',
      '\n',
      '<<E\n',
      'E\n',
      '>',
      '<',
    ],
    ...[
      '${',
      '\\',
      '*',
      'for i in ',
      'do ',
      'done ',
      'if ',
      'fi ',
      'case x in ',
      'esac ',
      '$((',
      'f() ',
      'eval ',
    ],
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 20 }), (list) => {
      expect(text(list.join(' ')).rule).not.toBe('check.internal-error');
    }),
    { numRuns: 400 },
  );
}, 60_000);
