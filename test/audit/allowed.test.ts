import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { allowComments, meansRule } from '../../src/audit/allow-comment.ts';
import { applyBaseline, readBaseline, updateBaselineFile } from '../../src/audit/baseline.ts';
import { textOf } from '../../src/audit/examine.ts';
import type { AuditResult } from '../../src/audit/result.ts';
import { auditSettings } from '../../src/audit/settings.ts';
import { examiner, folder, places, secret } from './repository.ts';

async function audited(text: string, path = 'file'): Promise<AuditResult> {
  const made = examiner();
  await made.examine(textOf(path, Buffer.from(text)));
  return made.result;
}

it('reads allow comments in any language, and what their reason is', () => {
  for (const [line, rule, reason] of [
    ['// guard:allow test.key -- a fixture', 'test.key', 'a fixture'],
    ['# guard:allow test.* -- made up  ', 'test.*', 'made up'],
    ['<!-- guard:allow test.key -- it is public -->', 'test.key', 'it is public'],
    ['/* guard:allow test.key -- it is public */ x', 'test.key', 'it is public'],
    ['{# guard:allow test.key -- x #}', 'test.key', 'x'],
    ['-- guard:allow\ttest.key -- ключ', 'test.key', 'ключ'],
    ['# guard:allow test.key', 'test.key', null],
    ['# guard:allow test.key because', 'test.key', null],
    ['# guard:allow test.key --', 'test.key', null],
    ['# guard:allow test.key -- ', 'test.key', null],
    ['# guard:allow test.key -- ...', 'test.key', null],
    ['<!-- guard:allow test.key -- -->', 'test.key', null],
    ['/* guard:allow test.key -- */', 'test.key', null],
  ] as const)
    expect(allowComments(line), line).toEqual([{ rule, reason }]);
  expect(allowComments('guard: allow test.key -- x, guard:allow -- x, guard:allowed a.b')).toEqual(
    [],
  );
  expect(allowComments('guard:allow a.b -- one guard:allow c.d -- two')).toEqual([
    { rule: 'a.b', reason: 'one' },
    { rule: 'c.d', reason: 'two' },
  ]);
});

it('means one rule, or all of a provider', () => {
  expect(meansRule('test.key', 'test.key')).toBe(true);
  expect(meansRule('test.*', 'test.key')).toBe(true);
  expect(meansRule('*', 'test.key')).toBe(true);
  expect(meansRule('test', 'test.key')).toBe(false);
  expect(meansRule('tes.*', 'test.key')).toBe(false);
  expect(meansRule('test.key', 'test.keys')).toBe(false);
});

it('counts a comment on the line of the secret or the one above, of its rule, with a reason', async () => {
  const key = secret();
  for (const text of [
    `${key} # guard:allow test.key -- a fixture`,
    `/* guard:allow test.* -- a fixture */ ${key}`,
    `# guard:allow test.key -- a fixture\r\n${key}\r\n`,
    `${'x'.repeat(100_000)} ${key} // guard:allow test.key -- a fixture\n`,
  ]) {
    const { findings, allowed } = await audited(text);
    expect(findings).toEqual([]);
    expect(allowed).toMatchObject([{ by: 'comment', reason: 'a fixture' }]);
  }
  for (const text of [
    `# guard:allow test.key -- a fixture\n\n${key}`,
    `${key}\n# guard:allow test.key -- a fixture`,
    `${secret('TSTWEAK_')} # guard:allow test.* -- a fixture\n${key}`,
    `${key} # guard:allow test.sure -- a fixture`,
    `${key} # guard:allow test.key`,
  ])
    expect((await audited(text)).findings).toHaveLength(1);
});

it('says where a comment does not count for want of a reason', async () => {
  const { notices } = await audited(`a\n${secret()} # guard:allow test.key\n`);
  expect(notices).toEqual([
    {
      file: 'file',
      line: 2,
      text: 'guard:allow test.key does not count without a reason: guard:allow test.key -- WHY',
    },
  ]);
});

