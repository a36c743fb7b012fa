import { expect, it } from 'vitest';
import { entry, REAL, world } from './world.ts';

it('gives the variables of the usual place, all of its names', () => {
  const w = world();
  const { env } = w.credentials;
  expect(env['RAILWAY_API_TOKEN']).toBe(w.of('railway'));
  expect(env['RAILWAY_TOKEN']).toBeUndefined();
  expect([env['GH_TOKEN'], env['GITHUB_TOKEN']]).toEqual([w.of('github'), w.of('github')]);
  expect(env['AWS_ACCESS_KEY_ID']).toBe(w.of('aws'));
  expect(env['AWS_SECRET_ACCESS_KEY']).toBe(w.credentials.standInFor(REAL.awsSecret));
  expect(env['AWS_SESSION_TOKEN']).toBe(w.credentials.standInFor(REAL.awsSession));
  for (const real of Object.values(REAL)) expect(JSON.stringify(env)).not.toContain(real);
});

it("gives those of the place that the user's own variable belongs to", () => {
  const from = { kind: 'dotenv', file: '.env', name: 'RAILWAY_TOKEN' } as const;
  const w = world([entry('railway', { from })]);
  expect(w.credentials.env).toEqual({ RAILWAY_TOKEN: w.of('railway') });
});

it('gives those that the entry names, or the one it has outside where nobody names any', () => {
  const named = world([entry('railway', { env: ['A', 'B'] })]);
  expect(named.credentials.env).toEqual({ A: named.of('railway'), B: named.of('railway') });
  const from = { kind: 'env', name: 'OWN_TOKEN' } as const;
  const own = world([entry('own', { provider: null, hosts: ['own.test'], from })], {
    own: REAL.stripe,
  });
  expect(own.credentials.env).toEqual({ OWN_TOKEN: own.of('own') });
});

it('leaves a variable to the first that wants it', () => {
  const two = [entry('railway'), entry('second', { provider: 'railway' })];
  const w = world(two, { second: REAL.stripe });
  expect(w.credentials.env).toEqual({ RAILWAY_API_TOKEN: w.of('railway') });
});

it('says what is missing, and grants the rest', () => {
  const w = world([entry('railway'), entry('github'), entry('x', { provider: 'none' })], {
    railway: { missing: 'RAILWAY_TOKEN is not set' },
    x: REAL.stripe,
  });
  expect(w.credentials.missing).toEqual([
    { name: 'railway', why: 'RAILWAY_TOKEN is not set' },
    { name: 'x', why: 'there is no provider none' },
  ]);
  expect(Object.keys(w.credentials.env)).toEqual(['GH_TOKEN', 'GITHUB_TOKEN']);
});

it('says what is weak', () => {
  const w = world([entry('railway')], { railway: 'password' });
  expect(w.credentials.weak.map(({ name }) => name)).toEqual(['railway', 'railway']);
  expect(JSON.stringify(w.credentials.weak)).not.toContain('"password"');
  expect(world().credentials.weak).toEqual([]);
});

it('has another placeholder for each credential and in each session', () => {
  const two = [entry('railway'), entry('second', { provider: 'railway' })];
  const w = world(two, { second: REAL.railway });
  const again = world(two, { second: REAL.railway });
  expect(w.of('railway')).not.toBe(again.of('railway'));
  expect(w.credentials.secrets).toEqual([REAL.railway]);
});
