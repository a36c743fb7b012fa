// Credentials that the session never holds: where they come from, what a placeholder is worth and where, and for how long.
import { execFileSync } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { guard, outcome, startGuard } from '../../harness/guard.ts';
import { startService, type Respond } from '../../harness/service.ts';
import { INSIDE, makeWorld } from './world.ts';

const HOST = 'api.service.test';
const OTHER = 'other.service.test';
const random = (): string => randomBytes(20).toString('hex');

async function serving(credentials: string, respond?: Respond, network = '') {
  const world = makeWorld();
  const service = await startService(world, [HOST, OTHER], respond);
  world.profile(
    [HOST, OTHER, '*.names.test'],
    service.port,
    `credentials:\n${credentials}`,
    network,
  );
  return { world, service, env: { NODE_EXTRA_CA_CERTS: service.ca } };
}

/** Every file below the folder that holds the value, as it is or in base64. */
function holding(folder: string, value: string): string {
  const forms = [value, Buffer.from(value).toString('base64').slice(0, -4)];
  const words = forms.flatMap((form) => ['-e', form]);
  try {
    return execFileSync('grep', ['-rlaF', ...words, folder], { encoding: 'utf8' });
  } catch {
    return '';
  }
}

it('takes values from the environment, dotenv files, files and commands, and shows none of them', async () => {
  const real = { env: random(), dotenv: random(), file: random(), command: random() };
  const world = makeWorld();
  const service = await startService(world, [HOST]);
  const env = { NODE_EXTRA_CA_CERTS: service.ca };
  writeFileSync(join(world.repository, '.env'), `TWO=${real.dotenv}\nDEBUG=true\n`);
  writeFileSync(join(world.home, 'token'), `${real.file}\n`);
  const command = join(world.home, 'say-token');
  writeFileSync(command, `#!/bin/sh\necho ${real.command}\n`, { mode: 0o755 });
  world.profile(
    [HOST],
    service.port,
    `credentials:
  env: { from: { env: REAL_ONE }, hosts: [${HOST}], header: x-env-key, env: [ONE] }
  dotenv: { from: { dotenv: .env, name: TWO }, hosts: [${HOST}], header: x-dotenv-key }
  file: { from: { file: ~/token }, hosts: [${HOST}], header: x-file-key, env: [THREE] }
  command: { from: { command: [${command}] }, hosts: [${HOST}], env: [FOUR] }`,
  );
  const ask = (header: string): string => `curl -sS -H "${header}" https://${HOST}/`;
  const moved = Object.values(real).map((value) => [...Buffer.from(value)].map((code) => code + 1));
  const { said } = await world.steps(
    {
      env: ask('X-Env-Key: $ONE'),
      dotenv: ask('X-Dotenv-Key: $TWO'),
      file: ask('X-File-Key: $THREE'),
      command: ask('Authorization: Bearer $FOUR'),
      // What the file shows is what counts in its place.
      '.env': `. ./.env; ${ask('X-Dotenv-Key: $TWO')} && cat .env && echo "variable $(printenv TWO)"`,
      search: `echo '${JSON.stringify(moved)}' | node ${join(INSIDE, 'find.mjs')}`,
      elsewhere: ask('X-Env-Key: $TWO'),
      'not so': ask('X-Env-Key: Bearer $ONE'),
    },
    { env: { ...env, REAL_ONE: real.env } },
  );
  expect(said.search?.err).toBe('');
  const { found, looked } = JSON.parse(said.search?.out ?? '') as {
    found: string[];
    looked: number;
  };
  expect(found).toEqual([]);
  expect(looked).toBeGreaterThan(20);
  expect(service.arrived.map(({ headers }) => headers)).toMatchObject([
    { 'x-env-key': real.env },
    { 'x-dotenv-key': real.dotenv },
    { 'x-file-key': real.file },
    { authorization: `Bearer ${real.command}` },
    { 'x-dotenv-key': real.dotenv },
  ]);
  expect(said.elsewhere?.out).toContain('credential.misplaced');
  expect(said['not so']?.out).toContain('guard: refused: credential');
  const shown = /TWO=(\S+)/.exec(said['.env']?.out ?? '')?.[1];
  expect(said['.env']?.out).toContain(`variable ${shown}\n`);
  for (const value of Object.values(real)) {
    expect(JSON.stringify(said)).not.toContain(value);
    expect(holding(world.state, value)).toBe('');
  }
});

