import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { publishedPorts } from '../../src/profile/compose-ports.ts';
import { loadProfile } from '../../src/profile/load.ts';
import { scaffold, writeScaffold } from '../../src/profile/scaffold.ts';
import { survey } from '../../src/profile/survey.ts';
import { places, without } from './places.ts';

function project() {
  const here = places();
  const put = (path: string, text = ''): string => here.write(join(here.repository, path), text);
  put('package.json', '{}');
  put('pyproject.toml');
  put('railway.json', '{}');
  put('.git/config', '[remote "origin"]\n\turl = git@code.example:o/r.git\n');
  put('.env');
  put('.env.example');
  put('ops/domains/.env.railway');
  put('node_modules/x/.env');
  put('infra/main.tf');
  put('packages/api/migrations/1.sql');
  put('services/evil\n"] }/.env');
  put('compose.yaml', 'services:\n  db: { ports: ["127.0.0.1:5432:5432", "6379:6379/tcp"] }');
  return here;
}

it('suggests what it finds', () => {
  const found = survey(project().repository);
  expect(found.registries.map(({ host }) => host)).toEqual([
    'registry.npmjs.org',
    'pypi.org',
    'files.pythonhosted.org',
  ]);
  expect(found.ports).toEqual([
    { port: 5432, file: 'compose.yaml' },
    { port: 6379, file: 'compose.yaml' },
  ]);
  expect(found.dotenv).toEqual(['.env', 'ops/domains/.env.railway', 'services/evil\n"] }/.env']);
  expect(found.infrastructure).toEqual(['infra', 'packages/api/migrations']);
  expect(found.commands.map(({ match }) => match)).toEqual(['railway up']);
});

it('writes a file that is valid, changes nothing, and is valid with every suggestion taken', async () => {
  const here = project();
  const before = await loadProfile(here.options);
  const text = scaffold(survey(here.repository));
  writeScaffold(here.repository, text);
  const after = await loadProfile(here.options);
  expect(without(after, 'sources')).toEqual(without(before, 'sources'));

  const [head = '', body = ''] = text.split('version: 1\n');
  expect(head.split('\n').every((line) => !line || line.startsWith('# '))).toBe(true);
  here.repo(`version: 1\n${body.replaceAll(/^# /gm, '')}`);
  const taken = await loadProfile({ ...here.options, repositoryTrust: 'trusted' });
  expect(taken.files.protect.map(({ value }) => value)).toContain('packages/api/migrations/**');
  expect(taken.network.hostPorts.map(({ value }) => value)).toEqual([5432, 6379]);
  expect(taken.broker.map(({ value }) => value)).toEqual(['git', 'railway']);
  expect(taken.commands.map(({ value }) => value.match)).toEqual(['railway up', 'make deploy']);
});

it('is valid for an empty repository too', async () => {
  const here = places();
  const text = scaffold(survey(here.repository));
  here.repo(`version: 1\n${(text.split('version: 1\n')[1] ?? '').replaceAll(/^# /gm, '')}`);
  await expect(loadProfile(here.options)).resolves.toBeTruthy();
});

it('never overwrites, nor writes through a link', () => {
  const here = places();
  const file = here.repo('mine');
  expect(() => writeScaffold(here.repository, 'x')).toThrow(/there is one already/);
  expect(readFileSync(file, 'utf8')).toBe('mine');
  const there = places();
  symlinkSync(join(there.home, 'x'), join(there.repository, '.guard.yaml'));
  expect(() => writeScaffold(there.repository, 'x')).toThrow(/there is one already/);
});

it.each<[string, number[]]>([
  ['services: { a: { ports: ["8080:80", "9000-9005:9000-9005", "53:53/udp", 3000] } }', [8080]],
  ['services: { a: { ports: [{ target: 80, published: "8081" }] } }', [8081]],
  ['services: { a: { ports: "80" }, b: null, c: [] }', []],
  ['services: 1', []],
  ['[', []],
  ['{a: '.repeat(50_000), []],
])('published ports of %.70j', (text, ports) => {
  expect(publishedPorts(text)).toEqual(ports);
});
