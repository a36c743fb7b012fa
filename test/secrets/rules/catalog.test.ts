import { expect, it } from 'vitest';
import { fileDescriptions } from '../../../src/secrets/files/descriptions.ts';
import { describeRule } from '../../../src/secrets/rules/catalog.ts';
import { loadRuleDetectors } from '../../../src/secrets/rules/load.ts';
import { DESCRIPTIONS as VALUE_DESCRIPTIONS } from '../../../src/secrets/values/descriptions.ts';

it('says what each kind is, whoever knows it', () => {
  for (const { id } of loadRuleDetectors()) expect(describeRule(id)?.description, id).toBeTruthy();
  for (const [id, description] of Object.entries({ ...fileDescriptions(), ...VALUE_DESCRIPTIONS }))
    expect(describeRule(id)).toEqual(description);
});

it('knows nothing of others', () => {
  for (const id of ['', 'github', 'github.none', 'constructor', '__proto__'])
    expect(describeRule(id)).toBeNull();
});

it('of a kind that opens everything says so', () => {
  for (const id of ['railway.account-token', 'github.personal-access-token-classic'])
    expect(describeRule(id)).toMatchObject({ unlimited: true });
  expect(describeRule('github.fine-grained-personal-access-token')?.unlimited).toBeUndefined();
});