it('takes the value out of what is sent back: header, body, gzip, byte by byte', async () => {
  const real = random();
  const { world, env } = await serving(
    `  svc: { from: { env: REAL }, hosts: [${HOST}], env: [TOKEN] }`,
    ({ path, headers }, response) => {
      const text = `you are ${headers.authorization?.toString() ?? ''}, ${Buffer.from(real).toString('base64')}.`;
      response.setHeader('x-you-are', headers.authorization ?? '');
      if (path === '/gzip') {
        response.setHeader('content-encoding', 'gzip');
        return void response.end(gzipSync(text));
      }
      if (path === '/error') response.statusCode = 500;
      if (path !== '/slowly') return void response.end(text);
      let at = 0;
      const next = (): void => {
        if (at === text.length) return void response.end();
        response.write(text.charAt(at++));
        setImmediate(next);
      };
      next();
    },
  );
  const curl = (path: string, how: string): string =>
    `curl -sS -i --compressed ${how} -H "Authorization: Bearer $TOKEN" https://${HOST}${path}`;
  const { said } = await world.steps(
    Object.fromEntries(
      ['/', '/gzip', '/slowly', '/error'].flatMap((path) =>
        ['--http1.1', '--http2'].map((how) => [`${path} ${how}`, curl(path, how)]),
      ),
    ),
    { env: { ...env, REAL: real } },
  );
  expect(Object.keys(said)).toHaveLength(8);
  for (const [name, { out }] of Object.entries(said)) {
    expect(out, name).toMatch(/x-you-are: Bearer [0-9a-f]{40}\r/);
    expect(out, name).toMatch(/you are Bearer [0-9a-f]{40}, \S+\.$/);
    expect(out, name).not.toContain(real);
    expect(out, name).not.toContain(Buffer.from(real).toString('base64').slice(0, -4));
  }
});

it('lets neither a real value nor a placeholder out anywhere else, and tells of it', async () => {
  const [real, covered] = [random(), random()];
  const { world, service, env } = await serving(
    `  svc: { from: { env: REAL }, hosts: [${HOST}], env: [TOKEN], allow: [change] }`,
    undefined,
    `  inspect: [${OTHER}]`,
  );
  writeFileSync(join(world.repository, '.env'), `STRIPE_SECRET=sk_live_${covered}\n`);
  const secret = `R=sk_live_${covered.slice(0, 9)}; R="\${R}${covered.slice(9)}"`;
  const to = (how: string, path = '/', host = HOST): string =>
    `curl -sS --max-time 20 ${how} "https://${host}${path}"`;
  const leaks: Record<string, string> = {
    body: to('-d "{\\"a\\":\\"$R\\"}"'),
    path: to('', '/x/$R'),
    query: to('', '/?q=$R'),
    header: to('-H "X-Note: $R"'),
    base64: to('-d "$(printf %s "$R" | base64 -w0)"'),
    'base64 of more': to('-d "$(printf %s "a=$R&b=c" | base64 -w0)"'),
    hex: to('-d "$(printf %s "$R" | od -An -tx1 | tr -d " \\n")"'),
    'percent-encoded': to('-d "q=%73%6b_$(printf %s "$R" | cut -c4-)"'),
    compressed: `printf %s "$R" | gzip | ${to('--data-binary @- -H content-encoding:gzip')}`,
    'a stream': `(head -c 300000 /dev/zero; printf %s "$R"; head -c 300000 /dev/zero) | ${to('-T - -H content-type:application/octet-stream')}`,
    'a stream, h1': `(head -c 300000 /dev/zero; printf %s "$R"; head -c 300000 /dev/zero) | ${to('--http1.1 -T - -H content-type:application/octet-stream')}`,
    'other host': to('-d "$R"', '/', OTHER),
    basic: to('-u "me:$R"', '/', OTHER),
  };
  const misplaced: Record<string, string> = {
    'in a body': to('-d "$TOKEN"'),
    'in a path': to('', '/$TOKEN'),
    'at another host': to('-H "Authorization: Bearer $TOKEN"', '/', OTHER),
    'as a user': to('-u "$TOKEN:"'),
  };
  const { said } = await world.steps(
    {
      ...Object.fromEntries(
        Object.entries(leaks).map(([name, script]) => [name, `${secret}; ${script}`]),
      ),
      ...misplaced,
      name: 'getent hosts good.names.test | wc -l',
      'placeholder in a name': 'getent hosts "$TOKEN.names.test" | wc -l',
      'value in a name': `${secret}; getent hosts "$R.names.test" | wc -l`,
      control: to('-H "Authorization: Bearer $TOKEN" -d hello'),
    },
    { env: { ...env, REAL: real } },
  );
  const passed = Object.entries(said).filter(([, { out }]) => !out.includes('guard: refused'));
  expect(passed.map(([name, { out, err }]) => `${name}: ${out.trim()}${err}`)).toEqual([
    ...['name: 1', 'placeholder in a name: 0', 'value in a name: 0'],
    'control: {"data":{"ok":true}}',
  ]);
  for (const name of Object.keys(leaks)) expect(said[name]?.out, name).toContain('credential.leak');
  const whole = service.arrived.map(
    ({ body, headers }) => `${body.toString()} ${headers.authorization?.toString()}`,
  );
  expect(whole).toEqual([`hello Bearer ${real}`]);
  for (const form of [covered, covered.slice(0, 20), Buffer.from(covered).toString('hex')])
    expect(service.seen()).not.toContain(form);
  const journal = world.journals();
  expect(journal).toMatch(/tripwire: (a real secret|the placeholder)/);
  expect(journal).toContain('"rule":"credential.misplaced"');
  for (const value of [real, `sk_live_${covered}`]) {
    expect(holding(world.state, value)).toBe('');
    expect(JSON.stringify(said)).not.toContain(value);
  }
});

