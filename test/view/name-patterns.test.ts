import { expect, test } from 'vitest';
import type { EffectiveProfile } from '../../src/profile/types.ts';
import { compileNames } from '../../src/view/name-patterns.ts';
import { fromLayer, patterns } from './session-view.ts';

function names(files: Partial<EffectiveProfile['files']>) {
  return compileNames({ hide: [], redact: [], expose: [], protect: [], ...files });
}

test('a pattern without a slash matches at any depth, one with a slash from the root', () => {
  const { secretBelow } = names({ hide: patterns('*.key', 'conf/x.txt', '**/.ssh/**') });
  for (const path of [
    'a.key',
    '.key',
    'd/e/.b.key',
    'conf/x.txt',
    '.ssh/id',
    'a/.ssh/b/c',
    'a\nb/.ssh/c\nd',
  ])
    expect(secretBelow(path)?.kind, path).toBe('hide');
  for (const path of ['a.keys', 'key', 'd/conf/x.txt', 'x.txt', 'ssh/id'])
    expect(secretBelow(path), path).toBeNull();
});

test('hide is stricter than redact', () => {
  expect(
    names({ hide: patterns('.env.prod'), redact: patterns('.env*') }).secret('.env.prod'),
  ).toEqual({
    kind: 'hide',
    pattern: '.env.prod',
  });
});

test('expose takes back defaults by a more exact name, and by any name from another layer', () => {
  const own = names({ redact: patterns('.env.*'), expose: patterns('.env.example', '*') });
  expect(own.secret('.env.example')).toBeNull();
  expect(own.secret('.env.local')).not.toBeNull();
  expect(
    names({ redact: patterns('.env.*'), expose: fromLayer('user', '*.local') }).secret(
      '.env.local',
    ),
  ).toBeNull();
});

test.each([
  ['user', 'repository'],
  ['organisation', 'user'],
  ['organisation', 'repository'],
  ['repository', 'user'],
] as const)('what the %s covers, the %s cannot uncover', (covering, exposing) => {
  const { secret } = names({
    hide: fromLayer(covering, 'x.*'),
    expose: fromLayer(exposing, 'x.txt'),
  });
  expect(secret('x.txt')?.kind).toBe('hide');
});
