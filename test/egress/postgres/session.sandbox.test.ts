import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { guard, makePlace, outcome, startGuard, type Outcome } from '../../harness/guard.ts';
import { userProfile } from '../../harness/profile.ts';
import { binaries, PASSWORDS, startPostgres } from './server.ts';

const available = binaries() !== null;

/** A session with the server's address in `.env`, and psql by that variable. */
async function database(rules = '[]') {
  const place = makePlace();
  const server = await startPostgres();
  place.atEnd(() => server.stop());
  server.sql(
    'CREATE TABLE orders (id int); INSERT INTO orders VALUES (1), (2); GRANT ALL ON orders TO scram;',
  );
  writeFileSync(
    join(place.repository, '.env'),
    `DATABASE_URL=postgres://scram:${PASSWORDS.scram}@localhost:${server.port}/postgres\n`,
  );
  userProfile(
    place,
    `commands: [{ match: psql, action: allow }]
network: { host-ports: [${server.port}], rules: ${rules} }
credentials:
  db:
    from: { dotenv: .env, name: DATABASE_URL }
    provider: postgres
    allow: [read, change]`,
  );
  const sql = (text: string): Promise<Outcome> =>
    guard(place, ['run', '--quiet', '--', 'sh', '-c', 'psql -At "$DATABASE_URL" -c "$0"', text]);
  const journal = (): string => {
    const sessions = join(place.state, 'guard', 'sessions');
    return readdirSync(sessions)
      .map((id) => readFileSync(join(sessions, id, 'journal.jsonl'), 'utf8'))
      .join('');
  };
  return { place, server, sql, journal };
}

it.skipIf(!available)(
  'logs in with a password the session never has, and judges statements',
  async () => {
    const { place, server, sql, journal } = await database();
    const read = await sql('SELECT count(*) FROM orders');
    expect(read).toMatchObject({ code: 0, stdout: '2\n' });
    expect((await sql('INSERT INTO orders VALUES (3)')).stdout).toContain('INSERT 0 1');
    const dropped = await sql('DROP TABLE orders');
    expect(dropped.stderr).toContain('guard: refused');
    expect(dropped.code).not.toBe(0);
    expect((await sql('SELECT 1; DELETE FROM orders')).stderr).toContain('guard: refused');
    expect(server.log()).not.toMatch(/DROP TABLE orders|DELETE FROM/);
    expect(server.sql('SELECT count(*) FROM orders').trim()).toBe('3');
    expect(journal()).toContain('sql DROP TABLE');
    const seen = await guard(place, ['run', '--quiet', '--', 'sh', '-c', 'env; cat .env']);
    expect(seen.stdout).not.toContain(PASSWORDS.scram);
    const [shown, kept] = [...seen.stdout.matchAll(/^DATABASE_URL=(.*)$/gm)].map(([, url]) => url);
    expect(shown).toBe(kept);
    expect(journal()).not.toContain(PASSWORDS.scram);
  },
);

it.skipIf(!available)('takes no password but its own, and none that was not granted', async () => {
  const { place, server } = await database();
  const wrong = await guard(place, [
    ...['run', '--quiet', '--', 'sh', '-c'],
    `PGPASSWORD=${PASSWORDS.scram} psql -h localhost -p ${server.port} -U scram postgres -c 'SELECT 1'`,
  ]);
  expect(wrong.stderr).toContain('none that guard issued');
  const narrowed = await guard(place, [
    ...['run', '--quiet', '--grant', 'db:read', '--', 'sh', '-c'],
    'psql -At "$DATABASE_URL" -c "SELECT 1" && psql -At "$DATABASE_URL" -c "INSERT INTO orders VALUES (9)"',
  ]);
  expect(narrowed).toMatchObject({
    stdout: '1\n',
    stderr: expect.stringContaining('session.grant') as string,
  });
  expect(server.log()).not.toContain('VALUES (9)');
});

it.skipIf(!available)('ends a connection together with the right to it', async () => {
  const { place, server } = await database();
  const asked = "(echo 'SELECT 11;'; until [ -e go ]; do sleep 0.05; done; echo 'SELECT 22;')";
  const session = startGuard(place, [
    ...['run', '--quiet', '--', 'sh', '-c', `${asked} | psql -At "$DATABASE_URL"`],
  ]);
  const ended = outcome(session);
  const open = (): string =>
    server.sql("SELECT count(*) FROM pg_stat_activity WHERE usename = 'scram'").trim();
  await expect.poll(() => server.log(), { timeout: 30_000 }).toContain('SELECT 11');
  expect(open()).toBe('1');
  expect(await guard(place, ['revoke', 'db'])).toMatchObject({ code: 0 });
  await expect.poll(open, { timeout: 30_000 }).toBe('0');
  writeFileSync(join(place.repository, 'go'), '');
  expect((await ended).stdout).toBe('11\n');
  expect(server.log()).not.toContain('SELECT 22');
});

it.skipIf(!available)(
  'ends the session where a rule says kill, before the server hears of it',
  async () => {
    const { server, sql } = await database("[{ operation: 'sql TRUNCATE*', action: kill }]");
    expect(await sql('TRUNCATE orders')).toMatchObject({ code: 137, stdout: '' });
    expect(server.log()).not.toContain('TRUNCATE orders');
    expect(server.sql('SELECT count(*) FROM orders').trim()).toBe('2');
  },
);
