import { describe, expect, it } from 'vitest';
import { compilePolicy, opinionsOn } from '../../src/policy/decide.ts';
import { readPack } from '../../src/policy/rules/read.ts';
import { data, exec } from './support.ts';

const PACK = `
pack: example
about: A program with words that are installed beside it, and one whose operands may follow dashes.
commands:
  tool:
    dashed: true
    aliasable: true
    subcommands:
      own: {}
      added:
        extra: true
        flags: |
          -f, --force
  copy:
    flags: |
      -q, --quiet
rules:
  - id: tool.alias
    match: { command: tool, subcommand: undeclared }
    action: ask
    reversibility: irreversible
    reason: it may be an alias
    examples: { match: [tool x], pass: [tool own] }
  - id: tool.added
    match: { command: tool added, flags: force }
    action: ask
    reversibility: irreversible
    reason: it deletes
    examples: { match: [tool added -f], pass: [tool-added] }
  - id: copy.path
    match: { command: copy, operand: { behind-dashes: true, unlike: kept } }
    action: ask
    reversibility: irreversible
    reason: it overwrites
    examples: { match: [copy -- a], pass: [copy a] }
`;

const policy = compilePolicy(data({ packs: [readPack(PACK, 'example.yaml')] }));
const rules = (line: string) => opinionsOn(policy, exec(line)).map(({ rule }) => rule);

describe('a subcommand that is installed beside the program', () => {
  it.each([
    ['tool own', []],
    ['tool x', ['tool.alias']],
    ['tool added', ['tool.alias']],
    ['tool added --force', ['tool.alias', 'tool.added']],
    ['tool added --force --help', ['tool.alias', 'tool.added']],
    ['tool --help added', []],
    // By its own name it is that program, and no alias.
    ['tool-added', []],
    ['tool-added --force', ['tool.added']],
  ])('%s', (line, expected) => expect(rules(line)).toEqual(expected));
});

describe('an operand behind dashes', () => {
  it.each([
    ['copy a', []],
    ['copy a b -q', []],
    ['copy a --', []],
    ['copy -- a', ['copy.path']],
    ['copy -q a -- b', ['copy.path']],
    ['copy a -- kept', []],
    ['copy kept -- kept a', ['copy.path']],
    // Only the first ends the options; the second is an operand.
    ['copy a -- --', ['copy.path']],
  ])('%s', (line, expected) => expect(rules(line)).toEqual(expected));
});
