import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runForValue } from '../../src/credentials/run-for-value.ts';
import { resolveCredentials, resolveSource } from '../../src/credentials/sources.ts';
import type { CredentialSource } from '../../src/credentials/types.ts';
import { redactDotenv } from '../../src/secrets/dotenv.ts';
import { StandIns } from '../../src/secrets/stand-ins.ts';
import { entry, REAL } from './world.ts';

function place() {
  const root = mkdtempSync(join(tmpdir(), 'guard-sources-'));
  const [repository, home, bin] = ['repository', 'home', 'bin'].map((name) => join(root, name));
  const told: string[] = [];
  const write = (path: string, content: string, mode = 0o600) => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    chmodSync(path, mode);
  };
  for (const folder of [repository, home, bin]) mkdirSync(folder ?? '');
  return {
    root,
    told,
    file: (name: string, content: string) => write(join(repository ?? '', name), content),
    homeFile: (name: string, content: string) => write(join(home ?? '', name), content),
    program: (name: string, script: string, folder = bin) =>
      write(join(folder ?? '', name), `#!/bin/sh\n${script}\n`, 0o700),
    repository: repository ?? '',
    context: {
      env: { PATH: `${bin}:/usr/bin:/bin`, RAILWAY_TOKEN: REAL.railway },
      repository: repository ?? '',
      home: home ?? '',
      tell: (line: string) => void told.push(line),
    },
  };
}

const get = async (source: CredentialSource, world = place()) =>
  resolveSource(source, world.context);
const missing = (pattern: RegExp) => ({ missing: expect.stringMatching(pattern) as string });

describe('a value', () => {
  it("comes from guard's environment", async () => {
    expect(await get({ kind: 'env', name: 'RAILWAY_TOKEN' })).toEqual({ value: REAL.railway });
    expect(await get({ kind: 'env', name: 'NONE' })).toEqual(missing(/NONE is not set/));
  });

  it.each([
    ['plain', `A=1\nTOKEN=${REAL.github}\n`],
    ['in double quotes', `TOKEN="${REAL.github}" # mine\n`],
    ['in single quotes', `export TOKEN='${REAL.github}'\n`],
    ['behind a byte order mark', `\ufeffTOKEN=${REAL.github}\n`],
    ['the last of two', `TOKEN=abcdefgh1234\nTOKEN=${REAL.github}`],
    ['with Windows line ends', `TOKEN=${REAL.github}\r\nB=2\r\n`],
  ])('comes from a dotenv file: %s, and is what the view replaces', async (_, content) => {
    const world = place();
    world.file('.env', content);
    const found = await get({ kind: 'dotenv', file: '.env', name: 'TOKEN' }, world);
    expect(found).toEqual({ value: REAL.github });
    const standIns = new StandIns();
    standIns.add(REAL.github, 'PLACEHOLDER'.padEnd(REAL.github.length, 'x'));
    const view = redactDotenv(Buffer.from(content), standIns)?.redacted.toString();
    expect(view).toContain('PLACEHOLDER');
    expect(view).not.toContain(REAL.github);
  });

  it('comes from a dotenv file in the home folder', async () => {
    const world = place();
    world.homeFile('.secrets/x.env', `TOKEN=${REAL.stripe}`);
    expect(await get({ kind: 'dotenv', file: '~/.secrets/x.env', name: 'TOKEN' }, world)).toEqual({
      value: REAL.stripe,
    });
  });

  it('comes from a file, without the end of its line', async () => {
    const world = place();
    world.homeFile('token', `${REAL.stripe}\n`);
    expect(await get({ kind: 'file', path: '~/token' }, world)).toEqual({ value: REAL.stripe });
  });

  it('comes from a command, whose words reach no shell, whose stdin is empty, and whose stderr is told', async () => {
    const world = place();
    world.program('op', `cat; echo "asking for $2" >&2; printf '%s\\n' "${REAL.stripe}"`);
    const argv = ['op', 'read', 'op://x/$(touch y)'] as const;
    expect(await get({ kind: 'command', argv }, world)).toEqual({ value: REAL.stripe });
    expect(world.told).toEqual(['asking for op://x/$(touch y)']);
  });

  it('comes from the keyring', async () => {
    const world = place();
    world.program(
      'secret-tool',
      `[ "$*" = "lookup service railway user me" ] && printf '%s' "${REAL.railway}"`,
    );
    const attributes = { service: 'railway', user: 'me' };
    expect(await get({ kind: 'keyring', attributes }, world)).toEqual({ value: REAL.railway });
  });
});

