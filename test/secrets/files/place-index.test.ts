import { expect, it } from 'vitest';
import { PlaceIndex } from '../../../src/secrets/files/place-index.ts';

const PATTERNS = [
  '.npmrc',
  '.docker/config.json',
  '*.tfstate',
  '.env*',
  '*-sa*.json',
  'keys/*.key',
  'svn.simple/*',
  'a/b/c.txt',
  'web.*.config',
];

function indexed(): PlaceIndex<string> {
  const index = new PlaceIndex<string>();
  for (const pattern of PATTERNS) index.add(pattern, pattern);
  return index;
}

it.each([
  ['.npmrc', ['.npmrc']],
  ['deep/down/.NPMRC', ['.npmrc']],
  ['.npmrc.bak', []],
  ['x.npmrc', []],
  ['config.json', []],
  ['.docker/config.json', ['.docker/config.json']],
  ['home/.docker/config.json', ['.docker/config.json']],
  ['home/my.docker/config.json', []],
  ['prod.tfstate', ['*.tfstate']],
  ['.tfstate', ['*.tfstate']],
  ['prod.tfstate.json', []],
  ['.env', ['.env*']],
  ['.env.local', ['.env*']],
  ['my.env', []],
  ['prod-sa-1.json', ['*-sa*.json']],
  ['prod-sa.json', ['*-sa*.json']],
  ['prod-s.json', []],
  ['keys/a.key', ['keys/*.key']],
  ['monkeys/a.key', []],
  ['svn.simple/anything', ['svn.simple/*']],
  ['svn.simple/deeper/anything', []],
  ['a/b/c.txt', ['a/b/c.txt']],
  ['z/a/b/c.txt', ['a/b/c.txt']],
  ['b/c.txt', []],
  ['web.release.config', ['web.*.config']],
  ['web.config', []],
])('%s', (path, expected) => {
  const index = indexed();
  expect(index.at(path)).toEqual(expected);
  expect(index.at(path)).toEqual(expected);
});

it('refuses what would have to be compared with every path', () => {
  expect(() => new PlaceIndex<string>().add('*x', '')).toThrow('too general');
});
