import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GuardError } from '../../../src/guard-error.ts';
import { compileRule } from '../../../src/secrets/rules/compile.ts';
import { loadUserRules } from '../../../src/secrets/rules/load.ts';
import { lookEverywhere } from '../../../src/secrets/rules/look-everywhere.ts';

const OWN = `version: 1
provider: acme
name: Acme
rules:
  - id: deploy-key
    description: Key that deploys
    by: token
    words: [acme_dk_]
    alphabet: A-Za-z0-9
    length: [24, 24]
    tier: certain
    examples:
      find: ['ACME_DEPLOY_KEY=[[acme_dk_<A-Za-z0-9:24>]]']
      pass: ['acme_dk_xxxxxxxxxxxxxxxxxxxxxxxx']
`;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'guard-kinds-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const load = (yaml: string) => {
  writeFileSync(join(folder, 'acme.yaml'), yaml);
  return loadUserRules(folder);
};

describe('the user’s own kinds', () => {
  it('are none without a folder', async () => {
    expect(await loadUserRules(join(folder, 'none'))).toEqual([]);
  });

  it('are plain data that finds what they say', async () => {
    const [rule, ...others] = structuredClone(await load(OWN));
    expect(others).toEqual([]);
    if (!rule) throw new Error('no rule');
    const text = `key: acme_dk_k3J9${'dQ8xTz1Lw5'.repeat(2)}`;
    expect(lookEverywhere(compileRule(rule), text)).toMatchObject([
      { start: 5, end: text.length, tier: 'certain' },
    ]);
  });

  it.each([
    ['version: 1', 'version: 2', '"version"'],
    ['words: [acme_dk_]', 'words: [ac]', '"rules.0.words.0"'],
    ['tier: certain', 'tier: sure', '"rules.0.tier"'],
    ['    tier: certain', '    tier: certain\n    colour: red', '"rules.0"'],
    ['length: [24, 24]', 'length: [24, 12]', '"deploy-key": its length goes backwards'],
    ['    length: [24, 24]\n', '', 'needs a pattern, or an alphabet and a length'],
    ['alphabet: A-Za-z0-9', 'alphabet: z-a', 'backwards'],
    ['alphabet: A-Za-z0-9', "pattern: 'acme_dk_[a-z]+'", 'upper bound'],
    ['    tier: certain', '    tier: certain\n    within: 9', 'for "by: near"'],
    ['    tier: certain', '    tier: certain\n    checksum: adler', '"rules.0.checksum"'],
    ['<A-Za-z0-9:24>]]', '<A-Za-z0-9:23>]]', 'does not find its example'],
    [
      "pass: ['acme_dk_xxxxxxxxxxxxxxxxxxxxxxxx']",
      "pass: ['acme_dk_<A-Za-z0-9:24>']",
      'finds something in',
    ],
    ['provider: acme', '# provider', 'does not say its provider'],
    ['rules:', 'rules: [', 'acme.yaml'],
  ])('that are broken end it: %s → %s', async (from, to, why) => {
    expect(OWN).toContain(from);
    const loaded = load(OWN.replace(from, to));
    await expect(loaded).rejects.toThrow(GuardError);
    await expect(loaded).rejects.toThrow(why);
    await expect(loaded).rejects.toThrow(join(folder, 'acme.yaml'));
  });
});
