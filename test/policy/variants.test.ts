import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compilePolicy, decide } from '../../src/policy/decide.ts';
import { loadRulePacks } from '../../src/policy/load-rules.ts';
import { data, exec } from './support.ts';
import { words } from './words.ts';

const packs = await loadRulePacks();
const policy = compilePolicy(data({ packs }));
const verdict = (argv: string[]) => {
  const { action, rule } = decide(policy, exec(argv));
  return `${action} ${rule}`;
};

/** A command as a program, its options in any order, and its operands in theirs. */
interface Spelled {
  head: string[];
  /** Each with every way of writing it. */
  options: string[][][];
  tail: string[];
}

const COMMANDS: Spelled[] = [
  {
    head: ['rm'],
    options: [
      [['-r'], ['-R'], ['--recursive'], ['--rec']],
      [['-f'], ['--force'], ['--for']],
    ],
    tail: ['src'],
  },
  { head: ['rm'], options: [[['-rf'], ['-fr'], ['-r', '-f'], ['-vrf']]], tail: ['/home/me'] },
  { head: ['rm'], options: [[['-r']], [['-f']]], tail: ['node_modules', 'dist'] },
  {
    head: ['git', 'push'],
    options: [
      [['-f'], ['--force'], ['--forc'], ['-uf'], ['-fu']],
      [['-o', 'x'], ['-ox'], ['--push-option=x'], ['--push-option', 'x']],
    ],
    tail: ['origin', 'main'],
  },
  {
    head: ['git', 'push'],
    options: [
      [['-u'], ['--set-upstream']],
      [['-q'], ['--quiet']],
    ],
    tail: ['origin', 'topic'],
  },
  {
    head: ['git', 'branch'],
    options: [[['-D'], ['-d', '-f'], ['-df'], ['--delete', '--force']]],
    tail: ['topic'],
  },
  {
    head: ['git', 'commit'],
    options: [
      [['-n'], ['--no-verify']],
      [['-m', 'x'], ['-mx'], ['--message=x']],
    ],
    tail: [],
  },
  {
    head: ['kubectl', 'delete'],
    options: [
      [['-n', 'prod'], ['-nprod'], ['-n=prod'], ['--namespace=prod'], ['--namespace', 'prod']],
      [['--force'], ['--force=true']],
    ],
    tail: ['pod', 'api'],
  },
  {
    head: ['kubectl', 'scale'],
    options: [[['--replicas=0'], ['--replicas', '0']]],
    tail: ['deploy/api'],
  },
  {
    head: ['terraform', 'apply'],
    options: [
      [['-auto-approve'], ['--auto-approve'], ['-auto-approve=true']],
      [['-var', 'a=b'], ['-var=a=b'], ['--var', 'a=b']],
    ],
    tail: [],
  },
  {
    head: ['docker', 'compose', 'down'],
    options: [
      [['-v'], ['--volumes']],
      [['-t', '5'], ['-t5'], ['--timeout=5']],
    ],
    tail: [],
  },
  {
    head: ['psql'],
    options: [
      [
        ['-c', 'drop table a'],
        ['-cdrop table a'],
        ['--command=drop table a'],
        ['--comm', 'drop table a'],
      ],
      [['-h', 'db'], ['-hdb'], ['--host=db']],
    ],
    tail: ['shop'],
  },
  {
    head: ['curl'],
    options: [
      [['-X', 'DELETE'], ['-XDELETE'], ['--request=DELETE'], ['-sXDELETE']],
      [
        ['-H', 'a: b'],
        ['--header', 'a: b'],
      ],
    ],
    tail: ['https://api.example.com/x'],
  },
];

/** Options that say nothing about what is destroyed, put behind the program. */
const GLOBALS: Record<string, string[][]> = {
  git: [
    ['-C', '.'],
    ['-c', 'user.name=x'],
    ['--no-pager'],
    ['--git-dir', '.git'],
    ['--git-dir=.git'],
    ['-P'],
  ],
  kubectl: [
    ['--context', 'prod'],
    ['--context=prod'],
    ['-v=3'],
    ['--kubeconfig', 'delete'],
    ['--as', 'get'],
  ],
  terraform: [['-chdir=prod'], ['-chdir', 'prod']],
  docker: [['-H', 'tcp://x'], ['--context', 'x'], ['-D'], ['--log-level=debug']],
};

const spelled = fc.constantFrom(...COMMANDS).chain((command) =>
  fc.record({
    command: fc.constant(command),
    order: fc.shuffledSubarray([...command.options.keys()], { minLength: command.options.length }),
    ways: fc.tuple(...command.options.map((ways) => fc.constantFrom(...ways))),
    behind: fc.boolean(),
    globals: fc.array(fc.constantFrom(...(GLOBALS[command.head[0] ?? ''] ?? [[]])), {
      maxLength: 3,
    }),
  }),
);

describe('spelling never changes a verdict', { timeout: 60_000 }, () => {
  it('order, bundling, abbreviation, values, global options', () => {
    fc.assert(
      fc.property(spelled, ({ command, order, ways, behind, globals }) => {
        const [program = '', ...subcommands] = command.head;
        const options = order.flatMap((index) => ways[index] ?? []);
        const variant = [
          program,
          ...globals.flat(),
          ...subcommands,
          ...(behind ? [...command.tail, ...options] : [...options, ...command.tail]),
        ];
        const plain = [
          ...command.head,
          ...command.options.flatMap((each) => each[0] ?? []),
          ...command.tail,
        ];
        expect(verdict(variant), variant.join(' ')).toBe(verdict(plain));
      }),
      { numRuns: 2000 },
    );
  });

  it('a global option before any example of a pack', () => {
    for (const { rules } of packs)
      for (const { examples } of rules)
        for (const example of [...(examples?.match ?? []), ...(examples?.pass ?? [])]) {
          const [program = '', ...rest] = typeof example === 'string' ? words(example) : example;
          for (const option of GLOBALS[program] ?? [])
            expect(
              verdict([program, ...option, ...rest]),
              `${option.join(' ')}: ${rest.join(' ')}`,
            ).toBe(verdict([program, ...rest]));
        }
  });
});

// Hundreds of generated command lines: seconds on a busy machine, whatever one decision costs.
describe('any words at all', { timeout: 60_000 }, () => {
  const vocabulary = packs.flatMap(({ rules }) =>
    rules.flatMap(({ examples }) =>
      [...(examples?.match ?? []), ...(examples?.pass ?? [])].flatMap((example) =>
        typeof example === 'string' ? words(example) : example,
      ),
    ),
  );
  it('are judged, and never fail', () => {
    const word = fc.oneof(
      fc.constantFrom(...vocabulary),
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.constantFrom('--', '-', '', '\0', '\ud800', '--=', '-=', '--no-', ';', '+'),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...policy.programs),
        fc.array(word, { maxLength: 12 }),
        (name, rest) => {
          expect(decide(policy, exec([name, ...rest])).rule).not.toBe('internal-error');
        },
      ),
      { numRuns: 500 },
    );
  });
});
