import { expect, it } from 'vitest';
import { loadRulePacks } from '../../src/policy/load-rules.ts';
import { renderRuleReference } from '../../src/policy/rules/reference.ts';
import { readPack } from '../../src/policy/rules/read.ts';

const packs = await loadRulePacks();

it('docs/rules.md says what the packs say (vitest -u writes it)', async () => {
  await expect(renderRuleReference(packs)).toMatchFileSnapshot('../../docs/rules.md');
});

it('a row has the tier that follows, and text that a table does not break', () => {
  const pack = readPack(
    `pack: tool
about: A tool.
commands: { tool: { subcommands: { drop: {} } } }
rules:
  - id: tool.drop
    match: { command: tool drop }
    action: ask
    reversibility: irreversible
    reach: remote
    reason: it drops a|b and *all*
    safer: tool list
    examples: { match: [tool drop], pass: [tool] }
`,
    'tool.yaml',
  );
  expect(renderRuleReference([pack])).toContain(
    '| `tool.drop` | `tool drop` | ask | review | irreversible, elsewhere | it drops a\\|b and \\*all\\* | tool list |',
  );
});