it('is worth nothing when its time is over', async () => {
  const real = random();
  const { world, service, env } = await serving(
    `  svc: { from: { env: REAL }, hosts: [${HOST}], env: [TOKEN], ttl: 3s }`,
  );
  const curl = `curl -sS -H "Authorization: Bearer $TOKEN" https://${HOST}/`;
  const { said } = await world.steps(
    {
      until: `until ${curl} >/tmp/answer && grep guard /tmp/answer; do echo ok; sleep 0.2; done`,
      after: curl,
    },
    { env: { ...env, REAL: real } },
  );
  expect(said.until?.out).toMatch(/^(?:ok\n)*guard: refused: credential\.expired/);
  expect(said.after?.out).toContain('credential.expired');
  expect(service.arrived).toHaveLength(said.until?.out.match(/^ok$/gm)?.length ?? 0);
});

it('is worth nothing from the moment it is revoked', async () => {
  const real = random();
  const { world, service, env } = await serving(
    `  svc: { from: { env: REAL }, hosts: [${HOST}], env: [TOKEN] }
  other: { from: { env: REAL_OTHER }, hosts: [${HOST}], header: x-other, env: [OTHER] }`,
  );
  const [svc, other] = ['Authorization: Bearer $TOKEN', 'X-Other: $OTHER'].map(
    (header) => `curl -sS -H "${header}" https://${HOST}/`,
  );
  const script = `${svc}; echo; until [ -e go ]; do sleep 0.05; done; ${svc}; ${other}`;
  const session = startGuard(world, ['run', '--quiet', '--', 'sh', '-c', script], {
    env: { ...env, REAL: real, REAL_OTHER: random() },
  });
  const ended = outcome(session);
  await expect.poll(() => service.arrived.length, { timeout: 30_000 }).toBe(1);
  const revoked = await guard(world, ['revoke', 'svc']);
  expect(revoked).toMatchObject({ code: 0, stderr: '' });
  writeFileSync(join(world.repository, 'go'), '');
  const { stdout } = await ended;
  expect(stdout).toMatch(
    /^\{"data":\{"ok":true\}\}\nguard: refused: credential\.revoked[^]*\{"data":\{"ok":true\}\}$/,
  );
  expect(service.arrived.map(({ headers }) => headers.authorization)).toEqual([
    `Bearer ${real}`,
    undefined,
  ]);
});

it('is narrowed by --grant, whatever the profile allows', async () => {
  const world = makeWorld();
  const host = 'backboard.railway.app';
  const service = await startService(world, [host]);
  world.profile(
    [host],
    service.port,
    `credentials:
  railway: { from: { env: REAL }, provider: railway, env: [FIRST], allow: [change] }
  second: { from: { env: REAL_2 }, provider: railway, env: [SECOND] }`,
  );
  const ask = (token: string, query: string): string =>
    `curl -sS -H "Authorization: Bearer $${token}" -H content-type:application/json -d '${JSON.stringify({ query })}' https://${host}/graphql/v2`;
  const run = await guard(
    world,
    [
      ...['run', '--quiet', '--grant', 'railway:read', '--task', 'check staging', '--', 'sh', '-c'],
      [
        ask('FIRST', '{ me { id } }'),
        ask('FIRST', 'mutation { projectUpdate(id: "p", input: {}) { id } }'),
        ask('SECOND', '{ me { id } }'),
      ].join('; echo; '),
    ],
    { env: { NODE_EXTRA_CA_CERTS: service.ca, REAL: randomUUID(), REAL_2: randomUUID() } },
  );
  const [read, change, second] = run.stdout.split('\n').filter(Boolean);
  expect(read).toBe('{"data":{"ok":true}}');
  expect(change).toContain('session.grant');
  expect(second).toContain('session.grant');
  expect(service.arrived).toHaveLength(1);
  expect(world.journals()).toContain('check staging');
});
