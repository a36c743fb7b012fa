import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GuardError } from '../../../src/guard-error.ts';
import { fileDescriptions } from '../../../src/secrets/files/descriptions.ts';
import { ownValues } from '../../../src/secrets/files/own-values.ts';
import { FORMATS } from '../../../src/secrets/files/readers.ts';
import { filesOfStore } from '../../../src/secrets/files/store-places.ts';
import { compileCredentialStores, loadStores } from '../../../src/secrets/files/stores.ts';
import { draw } from './samples/draw.ts';

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'guard-home-'));
});
afterEach(() => {
  rmSync(home, { recursive: true });
});

/** Writes a file below home and returns its secrets. */
function put(path: string, template: string, seed = 1): string[] {
  const { text, secrets } = draw(template, seed);
  mkdirSync(dirname(join(home, path)), { recursive: true });
  writeFileSync(join(home, path), Buffer.from(text, 'latin1'));
  return secrets.map(({ start, end }) => text.slice(start, end));
}

const values = (env: Record<string, string> = {}): string[] =>
  ownValues({ home, env }).map(({ value }) => value);

describe('ownValues', () => {
  it('knows what stands in the usual files, and says where', () => {
    const [npm = ''] = put('.npmrc', '//registry.npmjs.org/:_authToken={{tok:36}}\n', 1);
    const [gh = ''] = put('.config/gh/hosts.yml', 'github.com:\n    oauth_token: {{tok:40}}\n', 2);
    const [pg = ''] = put('.pgpass', 'db:5432:*:app:{{pw}}\n', 3);
    expect(ownValues({ home, env: {} })).toEqual(
      expect.arrayContaining([
        { value: npm, source: '~/.npmrc' },
        { value: gh, source: '~/.config/gh/hosts.yml' },
        { value: pg, source: '~/.pgpass' },
      ]),
    );
    expect(values()).toHaveLength(3);
  });

  it('follows the variables that move files', () => {
    const [moved = ''] = put(
      'elsewhere/gh/hosts.yml',
      'github.com:\n    oauth_token: {{tok:40}}\n',
    );
    const [kube = ''] = put('cluster.yaml', 'users:\n- user:\n    token: {{tok:60}}\n');
    const env = {
      XDG_CONFIG_HOME: join(home, 'elsewhere'),
      KUBECONFIG: `/none:${join(home, 'cluster.yaml')}`,
    };
    expect(values(env).sort()).toEqual([moved, kube].sort());
  });

  it('takes secret variables and passwords in URLs, not places and words', () => {
    const { text: token } = draw('{{tok:40}}', 5);
    const { text: password } = draw('{{pw}}', 6);
    const env = {
      SERVICE_TOKEN: token,
      DATABASE_URL: `postgres://app:${password}@db/app`,
      SSH_AUTH_SOCK: '/tmp/ssh-XXXX/agent.1',
      PASSWORD_STORE_DIR: '/home/bob/passwords-2024-x',
      EDITOR: 'vim',
      APP_SECRET: 'changeme',
      API_KEY: 'development',
    };
    expect(values(env).sort()).toEqual([token, password].sort());
  });

  it('leaves out what could stand anywhere', () => {
    put(
      '.netrc',
      'machine a login b password monkey\nmachine c login d password administrator\nmachine e login f password 12345678\nmachine g login h password sunshine99\n',
    );
    expect(values()).toEqual([]);
  });

  it('gives what an encoding holds, and a value as programs read it', () => {
    const { text: password } = draw('{{pw}}', 7);
    const login = Buffer.from(`bob:${password}`).toString('base64');
    put('.docker/config.json', `{"auths":{"r":{"auth":"${login}"}}}`);
    put('.pgpass', 'db:5432:*:app:q9W\\:8eR7\\\\tY6\n');
    expect(values()).toEqual(expect.arrayContaining([login, password, 'q9W:8eR7\\tY6']));
  });

  it('counts a key of several lines without the line that all keys of its kind begin with', () => {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(home, 'key')]);
    mkdirSync(join(home, '.ssh'));
    execFileSync('mv', [join(home, 'key'), join(home, '.ssh/id_ed25519')]);
    const known = values();
    expect(known).toHaveLength(1);
    expect(known[0]).not.toContain('b3BlbnNzaC1rZXktdjE');
    expect((known[0] ?? '').length).toBeGreaterThan(150);
  });

  it('does not leave home by a link, wait for a pipe, or read what is too long', () => {
    const outside = mkdtempSync(join(tmpdir(), 'guard-outside-'));
    try {
      const { text } = draw('machine a login b password {{pw}}\n', 8);
      writeFileSync(join(outside, 'netrc'), text);
      symlinkSync(join(outside, 'netrc'), join(home, '.netrc'));
      execFileSync('mkfifo', [join(home, '.pgpass')]);
      writeFileSync(
        join(home, '.npmrc'),
        `${'; \n'.repeat(400_000)}_auth=${draw('{{b64:40}}', 9).text}\n`,
      );
      expect(values()).toEqual([]);
      const inside = put('dotfiles/my.cnf', '[client]\npassword={{pw}}\n', 10);
      symlinkSync('dotfiles/my.cnf', join(home, '.my.cnf'));
      expect(values()).toEqual(inside);
    } finally {
      rmSync(outside, { recursive: true });
    }
  });

  it('passes over what it cannot read', () => {
    put('.netrc', 'machine a login b password {{pw}}\n');
    chmodSync(join(home, '.netrc'), 0);
    mkdirSync(join(home, '.npmrc'));
    const [kept = ''] = put('.vault-token', '{{tok:95}}');
    expect(values()).toContain(kept);
    // Root reads everything.
    expect(values()).toHaveLength(process.getuid?.() === 0 ? 2 : 1);
  });
});

