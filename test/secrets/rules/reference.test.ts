import { expect, it } from 'vitest';
import { readBuiltinRules } from '../../../src/secrets/rules/load.ts';
import { parseSecretFile } from '../../../src/secrets/rules/read.ts';
import { renderSecretReference } from '../../../src/secrets/rules/reference.ts';

it('docs/secrets.md says what the rules say (vitest -u writes it)', async () => {
  await expect(renderSecretReference(await readBuiltinRules())).toMatchFileSnapshot(
    '../../../docs/secrets.md',
  );
});

it('a row has text that a table does not break', () => {
  const rules = parseSecretFile(
    `version: 1
provider: acme
name: Acme
rules:
  - id: key
    description: a|b
    by: near
    words: [acme]
    alphabet: a-z
    length: [4, 4]
    tier: weak
    power: '*all*'
    unlimited: true
    examples: { find: ['[[<a-z:4>]]'], pass: [x] }
`,
    'acme.yaml',
  );
  expect(renderSecretReference(rules)).toContain(
    '| `acme.key` | Acme: a\\|b | near `acme` | weak | **\\*all\\*** |  |',
  );
});
