import { expect, it } from 'vitest';
import { readHostAddress, readHosts } from '../../src/egress/hosts.ts';
import type { Source } from '../../src/policy/types.ts';

const source: Source = { layer: 'user', file: 'profile.yaml', line: 7 };

it.each([
  ['192.0.2.1', { address: '192.0.2.1', port: null }],
  ['192.0.2.1:8080', { address: '192.0.2.1', port: 8080 }],
  ['::1', { address: '::1', port: null }],
  ['[::1]', { address: '::1', port: null }],
  ['[::1]:443', { address: '::1', port: 443 }],
])('reads %s', (text, expected) => expect(readHostAddress(text)).toEqual(expected));

it.each([
  '',
  'localhost',
  'localhost:80',
  '1.2.3',
  '1.2.3.4:',
  '1.2.3.4:0',
  '1.2.3.4:65536',
  '[1.2.3.4]:1',
  '1.2.3.4:80:80',
])('refuses %j', (text) => expect(readHostAddress(text)).toBeNull());

it('lets the later layer count, whatever the letter case', () => {
  const hosts = readHosts([
    { value: { name: 'A.test', address: '127.0.0.1' }, source },
    { value: { name: 'a.test.', address: '127.0.0.2:1' }, source },
  ]);
  expect([...hosts]).toEqual([['a.test', { address: '127.0.0.2', port: 1 }]]);
});

it('names the line of an entry it cannot use', () => {
  const read = () => readHosts([{ value: { name: 'a.test', address: 'elsewhere' }, source }]);
  expect(read).toThrow('network.hosts in profile.yaml:7: "elsewhere" is no address.');
});