it('writes a baseline that is sorted and holds no secret, and counts what it knows no more', async () => {
  const file = join(folder(), 'baseline.json');
  const [one, two] = [secret(), secret()];
  const result = await audited(`x = ${two}\ny = ${one}\n`);
  expect(updateBaselineFile(file, result.findings, () => true)).toEqual({
    ...{ entries: 2, added: 2, removed: 0 },
  });
  const text = readFileSync(file, 'utf8');
  for (const value of [one, two]) expect(text).not.toContain(value.slice(8));
  const later = await audited(`new\ny = ${one}\nx = ${two}\nz = ${secret()}\n`);
  applyBaseline(later, readBaseline(file));
  expect(places(later)).toEqual(['file:4:5']);
  expect(later.allowed.map(({ by }) => by)).toEqual(['baseline', 'baseline']);
  // Found in another order, the file is the same.
  updateBaselineFile(file, [...result.findings].reverse(), () => true);
  expect(readFileSync(file, 'utf8')).toBe(text);
});

it('drops entries that are gone, of files that were looked at', async () => {
  const file = join(folder(), 'baseline.json');
  const [first, second] = [await audited(secret(), 'a'), await audited(secret(), 'b')];
  updateBaselineFile(file, [...first.findings, ...second.findings], () => true);
  const counts = updateBaselineFile(file, [], (path) => path === 'a');
  expect(counts).toEqual({ entries: 1, added: 0, removed: 1 });
  expect(readBaseline(file).map((entry) => entry.file)).toEqual(['b']);
});

it('cannot look where the baseline is none', () => {
  const file = join(folder(), 'baseline.json');
  expect(() => readBaseline(file)).toThrow(/there is no such file/);
  for (const [text, why] of [
    ['', 'it is not JSON'],
    ['[]', 'it is not a baseline of version 1'],
    ['null', 'it is not a baseline of version 1'],
    ['{"version":2,"findings":[]}', 'it is not a baseline of version 1'],
    ['{"version":1}', 'an entry lacks'],
    ['{"version":1,"findings":[{"fingerprint":"0","rule":"a","file":"b"}]}', 'an entry lacks'],
  ] as const) {
    writeFileSync(file, text);
    expect(() => readBaseline(file), text).toThrow(
      expect.objectContaining({ exitCode: 2, why: expect.stringContaining(why) as string }),
    );
    expect(() => updateBaselineFile(file, [], () => true), text).toThrow(why);
    expect(readFileSync(file, 'utf8')).toBe(text);
  }
});

it('counts exceptions and tiers of profiles, the repository’s own unless that is refused', async () => {
  const root = folder();
  const env = { HOME: root, XDG_CONFIG_HOME: join(root, 'config') };
  const organisationFile = join(root, 'policy.yaml');
  const settings = () => auditSettings({ repository: root, env, organisationFile });
  expect(await settings()).toEqual({ tier: null, exceptions: [] });
  const exception = '{ path: test/fixtures, rule: test.*, reason: made up }';
  writeFileSync(
    join(root, '.guard.yaml'),
    `version: 1\naudit: { tier: weak, exceptions: [${exception}, { path: "*.pem", rule: a.b, reason: x }] }\n`,
  );
  writeFileSync(organisationFile, 'version: 1\naudit: { tier: certain }\n');
  const { tier, exceptions } = await settings();
  expect(tier).toBe('weak');
  const [fixtures, pem] = exceptions;
  for (const path of ['test/fixtures', 'test/fixtures/a', 'test/fixtures/a/b\nc'])
    expect(fixtures?.matches(path)).toBe(true);
  for (const path of ['a/test/fixtures/b', 'test/fixtures2', 'test'])
    expect(fixtures?.matches(path)).toBe(false);
  expect(pem?.matches('deep/down/x.pem')).toBe(true);

  const made = examiner({ exceptions });
  const key = secret();
  await made.examine(textOf('test/fixtures/a', Buffer.from(key)));
  await made.examine(textOf('src/a', Buffer.from(key)));
  expect(places(made.result)).toEqual(['src/a:1:1']);
  expect(made.result.allowed).toMatchObject([{ by: 'profile', reason: 'made up' }]);

  writeFileSync(organisationFile, 'version: 1\naudit: { repository-exceptions: false }\n');
  expect(await settings()).toEqual({ tier: 'weak', exceptions: [] });
  writeFileSync(join(root, '.guard.yaml'), 'version: 1\naudit: { exceptions: [{ path: a }] }\n');
  await expect(settings()).rejects.toThrow(/\.guard\.yaml/);
});