describe('what cannot be had says why, without the value', () => {
  it('of files', async () => {
    const world = place();
    world.file(
      '.env',
      `TOKEN=${REAL.github}\nSHORT_TOKEN=abc\nEMPTY_TOKEN=\nREGION_NOTE=development\n`,
    );
    world.file('lines', `${REAL.github}\n${REAL.github}\n`);
    world.file('long', 'x'.repeat(70_000));
    world.file('binary', '\u0000\u0001');
    symlinkSync('/dev/zero', join(world.repository, 'device'));
    execFileSync('mkfifo', [join(world.repository, 'fifo')]);
    const dotenv = (name: string, file = '.env') => get({ kind: 'dotenv', file, name }, world);
    const file = (path: string) => get({ kind: 'file', path }, world);
    expect(await dotenv('NONE')).toEqual(missing(/has no NONE/));
    expect(await dotenv('toString')).toEqual(missing(/has no toString/));
    expect(await dotenv('SHORT_TOKEN')).toEqual(missing(/shorter than 8/));
    expect(await dotenv('EMPTY_TOKEN')).toEqual(missing(/empty/));
    expect(await dotenv('REGION_NOTE')).toEqual(missing(/does not look like a secret/));
    expect(await dotenv('TOKEN', 'none/.env')).toEqual(missing(/does not exist/));
    expect(await file('lines')).toEqual(missing(/more than one line/));
    expect(await file('long')).toEqual(missing(/longer than 64 KiB/));
    expect(await file('binary')).toEqual(missing(/control character/));
    expect(await file('device')).toEqual(missing(/not a regular file/));
    expect(await file('fifo')).toEqual(missing(/not a regular file/));
    expect(await file('.')).toEqual(missing(/not a regular file/));
    expect(JSON.stringify([await file('lines'), await dotenv('NONE')])).not.toContain(REAL.github);
  });

  it('of commands', async () => {
    const world = place();
    world.program('fails', `printf '%s' "${REAL.stripe}"; exit 3`);
    world.program('silent', 'true');
    world.program('endless', 'yes abcdefgh');
    world.program('hangs', 'exec sleep 600');
    const run = (name: string) => get({ kind: 'command', argv: [name, REAL.maps] }, world);
    expect(await run('fails')).toEqual({
      missing: 'the command fails: it failed with exit code 3',
    });
    expect(await run('silent')).toEqual(missing(/printed nothing/));
    expect(await run('endless')).toEqual(missing(/more than 64 KiB/));
    expect(await run('none')).toEqual(missing(/no such program/));
    const slow = await runForValue(['hangs'], { ...world.context, timeLimitMs: 50 });
    expect(slow).toMatchObject({ why: 'no answer in 0.05 seconds' });
    expect(JSON.stringify([await run('fails'), await run('none')])).not.toContain(REAL.maps);
  });

  it('of programs that the repository put on the path', async () => {
    const world = place();
    const bin = join(world.repository, 'node_modules/.bin');
    world.program('op', `echo ${REAL.stripe}`, bin);
    symlinkSync(join(bin, 'op'), join(world.root, 'bin', 'linked'));
    const context = { ...world.context, env: { PATH: `${bin}:.:${world.root}/bin` } };
    for (const name of ['op', 'linked', join(bin, 'op'), './op', 'bin/op'])
      expect(await resolveSource({ kind: 'command', argv: [name] }, context)).toEqual(
        missing(/outside the repository/),
      );
  });

  it('of the keyring', async () => {
    const world = place();
    world.program('secret-tool', 'exit 1');
    const look = (attributes: Record<string, string>) =>
      get({ kind: 'keyring', attributes }, world);
    expect(await look({ service: 'x' })).toEqual(missing(/exit code 1/));
    expect(await look({ '--help': 'x' })).toEqual(missing(/dash/));
    expect(await look({})).toEqual(missing(/attributes/));
    const context = { ...world.context, env: { PATH: '/nonexistent' } };
    expect(await resolveSource({ kind: 'keyring', attributes: { a: 'b' } }, context)).toEqual(
      missing(/libsecret-tools/),
    );
  });
});

it('runs a command once, and misses an entry of which one part is missing', async () => {
  const world = place();
  world.program('op', `echo x >> "$HOME_COUNT"; echo ${REAL.stripe}`);
  const count = join(world.root, 'count');
  const context = { ...world.context, env: { ...world.context.env, HOME_COUNT: count } };
  const from: CredentialSource = { kind: 'command', argv: ['op'] };
  const none: CredentialSource = { kind: 'env', name: 'NONE' };
  const entries = [
    entry('a', { from }),
    entry('b', { from }),
    entry('aws', { from, secret: none }),
  ];
  const found = await resolveCredentials(entries, context);
  expect(found.get('b')).toEqual({ value: REAL.stripe, secret: null, session: null });
  expect(found.get('aws')).toEqual({ missing: 'NONE is not set' });
  expect(execFileSync('cat', [count]).toString()).toBe('x\n');
});