describe('credential stores', () => {
  it('are valid, and the same as the build writes', async () => {
    const built = await compileCredentialStores();
    expect(JSON.parse(built['credential-stores.json'] ?? '')).toEqual(loadStores());
  });

  it('are refused with an id twice, an unknown reader, an unknown key', async () => {
    const store = (line: string): string => `version: 1\nstores:\n  - ${line}\n`;
    const one = "{ id: a, what: b, paths: ['~/c'] }";
    await expect(compileCredentialStores(`${store(one)}  - ${one}\n`)).rejects.toThrow(GuardError);
    for (const bad of [
      "{ id: a, what: b, reader: none, paths: ['~/c'] }",
      "{ id: a, what: b, paths: ['c'] }",
      "{ id: a, what: b, path: '~/c' }",
    ])
      await expect(compileCredentialStores(store(bad))).rejects.toThrow(GuardError);
  });

  it('lists files by a star in a name and by one for a folder', () => {
    put('.ssh/id_rsa', 'x');
    put('.ssh/config', 'x');
    put('.mozilla/firefox/ab.default/key4.db', 'x');
    put('.chef/notes.txt', 'x');
    put('.aws/sso/cache/a.json', 'x');
    const shown = loadStores().flatMap((store) =>
      filesOfStore(store, { home, env: {} }).map((file) => file.shown),
    );
    put('.keys/one-a.txt', 'x');
    put('.keys/two-a.txt', 'x');
    const own = { id: 'own', what: 'mine', paths: ['~/.keys/one*.txt'] };
    expect(filesOfStore(own, { home, env: {} }).map((file) => file.shown)).toEqual([
      '~/.keys/one-a.txt',
    ]);
    expect(shown).toContain('~/.aws/sso/cache/a.json');
    expect(shown).not.toContain('~/.chef/notes.txt');
    expect(shown.filter((path) => path.startsWith('~'))).toEqual(
      expect.arrayContaining([
        '~/.ssh/config',
        '~/.ssh/id_rsa',
        '~/.mozilla/firefox/ab.default/key4.db',
      ]),
    );
  });

  it('each kind of file has a description', () => {
    expect([...new Set(FORMATS.map(({ id }) => id))].sort()).toEqual(
      Object.keys(fileDescriptions()).sort(),
    );
  });
});
