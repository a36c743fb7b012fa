import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { isLockedKey } from '../../../src/audit/reach/locked-key.ts';
import { gpgAgentKeys, sshAgentKeys } from '../../../src/audit/reach/key-agents.ts';
import { reach, type ReachOptions } from '../../../src/audit/reach/reach.ts';
import { reachJson, reachTable, summaryOf } from '../../../src/audit/reach/report.ts';
import type { Reach, ReachItem, UnderGuard } from '../../../src/audit/reach/types.ts';
import { loadScanner } from '../../../src/secrets/default-scanner.ts';
import type { Scanner } from '../../../src/secrets/engine/detector.ts';

let scanner: Scanner;
let root: string;
let home: string;
let repository: string;
let made: string[];

beforeAll(() => {
  scanner = loadScanner();
});
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'guard-reach-')));
  onTestFinished(() => void execFileSync('rm', ['-rf', root]));
  home = join(root, 'home');
  repository = join(home, 'project');
  mkdirSync(repository, { recursive: true });
  made = [];
});

/** A secret that was never anywhere before, and may never be shown. */
function secret(): string {
  const value = randomBytes(24).toString('base64').replace(/[+/=]/g, 'x');
  made.push(value);
  return value;
}

function write(path: string, text: string): string {
  const file = path.startsWith('/') ? path : join(home, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

function git(...args: string[]): string {
  return execFileSync('git', args, {
    cwd: repository,
    encoding: 'utf8',
    env: {
      PATH: process.env.PATH,
      HOME: home,
      GIT_CONFIG_NOSYSTEM: '1',
      ...{ GIT_AUTHOR_NAME: 'n', GIT_AUTHOR_EMAIL: 'n@example.com' },
      ...{ GIT_COMMITTER_NAME: 'n', GIT_COMMITTER_EMAIL: 'n@example.com' },
    },
  }).trim();
}

const SESSION: UnderGuard = {
  file: (path) => (path.startsWith(`${repository}/`) ? 'redacted' : 'not in its home'),
  variable: () => 'not passed',
  socket: () => 'not reachable',
  history: 'in history',
};

async function look(options: Partial<ReachOptions> = {}): Promise<Reach> {
  const found = await reach({
    ...{
      cwd: repository,
      home,
      env: { XDG_RUNTIME_DIR: join(root, 'run') },
      uid: 4242,
      groups: [],
    },
    ...{ scanner, exceptions: [], underGuard: SESSION, noSession: null, seconds: 60 },
    read: () => null,
    ...options,
  });
  const shown = [
    reachJson(found),
    reachTable(found, { width: 100, paint: (_, text) => text }),
    summaryOf(found),
  ].join('\n');
  for (const value of made) expect(shown).not.toContain(value);
  return found;
}

const at = (found: Reach, where: string): ReachItem[] =>
  found.items.filter((item) => item.where === where);

describe('the repository', () => {
  it('its working tree, ignored files too, and its history', async () => {
    git('init', '-q');
    write(join(repository, '.gitignore'), 'ignored.ini\n');
    write(join(repository, 'tracked.ini'), `api_token = ${secret()}\n`);
    git('add', '-A');
    git('commit', '-q', '-m', 'a');
    const gone = write(join(repository, 'gone.ini'), `api_token = ${secret()}\n`);
    git('add', '-A');
    git('commit', '-q', '-m', 'b');
    const commit = git('rev-parse', 'HEAD');
    execFileSync('rm', [gone]);
    git('commit', '-qam', 'c');
    write(join(repository, 'ignored.ini'), `api_token = ${secret()}\n`);
    write(join(repository, 'untracked-prod.ini'), `api_token = ${secret()}\n`);
    const found = await look();
    expect(at(found, 'tracked.ini')).toMatchObject([
      { kind: 'repository', count: 1, underGuard: 'redacted', alsoInHistory: true },
    ]);
    expect(at(found, 'ignored.ini')).toMatchObject([{ alsoInHistory: false, production: false }]);
    expect(at(found, 'untracked-prod.ini')).toMatchObject([{ production: true }]);
    expect(at(found, 'gone.ini')).toMatchObject([
      { kind: 'history', underGuard: 'in history', commit },
    ]);
    expect(found).toMatchObject({ total: 4, inHistory: 2, visible: 0, incomplete: [] });
    expect(found.items[0]?.where).toBe('untracked-prod.ini');
    expect(summaryOf(found)).toBe(
      "An agent started here without guard could use 4 secrets, none of them unlimited; under guard: 0, and 2 in git's history.",
    );
  });

  it('what is allowed by a comment is no secret', async () => {
    git('init', '-q');
    const line = `api_token = ${secret()}`;
    write(join(repository, 'a.ini'), `${line}\n`);
    const [item] = (await look()).items;
    write(join(repository, 'a.ini'), `${line} # guard:allow ${item?.rule} -- made up\n`);
    expect((await look()).items).toEqual([]);
  });

  it('says where it had to stop', async () => {
    git('init', '-q');
    write(join(repository, 'a.ini'), `api_token = ${secret()}\n`);
    git('add', '-A');
    git('commit', '-q', '-m', 'a');
    const found = await look({ seconds: -1 });
    expect(found.incomplete).toHaveLength(2);
    expect(reachTable(found, { width: 100, paint: (_, text) => text })).toContain(
      'Not all was looked at: the working tree',
    );
  });

  it('need not be one', async () => {
    write(join(repository, 'a.ini'), `api_token = ${secret()}\n`);
    expect(at(await look(), 'a.ini')).toHaveLength(1);
  });
});

describe('home', () => {
  it('credential files, histories and what shells read', async () => {
    write('.netrc', `machine api.example.com login me password ${secret()}\n`);
    write('.bash_history', `ls\nexport API_TOKEN=${secret()}\n`);
    write('.bashrc', `alias x=y\nexport DEPLOY_TOKEN="${secret()}"\n`);
    write('.config/environment.d/10-me.conf', `SERVICE_PASSWORD=${secret()}\n`);
    const found = await look();
    for (const where of [
      '~/.netrc',
      '~/.bash_history',
      '~/.bashrc',
      '~/.config/environment.d/10-me.conf',
    ])
      expect(at(found, where), where).toMatchObject([
        { kind: 'home', count: 1, underGuard: 'not in its home' },
      ]);
    expect(found.total).toBe(4);
  });

  it('the provider, what it opens, and what else that is', async () => {
    const token = `${[8, 4, 4, 4, 12].map((n) => randomBytes(n / 2).toString('hex')).join('-')}`;
    made.push(token);
    write('.railway/config.json', JSON.stringify({ user: { token } }));
    const [item] = at(await look(), '~/.railway/config.json');
    expect(item).toMatchObject({ provider: { id: 'railway', name: 'Railway' } });
    expect(item?.backups).toContain('deleted with its backups');
  });

  it('keys with a passphrase are not counted', async () => {
    for (const [name, phrase] of [
      ['open', ''],
      ['locked', 'a long passphrase'],
    ] as const) {
      mkdirSync(join(home, '.ssh'), { recursive: true });
      const key = join(home, '.ssh', `id_${name}`);
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', phrase, '-f', key]);
    }
    const found = await look();
    expect(at(found, '~/.ssh/id_open')).toHaveLength(1);
    expect(at(found, '~/.ssh/id_locked')).toHaveLength(0);
    expect(isLockedKey('-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA')).toBe(true);
    expect(isLockedKey('-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n')).toBe(true);
    expect(isLockedKey('-----BEGIN PRIVATE KEY-----\nAAAA')).toBe(false);
  });

  it('a link to nowhere, a FIFO and a folder in place of a file', async () => {
    symlinkSync('/nowhere', join(home, '.bashrc'));
    execFileSync('mkfifo', [join(home, '.profile')]);
    mkdirSync(join(home, '.netrc'));
    expect((await look()).items).toEqual([]);
  });
});

describe('the environment', () => {
  it('by name and by content; what is in a file as well counts once', async () => {
    const shared = secret();
    write('.bashrc', `export DEPLOY_TOKEN="${shared}"\n`);
    const found = await look({
      env: {
        DEPLOY_TOKEN: shared,
        DATABASE_URL: `postgres://app:${secret()}@db.internal:5432/app`,
        PLAIN: 'nothing of the kind',
        PWD: repository,
        SSH_AUTH_SOCK: '/nowhere',
        TOKEN_FILE: '/run/token',
        PATH: '/usr/bin:/bin',
        XDG_RUNTIME_DIR: join(root, 'run'),
      },
    });
    expect(
      found.items
        .filter(({ kind }) => kind === 'environment')
        .map(({ where }) => where)
        .sort(),
    ).toEqual(['DATABASE_URL', 'DEPLOY_TOKEN']);
    expect(found.total).toBe(2);
  });

  it('names of a provider', async () => {
    const found = await look({ env: { RAILWAY_TOKEN: secret() } });
    expect(found.items).toMatchObject([{ provider: { id: 'railway' }, underGuard: 'not passed' }]);
    expect(found.providers).toEqual(['railway']);
  });
});

describe('agents', () => {
  it('a real ssh-agent: as many keys as it has', async () => {
    const socket = join(root, 'agent');
    const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
    onTestFinished(() => void agent.kill('SIGKILL'));
    while (!existsSync(socket)) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(await sshAgentKeys(socket)).toBe(0);
    for (const name of ['a', 'b']) {
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(root, name)]);
      execFileSync('ssh-add', ['-q', join(root, name)], {
        env: { ...process.env, SSH_AUTH_SOCK: socket },
        stdio: 'ignore',
      });
    }
    const found = await look({ env: { SSH_AUTH_SOCK: socket } });
    expect(at(found, socket)).toMatchObject([
      { kind: 'agent', count: 2, what: 'ssh-agent with 2 keys', underGuard: 'not reachable' },
    ]);
    expect(found.total).toBe(2);
  });

  it.skipIf(!existsSync('/usr/bin/gpg-agent'))('a real gpg-agent', async () => {
    const folder = join(root, 'gpg');
    mkdirSync(folder, { mode: 0o700 });
    const gpg = (...args: string[]) =>
      execFileSync('gpg', ['--homedir', folder, '--batch', '--quiet', ...args], { stdio: 'pipe' });
    onTestFinished(() => void execFileSync('gpgconf', ['--homedir', folder, '--kill', 'all']));
    gpg('--passphrase', '', '--quick-gen-key', 'me@example.com', 'ed25519', 'sign', 'never');
    const socket = execFileSync('gpgconf', ['--homedir', folder, '--list-dirs', 'agent-socket'], {
      encoding: 'utf8',
    }).trim();
    expect(await gpgAgentKeys(socket)).toBe(1);
  });

  const listen = (path: string, answer?: Buffer): Promise<Server> =>
    new Promise((resolve) => {
      mkdirSync(dirname(path), { recursive: true });
      const server = createServer((socket) => {
        socket.on('error', () => undefined);
        socket.on('data', () => (answer ? socket.end(answer) : undefined));
      });
      onTestFinished(() => void server.close());
      server.listen(path, () => resolve(server));
    });

  it.each([
    ['nothing', undefined],
    ['too little', Buffer.from([0, 0, 0, 5, 12])],
    ['another protocol', Buffer.from('HTTP/1.1 200 OK\r\n\r\n')],
    ['more than there is room for', Buffer.alloc(3 * 1024 * 1024, 0x41)],
  ])('one that answers %s', async (_, answer) => {
    const socket = join(root, 'agent');
    await listen(socket, answer);
    expect(await sshAgentKeys(socket)).toBe(null);
    expect(await gpgAgentKeys(socket)).toBe(null);
    expect((await look({ env: { SSH_AUTH_SOCK: socket } })).items).toEqual([]);
  });

  it('services behind sockets: seen, and not asked', async () => {
    const run = join(root, 'run');
    const docker = join(root, 'docker.sock');
    let asked = 0;
    for (const path of [
      docker,
      join(run, 'podman/podman.sock'),
      join(home, '.cache/git/credential/socket'),
    ])
      (await listen(path)).on('connection', () => (asked += 1));
    write(join(run, 'bus'), 'no socket');
    const found = await look({ env: { DOCKER_HOST: `unix://${docker}`, XDG_RUNTIME_DIR: run } });
    expect(at(found, docker)).toMatchObject([{ what: 'Docker', unlimited: true }]);
    expect(found.items.map(({ what }) => what).sort()).toEqual([
      'Docker',
      "git's credential cache",
      "the user's own Podman",
    ]);
    expect(asked).toBe(0);
    expect(found).toMatchObject({ total: 0, ways: 3, visible: 0 });
  });

  it("git's credential helpers", async () => {
    write(
      '.gitconfig',
      '[credential]\n\thelper = libsecret\n\thelper = store\n[credential "https://x"]\n\thelper = !gh auth git-credential\n',
    );
    const found = await look();
    expect(found.items.map(({ what }) => what).sort()).toEqual([
      'git credential helper gh',
      'git credential helper libsecret',
    ]);
  });
});

