import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Grammar } from '../../src/policy/argv/grammar.ts';
import { parseArgv } from '../../src/policy/argv/parse.ts';
import { compilePolicy, decide } from '../../src/policy/decide.ts';
import { loadRulePacks } from '../../src/policy/load-rules.ts';
import { bundled, piecesOf, waysOf, type Piece, type Pieces } from './spelling.ts';
import { data, exec } from './support.ts';
import { words } from './words.ts';

const packs = await loadRulePacks();
const policy = compilePolicy(data({ packs }));
const verdict = (argv: string[]) => {
  const { action, rule } = decide(policy, exec(argv));
  return `${action} ${rule}`;
};

/** What a rule of a command, or its grammar, speaks of: an option that is not among it says nothing about what is destroyed. */
function spokenOf(command: string, { data }: Grammar): Set<string> {
  const conditions = packs.flatMap(({ rules }) =>
    rules.flatMap((rule) => [...rule.match, ...rule.unless, rule]),
  );
  const names = conditions.flatMap(
    (condition) => JSON.stringify(condition).match(/[\w.-]+/g) ?? [],
  );
  const own = JSON.stringify(data, (key, value: unknown) =>
    // What the options are called says nothing by itself.
    key === 'flags' || key === 'aliases' ? undefined : value,
  );
  return new Set([...names, ...(own.match(/[\w.-]+/g) ?? []), command]);
}

const EXAMPLES = packs.flatMap(({ rules }) =>
  rules.flatMap(({ examples }) =>
    [...(examples?.match ?? []), ...(examples?.pass ?? [])].map((example) =>
      typeof example === 'string' ? words(example) : example,
    ),
  ),
);

interface Sample {
  argv: string[];
  cut: Pieces;
  inert: string[][];
}

const inertOf = new Map<string, string[][]>();

