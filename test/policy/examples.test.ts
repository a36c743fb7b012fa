import { describe, expect, it } from 'vitest';
import { compilePolicy, decide, opinionsOn } from '../../src/policy/decide.ts';
import { loadRulePacks } from '../../src/policy/load-rules.ts';
import type { ExampleData } from '../../src/policy/rules/pack.ts';
import { compareActions } from '../../src/policy/strictest.ts';
import { data, exec } from './support.ts';

const packs = await loadRulePacks();
const policy = compilePolicy(data({ packs }));
const shown = (example: ExampleData) => (typeof example === 'string' ? example : example.join(' '));

describe.each(packs.filter(({ rules }) => rules.length > 0))('pack $pack', ({ rules }) => {
  for (const { id, action, examples } of rules) {
    it.each(examples?.match ?? [])(`${id} matches: %s`, (example) => {
      const request = exec(example);
      expect(opinionsOn(policy, request).map(({ rule }) => rule)).toContain(id);
      // All packs together may be stricter than this rule, never milder.
      expect(
        compareActions(decide(policy, request).action, action),
        shown(example),
      ).toBeGreaterThanOrEqual(0);
    });

    it.each(examples?.pass ?? [])(`${id} lets pass: %s`, (example) => {
      // With every pack loaded: an example that another pack would refuse contradicts it.
      expect(decide(policy, exec(example))).toMatchObject({ action: 'allow', rule: 'default' });
    });
  }
});
