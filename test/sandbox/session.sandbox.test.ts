import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import type { JournalEvent } from '../../src/session/events.ts';
import {
  guard,
  GUARD,
  inside,
  makePlace,
  startGuard,
  outcome,
  type Place,
} from '../harness/guard.ts';
import { userProfile } from '../harness/profile.ts';

async function journal(place: Place): Promise<JournalEvent[]> {
  const { stdout } = await guard(place, ['log', 'latest', '--json']);
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as JournalEvent);
}

it('builds the environment from an allow-list', async () => {
  const place = makePlace();
  const env = {
    API_TOKEN: 'x',
    LD_PRELOAD: '/none.so',
    BASH_ENV: '/etc/passwd',
    TZ: 'UTC',
    LC_ALL: 'C.UTF-8',
  };
  const { stdout } = await inside(place, 'env | cut -d= -f1 | sort', { env });
  const names = stdout.trim().split('\n');
  expect(names).toEqual(expect.arrayContaining(['HOME', 'LC_ALL', 'PATH', 'PWD', 'TZ']));
  for (const name of ['API_TOKEN', 'LD_PRELOAD', 'BASH_ENV', 'XDG_STATE_HOME', 'XDG_CONFIG_HOME'])
    expect(names).not.toContain(name);
});

it('shows no process but those of the session', async () => {
  const { stdout } = await inside(
    makePlace(),
    'for p in /proc/[0-9]*; do readlink $p/exe; done; echo $$',
  );
  const lines = stdout.trim().split('\n');
  expect(lines.length).toBeLessThan(6);
  expect(Number(lines.at(-1))).toBeLessThan(10);
});

it('leaves no capability and no way to gain one', async () => {
  const { stdout } = await inside(makePlace(), 'cat /proc/self/status');
  const status = new Map(stdout.split('\n').map((line) => line.split(':\t') as [string, string]));
  for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'])
    expect([set, status.get(set)]).toEqual([set, '0000000000000000']);
  expect(status.get('NoNewPrivs')).toBe('1');
  expect(status.get('Seccomp')).toBe('2');
  expect(Number(status.get('Uid')?.split('\t')[0])).toBe(process.getuid?.());
});

it('has namespaces of its own', async () => {
  const kinds = ['mnt', 'pid', 'ipc', 'uts', 'net', 'user'];
  const { stdout } = await inside(makePlace(), `cd /proc/self/ns; readlink ${kinds.join(' ')}`);
  const own = stdout.trim().split('\n');
  expect(own).toHaveLength(kinds.length);
  kinds.forEach((kind, at) => expect(own[at]).not.toBe(readlinkSync(`/proc/self/ns/${kind}`)));
});

it.each([0, 1, 7, 125, 255])('passes exit code %i on', async (code) => {
  expect((await inside(makePlace(), `exit ${code}`)).code).toBe(code);
});

it.each([
  ['TERM', 143],
  ['KILL', 137],
  ['SEGV', 139],
])('reports death by SIG%s as %i', async (signal, code) => {
  expect((await inside(makePlace(), `kill -${signal} $$`)).code).toBe(code);
});

it.each(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGQUIT'] as const)(
  'forwards %s to the command',
  async (signal) => {
    const script = `trap 'echo got; exit 9' ${signal.slice(3)}; echo ready; while :; do sleep 0.05; done`;
    const child = startGuard(makePlace(), ['run', '-q', 'sh', '-c', script]);
    const ended = outcome(child);
    await new Promise((resolve) => child.stdout?.once('data', resolve));
    child.kill(signal);
    expect(await ended).toMatchObject({ stdout: 'ready\ngot\n', code: 9 });
  },
  10_000,
);

it('lets a signal nobody handles end the command', async () => {
  const child = startGuard(makePlace(), ['run', '-q', 'sh', '-c', 'echo ready; exec sleep 600']);
  const ended = outcome(child);
  await new Promise((resolve) => child.stdout?.once('data', resolve));
  child.kill('SIGTERM');
  expect((await ended).code).toBe(143);
});

it('passes arguments byte for byte', async () => {
  const place = makePlace();
  const args = [
    '',
    ' ',
    'a b',
    `'"\`$HOME\\`,
    'new\nline',
    'Grüße 🛡',
    '--help',
    '-x',
    '*',
    '\x1b[31m',
    '{"a":1}',
    '--',
  ];
  const { stdout } = await guard(place, ['run', '-q', 'printf', '%s\\0', ...args]);
  expect(stdout.split('\0').slice(0, -1)).toEqual(args);
});

it('starts in the folder of the caller', async () => {
  const place = makePlace();
  const folder = join(place.repository, 'a b', 'ü');
  mkdirSync(folder, { recursive: true });
  mkdirSync(join(place.repository, '.git'));
  const { stdout } = await guard(place, ['run', '-q', 'pwd'], { cwd: folder });
  expect(stdout).toBe(`${folder}\n`);
});

