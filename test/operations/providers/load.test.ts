import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadProviders, providerIndex } from '../../../src/operations/load-providers.ts';
import { ProfileError } from '../../../src/profile/problem.ts';
import { call } from './support.ts';

const root = mkdtempSync(join(tmpdir(), 'guard-providers-'));
afterAll(() => rmSync(root, { recursive: true }));

let count = 0;
/** A configuration folder with these files as the user's providers. */
function config(files: Record<string, string>): string {
  const home = join(root, String((count += 1)));
  mkdirSync(join(home, 'guard', 'providers'), { recursive: true });
  for (const [name, text] of Object.entries(files))
    writeFileSync(join(home, 'guard', 'providers', name), text);
  return home;
}

const own = (id: string, hosts: string, routes = 'POST /burn/{thing}') => `provider: ${id}
name: Own
about: One of the user's.
hosts: [${hosts}]
rest:
  rules:
    - { class: destroy, routes: ['${routes}'], target: '{thing}' }
examples:
  - { request: POST /burn/it, class: destroy, target: it }
`;

describe('providers', () => {
  it('finds the most specific one', async () => {
    const home = config({
      'a.yaml': own('a', "'*.example', a.test"),
      'b.yaml': own('b', "'*.x.example', y.example"),
    });
    const providers = await loadProviders({ configHome: home });
    const ids = (host: string) => providers.of(host)?.id ?? null;
    expect(ids('api.example')).toBe('a');
    expect(ids('api.x.example')).toBe('b');
    expect(ids('deep.api.x.example')).toBe('b');
    expect(ids('Y.EXAMPLE.')).toBe('b');
    expect(ids('example')).toBeNull();
    expect(ids('backboard.railway.app')).toBe('railway');
    expect(ids('s3.eu-central-1.amazonaws.com')).toBe('aws');
  });

  it('classifies by the rules of the host, and by general ones elsewhere', async () => {
    const providers = await loadProviders({
      configHome: config({ 'a.yaml': own('a', 'a.example') }),
    });
    expect(providers.classify(call('POST /burn/x', { host: 'a.example' }))).toMatchObject({
      provider: 'a',
      operations: [{ name: 'POST /burn/{thing}', class: 'destroy', target: 'x' }],
    });
    expect(providers.classify(call('DELETE /x', { host: 'b.example' }))).toMatchObject({
      provider: null,
      operations: [{ name: 'DELETE /x', class: 'destroy' }],
    });
    expect(providers.summaries.has('generic')).toBe(false);
  });

  it('takes further hosts of a provider from a profile, before all others', async () => {
    const hosts = new Map([['kubernetes', ['k8s.internal.example', 'api.github.com']]]);
    const providers = await loadProviders({ configHome: config({}), hosts });
    expect(providers.of('k8s.internal.example')?.id).toBe('kubernetes');
    expect(providers.of('api.github.com')?.id).toBe('kubernetes');
  });

  it('lets one of the user take the place of a built-in one', async () => {
    const home = config({ 'railway.yaml': own('railway', 'backboard.railway.app') });
    const index = await providerIndex(home);
    expect(index.filter(({ id }) => id === 'railway')).toHaveLength(1);
    const providers = await loadProviders({ configHome: home });
    expect(providers.of('backboard.railway.com')).toBeNull();
    expect(
      providers.classify(call('POST /burn/x', { host: 'backboard.railway.app' })).operations,
    ).toMatchObject([{ class: 'destroy' }]);
  });

  it('tells nobody who speaks for a host twice', async () => {
    const hosts = (await providerIndex(config({}))).flatMap((one) => one.hosts);
    expect(hosts.filter((host, index) => hosts.indexOf(host) !== index)).toEqual([]);
  });

  it.each([
    ['a key that is none', own('a', 'a.example').replace('target:', 'tarqet:'), 7, 'tarqet'],
    [
      'a class that is none',
      own('a', 'a.example').replace('class: destroy, r', 'class: harm, r'),
      7,
      'class',
    ],
    ['a route that is none', own('a', 'a.example', 'burn it'), 7, 'routes'],
    ['another name than the file', own('b', 'a.example'), 1, 'provider'],
    ['a host that is none', own('a', 'https://a.example'), 4, 'hosts'],
    ['no YAML', 'provider: [', 1, ''],
  ])('refuses %s, and says where', async (_, text, line, key) => {
    const refused = await providerIndex(config({ 'a.yaml': text })).catch(
      (error: unknown) => error,
    );
    expect(refused).toBeInstanceOf(ProfileError);
    const [problem] = (refused as ProfileError).problems;
    expect(problem?.line).toBe(line);
    expect(problem?.file).toMatch(/guard\/providers\/a\.yaml$/);
    expect(problem?.key).toContain(key);
  });
});
