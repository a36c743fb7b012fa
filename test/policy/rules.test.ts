import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { GuardError } from '../../src/guard-error.ts';
import { readFlag } from '../../src/policy/argv/flag-spelling.ts';
import { compilePolicy, decide } from '../../src/policy/decide.ts';
import { compileBuiltinRules, loadRulePacks } from '../../src/policy/load-rules.ts';
import type { CompactPack } from '../../src/policy/rules/compact.ts';
import { checkTogether } from '../../src/policy/rules/check.ts';
import { readPack } from '../../src/policy/rules/read.ts';
import { data, exec } from './support.ts';

const GOOD = `pack: x
about: y
commands:
  tool:
    flags: |
      -f, --force
rules:
  - id: tool.force
    match: { command: tool, flags: force }
    action: ask
    reason: because
    reversibility: recoverable
    examples:
      match: [tool -f]
      pass: [tool]
`;

function complaint(yaml: string): string {
  try {
    checkTogether([readPack(yaml, 'x.yaml')]);
  } catch (error) {
    expect(error).toBeInstanceOf(GuardError);
    return (error as GuardError).message;
  }
  return '';
}

describe('reading a pack', () => {
  it('keeps the line of every rule', () => {
    expect(readPack(GOOD, 'x.yaml').rules[0]).toMatchObject({ id: 'tool.force', line: 8 });
    expect(complaint(GOOD)).toBe('');
  });

  it.each<[string, (yaml: string) => string, RegExp]>([
    ['YAML that is none', (y) => `${y}\n  - [`, /x\.yaml:\d+/],
    [
      'an unknown key',
      (y) => y.replace('reason:', 'raeson:'),
      /x\.yaml:11: "rules\.0\.raeson" is no key/,
    ],
    ['a key of Object', (y) => y.replace('reason:', 'constructor:'), /is no key/],
    ['no reason', (y) => y.replace('    reason: because\n', ''), /x\.yaml:8: .*has no "reason"/],
    [
      'a question that does not say how bad it is',
      (y) => y.replace('    reversibility: recoverable\n', ''),
      /x\.yaml:8: .*reversibility/,
    ],
    ['no examples', (y) => y.slice(0, y.indexOf('    examples')), /has no "examples"/],
    [
      'no example that passes',
      (y) => y.replace('pass: [tool]', 'pass: []'),
      /x\.yaml:15: .*at least one/,
    ],
    [
      'an unknown action',
      (y) => y.replace('action: ask', 'action: block'),
      /x\.yaml:10: .*one of allow, ask/,
    ],
    [
      'an unknown place',
      (y) => y.replace('flags: force }', 'operand: { is: moon } }'),
      /one of root/,
    ],
    ['a number where text is due', (y) => y.replace('because', '12'), /must be text/],
    [
      'a flag nobody declared',
      (y) => y.replace('flags: force', 'flags: forse'),
      /x\.yaml:8: .*"forse"/,
    ],
    ['a command nobody describes', (y) => y.replace('command: tool', 'command: tol'), /"tol"/],
    [
      'a subcommand nobody declares',
      (y) => y.replace('command: tool', 'command: tool go'),
      /"tool go"/,
    ],
    [
      'an option that cannot be read',
      (y) => y.replace('-f, --force', 'force me'),
      /cannot read the option "force me"/,
    ],
  ])('refuses %s', (_name, change, expected) => {
    expect(complaint(change(GOOD))).toMatch(expected);
  });

  it('refuses an id or a command that another pack has', () => {
    const first = readPack(GOOD, 'a.yaml');
    const sameId = readPack(
      GOOD.replace('  tool:', '  other:').replace('command: tool', 'command: other'),
      'b.yaml',
    );
    const sameCommand = readPack(GOOD.replace('id: tool.force', 'id: tool.again'), 'b.yaml');
    expect(() => checkTogether([first, sameId])).toThrow(/"tool.force" is used in a.yaml/);
    expect(() => checkTogether([first, sameCommand])).toThrow(/"tool" is described in a.yaml/);
  });
});

describe('an option as in a manual', () => {
  it.each([
    ['-f, --force', 'force', 'none', false],
    ['-C DIR...', 'C', 'required', true],
    ['--signed[=WHEN]', 'signed', 'optional', false],
    ['  -o, --output=FILE     write there', 'output', 'required', false],
    ['-exec COMMAND;', 'exec', 'until-semicolon', true],
    ['-i[SUFFIX]', 'i', 'optional', false],
  ])('%s', (line, id, value, repeatable) => {
    expect(readFlag(line)).toMatchObject({ id, value, repeatable });
  });
});

describe('the built data', () => {
  it('decides like the YAML it was made of', { timeout: 120_000 }, async () => {
    const packs = await loadRulePacks();
    const files = await compileBuiltinRules();
    const built = (JSON.parse(files['index.json'] ?? '') as CompactPack[]).map((pack) => ({
      ...pack,
      body: files[`${basename(pack.file, '.yaml')}.pack.json`] ?? '',
    }));
    for (const { body } of built) expect(body).not.toContain('"examples"');
    const [fromYaml, fromBuilt] = [packs, built].map((each) =>
      compilePolicy(data({ packs: each })),
    );
    for (const { rules } of packs)
      for (const { examples } of rules)
        for (const example of examples?.match ?? [])
          expect(decide(fromBuilt!, exec(example))).toEqual(decide(fromYaml!, exec(example)));
  });
});