/** Every example whose words are all declared. */
const samples: Sample[] = EXAMPLES.flatMap((argv) => {
  const name = (argv[0] ?? '').replace(/^.*\//, '');
  const program = policy.known.find(name);
  if (!program || program.implied.length || name.includes('*')) return [];
  const cut = piecesOf(program.grammar, argv);
  const quiet = cut && !parseArgv(program.command, program.grammar, argv).harmless;
  if (!cut || !quiet || cut.pieces.length === 0) return [];
  if (!inertOf.has(program.command)) {
    const spoken = spokenOf(program.command, program.grammar);
    const flags = program.grammar.flags.filter(
      ({ id, spellings, value }) =>
        (value === 'none' || value === 'required') &&
        id !== 'target-directory' &&
        spellings.every((spelling) => !spoken.has(spelling.replace(/^--?/, ''))) &&
        !program.grammar.endsOptions.has(id),
    );
    inertOf.set(
      program.command,
      flags.map(({ spellings: [spelling = ''], value }) =>
        value === 'required' ? [spelling, 'x'] : [spelling],
      ),
    );
  }
  return [{ argv, cut, inert: inertOf.get(program.command) ?? [] }];
});

const plain = new Map<string[], string>();

/** The message costs more than the decision: it is made where it is needed. */
function sameVerdict(variant: string[], argv: string[]): void {
  const expected = plain.get(argv) ?? verdict(argv);
  plain.set(argv, expected);
  const found = verdict(variant);
  if (found !== expected)
    expect(found, `${variant.join(' ')}   (${argv.join(' ')})`).toBe(expected);
}

/** Rules of the command ask which option stands last. */
function lastCounts({ program }: Pieces): boolean {
  const command = policy.known.find(program.replace(/^.*\//, ''))?.command ?? '';
  return packs.some(({ rules }) =>
    rules.some((rule) =>
      [...rule.match, ...rule.unless].some(
        (condition) =>
          condition['last-flag'] !== undefined &&
          (!('command' in condition) ||
            (condition.command as string[]).some((line) => line.split(' ')[0] === command)),
      ),
    ),
  );
}

/** find(1) and the like: what stands behind the operands is an expression. */
function positional({ grammar }: Pieces): boolean {
  return grammar.habits.words;
}

function respelled(pieces: readonly Piece[], pick: (ways: string[][]) => string[]): string[] {
  return pieces.flatMap((piece) => (piece.kind === 'option' ? pick(waysOf(piece)) : [piece.word]));
}

describe('every example of every pack keeps its verdict', { timeout: 120_000 }, () => {
  it('is cut up, mostly', () => {
    expect(samples.length).toBeGreaterThan(EXAMPLES.length * 0.6);
  });

  it('with every spelling of every option', () => {
    for (const { argv, cut } of samples)
      cut.pieces.forEach((piece, index) => {
        if (piece.kind !== 'option') return;
        for (const way of waysOf(piece)) {
          const before = respelled(cut.pieces.slice(0, index), ([first = []]) => first);
          const after = respelled(cut.pieces.slice(index + 1), ([first = []]) => first);
          sameVerdict([cut.program, ...before, ...way, ...after], argv);
        }
      });
  });

  it('with every alias of a subcommand', () => {
    for (const { argv, cut } of samples)
      for (const piece of cut.pieces)
        if (piece.kind === 'subcommand')
          for (const name of piece.names) {
            const at = argv.indexOf(piece.word, 1);
            sameVerdict([...argv.slice(0, at), name, ...argv.slice(at + 1)], argv);
          }
  });

  it('with options that say nothing, before all others', () => {
    for (const { argv, cut, inert } of samples)
      for (const option of inert.slice(0, 12))
        sameVerdict([cut.program, ...option, ...argv.slice(1)], argv);
  });

  it('with options in another order, bundled, and behind the operands', () => {
    const sample = fc.constantFrom(...samples).chain((each) => {
      const own = each.cut.pieces.slice(each.cut.start);
      const options = own.filter(({ kind }) => kind === 'option');
      return fc.record({
        sample: fc.constant(each),
        // Of one option given twice the last counts: those keep their order.
        order: fc.shuffledSubarray(
          options.map((_, index) => index),
          { minLength: options.length },
        ),
        behind: fc.boolean(),
        bundle: fc.boolean(),
        way: fc.nat(),
      });
    });
    fc.assert(
      fc.property(sample, ({ sample: { argv, cut }, order, behind, bundle, way }) => {
        const head = cut.pieces.slice(0, cut.start);
        const own = cut.pieces.slice(cut.start);
        const options = own.filter((piece) => piece.kind === 'option');
        const operands = own.filter((piece) => piece.kind !== 'option');
        const ids = options.map(({ flag }) => flag.id);
        const ordered = new Set(ids).size === ids.length && !lastCounts(cut);
        const shuffled = ordered ? order.flatMap((index) => options[index] ?? []) : options;
        const pick = (ways: string[][]) => ways[way % Math.max(1, ways.length)] ?? [];
        const written = respelled(shuffled, pick);
        const letters = new Set(
          options.flatMap(({ flag }) =>
            flag.value === 'none' ? flag.spellings.filter((each) => /^-\w$/.test(each)) : [],
          ),
        );
        const packed =
          bundle && !cut.grammar.habits.words
            ? bundled(written, (word) => letters.has(word))
            : written;
        const last = behind && cut.mixed && !positional(cut);
        const places = respelled(operands, pick);
        const rest = last ? [...places, ...packed] : [...packed, ...places];
        sameVerdict([cut.program, ...respelled(head, ([first = []]) => first), ...rest], argv);
      }),
      { numRuns: 4000 },
    );
  });

  it('with -- before the operands', () => {
    for (const { argv, cut } of samples) {
      const { grammar, pieces, mixed } = cut;
      // For git, and where a subcommand is to come, it is a word with a meaning.
      if (!mixed || !grammar.habits.posixly || cut.start > 0) continue;
      const operands = pieces.filter(({ kind }) => kind === 'operand');
      const options = pieces.filter(({ kind }) => kind === 'option');
      const first = ([way = []]: string[][]) => way;
      sameVerdict(
        [cut.program, ...respelled(options, first), '--', ...respelled(operands, first)],
        argv,
      );
    }
  });
});
