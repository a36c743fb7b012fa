import { expect, it } from 'vitest';
import { compilePolicy, decide } from '../../src/policy/decide.ts';
import { loadRulePacks } from '../../src/policy/load-rules.ts';
import type { LayerName, Tier } from '../../src/policy/types.ts';
import { parseProfile } from '../../src/profile/parse.ts';
import type { CommandEntry } from '../../src/profile/types.ts';
import { data, exec, source } from './support.ts';

const packs = await loadRulePacks();
const FORCE = 'git push --force origin main';

function verdictOn(command: string, layer: LayerName, entry: Partial<CommandEntry>) {
  const value: CommandEntry = { match: 'git push --force', action: 'ask', ...entry };
  const commands = [{ value, source: source(layer) }];
  const policy = compilePolicy(
    data({ packs, commands, repositoryTrusted: layer === 'repository' }),
  );
  return decide(policy, exec(command));
}

const byRules = decide(compilePolicy(data({ packs })), exec(FORCE));

it('is what the rules ask for where an entry says nothing', () => {
  expect(byRules.tier).not.toBe('confirm');
  for (const layer of ['user', 'repository', 'organisation'] as const) {
    const { tier, resource, facts } = verdictOn(FORCE, layer, {});
    expect({ tier, resource, facts }, layer).toEqual({
      ...{ tier: byRules.tier, resource: byRules.resource, facts: byRules.facts },
    });
  }
});

it.each([
  ['user', 'key', 'confirm'],
  ['user', 'type-target', 'type'],
  ['repository', 'key', byRules.tier ?? 'confirm'],
  ['repository', 'type-target', 'type'],
  ['organisation', 'key', byRules.tier ?? 'confirm'],
  ['organisation', 'type-target', 'type'],
  ['default', 'key', byRules.tier ?? 'confirm'],
] as [LayerName, NonNullable<CommandEntry['confirm']>, Tier][])(
  'of the %s, %s is %s: only the user makes it easier',
  (layer, confirm, tier) => {
    expect(verdictOn(FORCE, layer, { confirm }).tier).toBe(tier);
  },
);

it('names what would be lost where no rule speaks of the command', () => {
  const entry = { match: 'shipit', confirm: 'type-target' } as const;
  expect(verdictOn('shipit --now shop-prod', 'user', entry)).toMatchObject({
    ...{ action: 'ask', tier: 'type', resource: 'shop-prod' },
  });
  expect(verdictOn('shipit', 'user', { match: 'shipit' })).toMatchObject({ tier: 'confirm' });
  expect(verdictOn('shipit', 'user', { match: 'shipit', action: 'deny' }).tier).toBeUndefined();
});

it('belongs to a question: a profile that has it elsewhere is wrong', () => {
  const lines = (confirm: string, action: string) =>
    `version: 1\ncommands: [{ match: x, action: ${action}, confirm: ${confirm} }]\n`;
  const parse = (text: string) =>
    parseProfile({ text, sha256: '' }, { file: 'x.yaml', isAgent: false });
  expect(() => parse(lines('review', 'ask'))).not.toThrow();
  expect(() => parse(lines('review', 'deny'))).toThrow(/`action: ask`/);
  expect(() => parse(lines('type', 'ask'))).toThrow();
});