it('finds programs on PATH, by a path, and through a link in the repository', async () => {
  const place = makePlace();
  writeFileSync(join(place.repository, 'tool'), '#!/bin/sh\necho tool $1\n', { mode: 0o755 });
  symlinkSync('tool', join(place.repository, 'link'));
  for (const word of ['./tool', './link', join(place.repository, 'tool')])
    expect((await guard(place, ['run', '-q', word, 'x'])).stdout).toBe('tool x\n');
  const env = { PATH: `${place.repository}:${place.env.PATH}` };
  expect((await guard(place, ['run', '-q', 'tool', 'y'], { env })).stdout).toBe('tool y\n');
});

it('says so when there is no such program', async () => {
  const run = await guard(makePlace(), ['run', 'no-such-program']);
  expect(run).toMatchObject({ code: 125, stdout: '' });
  expect(run.stderr).toMatch(/^guard: cannot start no-such-program: .*\n$/);
});

it('refuses to start inside a session, and says why', async () => {
  const place = makePlace();
  const root = fileURLToPath(new URL('../..', import.meta.url));
  userProfile(place, `home: { read: [${JSON.stringify(root)}] }`);
  const run = await guard(place, ['run', '-q', process.execPath, GUARD, 'run', 'true']);
  expect(run).toMatchObject({ code: 125, stdout: '' });
  expect(run.stderr).toMatch(/^guard: .*inside.*session.*\n$/);
});

it('starts the command with the signals it has outside', async () => {
  const place = makePlace();
  const script = 'grep -E "^Sig(Blk|Ign)" /proc/self/status; umask; yes | head -n 1';
  const own = await outcome(spawn('sh', ['-c', script], { env: place.env }));
  const { stdout, stderr } = await inside(place, script);
  expect({ stdout, stderr }).toEqual({ stdout: own.stdout, stderr: own.stderr });
});

it('ends everything when a rule says kill', async () => {
  const place = makePlace();
  userProfile(place, "commands: [{ match: 'shred', action: kill, reason: 'it is a trap' }]");
  const run = await inside(place, 'trap "" TERM; sleep 600 & shred x; echo survived; sleep 600');
  expect(run).toMatchObject({ code: 137, stdout: '' });
  const events = await journal(place);
  expect(events.at(-1)).toMatchObject({
    type: 'session-end',
    exitCode: 137,
    killedBy: 'commands: shred',
  });
});

it('refuses what it would ask without a terminal, and says why', async () => {
  const place = makePlace();
  userProfile(
    place,
    "commands: [{ match: 'shred', action: ask, confirm: key, reason: 'it destroys' }]",
  );
  writeFileSync(join(place.repository, 'victim'), 'precious');
  const within = await inside(place, 'shred victim; echo "$?"');
  expect(within.stdout).toBe('126\n');
  expect(within.stderr).toContain('no terminal to ask on');
  const itself = await guard(place, ['run', '-q', 'shred', 'victim']);
  expect(itself).toMatchObject({ code: 126, stdout: '' });
  expect(readFileSync(join(place.repository, 'victim'), 'utf8')).toBe('precious');
  expect((await journal(place)).filter(({ type }) => type === 'decision')).toEqual([
    expect.objectContaining({ outcome: 'deny', by: 'no-terminal' }),
  ]);
});

it('records the session from start to end', async () => {
  const place = makePlace();
  userProfile(place, "commands: [{ match: 'shred', action: deny, reason: 'it destroys' }]");
  const env = { SOME_TOKEN: 'x' };
  await guard(
    place,
    ['run', '-q', '--task', 'tidy up', 'bash', '-c', '(cd /tmp && sh -c "shred x"); exit 3'],
    { env },
  );
  const events = await journal(place);
  expect(events[0]).toMatchObject({
    type: 'session-start',
    task: 'tidy up',
    repository: place.repository,
    uid: process.getuid?.(),
    program: { sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string },
  });
  expect(events[0]).toHaveProperty('withheldEnv', expect.arrayContaining(['SOME_TOKEN']));
  const requests = events.filter((event) => event.type === 'request');
  expect(requests[0]).toMatchObject({
    gate: 'exec',
    ancestry: [],
    request: { argv: [expect.stringMatching(/\/bash$/), '-c', expect.any(String)] },
  });
  expect(requests.find(({ verdict }) => verdict.action === 'deny')).toMatchObject({
    ancestry: ['bash', 'sh'],
    request: { argv: ['shred', 'x'], cwd: '/tmp' },
    verdict: { rule: 'commands: shred', source: { layer: 'user' } },
  });
  expect(events.at(-1)).toMatchObject({ type: 'session-end', exitCode: 3 });
  expect((await guard(place, ['log', 'verify'])).code).toBe(0);
});

it('writes no secret value anywhere in its state', async () => {
  const place = makePlace();
  const secret = `sk_live_${randomBytes(12).toString('hex')}`;
  writeFileSync(join(place.repository, '.env'), `TOKEN=${secret}\n`);
  const run = await inside(
    place,
    `echo ${secret} | cat; cat .env; env; echo ${secret.slice(0, 20)}${secret.slice(20)} >note`,
    {
      env: { DEPLOY_TOKEN: secret },
    },
  );
  expect(run.stdout.split(secret)).toHaveLength(2);
  const files = readdirSync(place.state, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  expect(files.length).toBeGreaterThan(0);
  for (const file of files)
    expect(readFileSync(join(file.parentPath, file.name), 'latin1')).not.toContain(secret);
});
