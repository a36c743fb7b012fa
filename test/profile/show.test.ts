import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadProfile } from '../../src/profile/load.ts';
import { renderProfile } from '../../src/profile/show.ts';
import { renderProfileReference } from '../../src/profile/reference.ts';
import { profileJsonSchema, profileSchema } from '../../src/profile/schema.ts';
import { places } from './places.ts';

it('prints every line with the file and line it came from, as YAML that is a profile', async () => {
  const here = places();
  here.user(
    'version: 1\ncommands: [{ match: "git push", action: ask, reason: "It\'s public." }]\nenv: { set: { A: "it\'s # 1" } }\nnetwork: { hosts: { db: "[::1]:5432" }, host-ports: [5432], allow: ["*.x.example"] }',
  );
  here.repo('version: 1\nnetwork: { allow: [evil.example] }\nfiles: { hide: ["a b"] }');
  const profile = await loadProfile({ ...here.options, agent: 'claude' });
  const lines = renderProfile(profile);
  for (const line of lines.filter((each) => !/^#|:$/.test(each)))
    expect(line).toMatch(/ # (profiles|\/).*\.yaml:[1-9]\d*$/);
  const text = lines.join('\n');
  expect(text).toContain(`# repository: ${here.repository}/.guard.yaml (not trusted`);
  expect(text).toMatch(/#   network.allow\[0\]: evil.example +# .*\.guard\.yaml:2/);
  const document = profileSchema.parse({ version: 1, ...(parse(text) as object) });
  expect(document.env?.set?.A).toBe("it's # 1");
  expect(document.network?.allow).toEqual(profile.network.allow.map(({ value }) => value));
  expect(document.files?.hide).toContain('a b');
  expect(document.commands).toEqual(profile.commands.map(({ value }) => value));
});

it('writes out what a terminal would act on', async () => {
  const here = places();
  here.user('version: 1\nenv: { set: { A: "\\e[2J\\u202e\\nB: 1" } }');
  const text = renderProfile(await loadProfile(here.options)).join('\n');
  expect(text).not.toMatch(/\u001b|\u202e/);
  expect(text).toContain('\\\\e[2J');
});

it('has a JSON Schema that describes every key', () => {
  const undescribed: string[] = [];
  const visit = (schema: Record<string, unknown>, path: string): void => {
    for (const [key, each] of Object.entries(schema.properties ?? {})) {
      const child = each as Record<string, unknown>;
      if (!child.description) undescribed.push(`${path}.${key}`);
      visit(child, `${path}.${key}`);
    }
  };
  visit(profileJsonSchema(), '');
  expect(undescribed).toEqual([]);
  expect(profileJsonSchema()).toMatchObject({ additionalProperties: false, required: ['version'] });
});

it('docs/profile.md says what the schema says (vitest -u writes it)', async () => {
  await expect(renderProfileReference()).toMatchFileSnapshot('../../docs/profile.md');
});