describe('the machine', () => {
  it.each([
    ['sys_vendor', 'Amazon EC2', 'aws'],
    ['product_name', 'Google Compute Engine', 'gcp'],
    ['chassis_asset_tag', '7783-7084-3265-9085-8269-3286-77', 'azure'],
  ])('a cloud, by %s %s', async (file, says, provider) => {
    const read = (path: string) => (path === `/sys/class/dmi/id/${file}` ? says : null);
    expect((await look({ read })).items).toMatchObject([
      { kind: 'machine', where: '169.254.169.254', provider: { id: provider } },
    ]);
  });

  it('groups that are as good as root', async () => {
    const read = (path: string) =>
      path === '/etc/group' ? 'root:x:0:\nsudo:x:27:me\ndocker:x:999:me\nme:x:1000:' : null;
    const found = await look({ read, groups: [1000, 27, 999] });
    expect(found.items.map(({ where, unlimited }) => [where, unlimited])).toEqual([
      ['group docker', true],
      ['group sudo', false],
    ]);
  });
});

describe('the report', () => {
  it('is bounded, and safe for a terminal', async () => {
    for (let i = 0; i < 60; i++)
      write(join(repository, `\x1b[31m${i}-${'long'.repeat(30)}.ini`), `api_token = ${secret()}\n`);
    const found = await look();
    const table = reachTable(found, { width: 80, paint: (_, text) => text });
    expect(table).not.toContain('\x1b');
    expect(table).toContain('… and 20 more');
    expect(table.split('\n').length).toBeLessThan(100);
    expect((JSON.parse(reachJson(found)) as Reach).items).toHaveLength(60);
  });

  it('says so where nothing was found, and where no session can be planned', async () => {
    const nothing = await look();
    expect(summaryOf(nothing)).toContain('could use no secret');
    write('.netrc', `machine api.example.com login me password ${secret()}\n`);
    const found = await look({ noSession: 'cannot run in /: it holds more than a project' });
    expect(summaryOf(found)).not.toContain('under guard');
    expect(reachTable(found, { width: 100, paint: (_, text) => text })).toContain(
      'cannot run in /',
    );
  });
});
