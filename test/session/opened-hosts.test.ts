import { expect, it } from 'vitest';
import type { CredentialEntry } from '../../src/credentials/types.ts';
import type { LayerName } from '../../src/policy/types.ts';
import type { CallRule, EffectiveProfile } from '../../src/profile/types.ts';
import { mayReachOpened, openedHosts } from '../../src/session/opened-hosts.ts';

const SUMMARIES = [
  { id: 'railway', name: 'Railway', hosts: ['backboard.railway.app'], credentials: [] },
  { id: 'gcp', name: 'Google', hosts: ['*.googleapis.com'], credentials: [] },
];

interface Setting {
  allow?: string[];
  inspect?: string[];
  opaque?: [LayerName, string][];
  rules?: [LayerName, CallRule][];
  credentials?: Pick<CredentialEntry, 'provider' | 'hosts'>[];
}

function profile(setting: Setting): Pick<EffectiveProfile, 'network' | 'credentials'> {
  const from = (layer: LayerName) => ({ layer, file: layer, line: 1 });
  const of = <T>(layer: LayerName, value: T) => ({ value, source: from(layer) });
  return {
    network: {
      allow: (setting.allow ?? []).map((value) => of('user', value)),
      inspect: (setting.inspect ?? []).map((value) => of('user', value)),
      opaque: (setting.opaque ?? []).map(([layer, value]) => of(layer, value)),
      rules: (setting.rules ?? []).map(([layer, value]) => of(layer, value)),
    } as unknown as EffectiveProfile['network'],
    credentials: (setting.credentials ?? []).map((value) => of('user', value as CredentialEntry)),
  };
}

function opens(setting: Setting, host: string, port = 443): boolean {
  return openedHosts(profile(setting), SUMMARIES).opens(host, port);
}

it('opens hosts of providers at the ports of the web, others on every port', () => {
  expect(opens({}, 'backboard.railway.app')).toBe(true);
  expect(opens({}, 'storage.googleapis.com', 80)).toBe(true);
  expect(opens({}, 'backboard.railway.app', 22)).toBe(false);
  expect(opens({}, 'example.com')).toBe(false);
  expect(opens({ inspect: ['example.com'] }, 'example.com', 8443)).toBe(true);
  expect(
    opens({ rules: [['user', { host: '*.example.com', action: 'deny' }]] }, 'a.example.com'),
  ).toBe(true);
  const k8s = { credentials: [{ provider: 'kubernetes', hosts: ['k8s.test:6443'] }] };
  expect(opens(k8s, 'k8s.test', 6443)).toBe(true);
  expect(opens(k8s, 'k8s.test', 443)).toBe(false);
});

it('leaves databases to their own gate', () => {
  const db = { credentials: [{ provider: 'postgres', hosts: ['db.test:5432'] }] };
  expect(opens(db, 'db.test', 5432)).toBe(false);
});

it('does not open what is opaque, unless a stronger layer refuses something there', () => {
  const HOST = 'backboard.railway.app';
  const repository: Setting['opaque'] = [['repository', HOST]];
  const rule = (layer: LayerName, more: Partial<CallRule> = {}): Setting['rules'] => [
    [layer, { class: 'destroy', action: 'deny', ...more }],
  ];
  expect(opens({ opaque: repository }, HOST)).toBe(false);
  for (const layer of ['user', 'organisation'] as const) {
    expect(opens({ opaque: repository, rules: rule(layer) }, HOST)).toBe(true);
    expect(opens({ opaque: repository, rules: rule(layer, { provider: 'railway' }) }, HOST)).toBe(
      true,
    );
    expect(opens({ opaque: repository, rules: rule(layer, { host: HOST }) }, HOST)).toBe(true);
    expect(opens({ opaque: repository, rules: rule(layer, { provider: 'gcp' }) }, HOST)).toBe(
      false,
    );
    expect(opens({ opaque: repository, rules: rule(layer, { action: 'allow' }) }, HOST)).toBe(
      false,
    );
  }
  expect(opens({ opaque: [['user', HOST]], rules: rule('user') }, HOST)).toBe(false);
  expect(opens({ opaque: [['user', HOST]], rules: rule('organisation') }, HOST)).toBe(true);
});

it("keeps an agent's own model closed but to a rule that names its host", () => {
  const HOST = 'generativelanguage.googleapis.com';
  const opaque: Setting['opaque'] = [['default', HOST]];
  const destroy: CallRule = { class: 'destroy', action: 'deny' };
  expect(opens({ opaque, rules: [['user', destroy]] }, HOST)).toBe(false);
  expect(opens({ opaque, rules: [['user', { ...destroy, provider: 'gcp' }]] }, HOST)).toBe(false);
  expect(opens({ opaque, rules: [['user', { ...destroy, host: HOST }]] }, HOST)).toBe(true);
});

it('knows whether any allowed host may be opened', () => {
  const reaches = (setting: Setting): boolean =>
    mayReachOpened(profile(setting), openedHosts(profile(setting), SUMMARIES));
  expect(reaches({ allow: ['example.com', '*.example.com'] })).toBe(false);
  for (const allowed of [
    '*',
    'backboard.railway.app',
    '*.railway.app',
    'x.googleapis.com',
    '*.com',
  ])
    expect(reaches({ allow: [allowed] })).toBe(true);
  expect(reaches({ allow: ['*.cursor.sh'] })).toBe(false);
});
