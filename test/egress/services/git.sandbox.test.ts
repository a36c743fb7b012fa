// git itself against git's own HTTP backend, behind guard.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { hostGit } from './git-server.ts';
import { startStreaming } from './server.ts';
import { gitHubToken, makeWorld, type World } from './world.ts';

const QUIET = 'GIT_TERMINAL_PROMPT=0';
const BASIC = `Authorization: Basic $(printf 'x-access-token:%s' "$GITHUB_TOKEN" | base64 -w0)`;
const HEADER = `-c http.extraHeader="${BASIC}"`;
const OLD = '-c http.version=HTTP/1.1';
const HELPER = `-c credential.helper='!f() { echo username=x-access-token; echo "password=$GH_TOKEN"; }; f'`;

async function codeHost() {
  const world = makeWorld();
  const token = gitHubToken();
  const root = join(world.home, '..', 'hosted');
  mkdirSync(root);
  for (const name of ['open', 'shop', 'other']) {
    execFileSync('git', ['clone', '-q', '--bare', world.repository, `${root}/acme/${name}.git`], {
      env: world.env,
    });
  }
  const service = await startStreaming(world, ['github.com', 'api.github.com'], (exchange) => {
    if (exchange.request.headers[':authority'] === 'api.github.com') return api(exchange);
    if (exchange.request.headers.host === 'api.github.com') return api(exchange);
    hostGit({ root, token, open: ['acme/open'] }, exchange);
  });
  const api = ({ request, response }: Parameters<typeof hostGit>[1]): void =>
    void response.end(JSON.stringify({ authorization: request.headers.authorization }));
  world.git('remote', 'add', 'origin', 'https://github.com/acme/shop.git');
  world.profile(['github.com', 'api.github.com'], service.port, CREDENTIAL);
  const bare = (...args: string[]): string =>
    execFileSync('git', ['-C', `${root}/acme/shop.git`, ...args], { encoding: 'utf8' }).trim();
  const env = { NODE_EXTRA_CA_CERTS: service.ca, HUB_SECRET: token, ...author(world) };
  return { world, service, token, bare, env };
}

const CREDENTIAL = `credentials:
  hub:
    from: { env: HUB_SECRET }
    provider: github
    allow: [change]
env:
  pass: ['GIT_AUTHOR_*', 'GIT_COMMITTER_*']`;

function author(world: World): Record<string, string> {
  const [name, email] = ['Me', 'me@example.com'];
  return {
    HOME: world.home,
    GIT_AUTHOR_NAME: name,
    GIT_AUTHOR_EMAIL: email,
    GIT_COMMITTER_NAME: name,
    GIT_COMMITTER_EMAIL: email,
  };
}

it('reads with each way of showing the placeholder, and with none where everybody may', async () => {
  const { world, service, token, env } = await codeHost();
  const clone = (how: string, from: string, to: string): string =>
    `${QUIET} git ${how} clone -q ${from} /tmp/${to} && cat /tmp/${to}/README.md`;
  const shop = 'https://github.com/acme/shop.git';
  const foreign = gitHubToken();
  const { said } = await world.steps(
    {
      'nobody, open': clone('', 'https://github.com/acme/open.git', 'a'),
      'nobody, closed': clone('', shop, 'b'),
      header: clone(HEADER, shop, 'c'),
      helper: clone(HELPER, shop, 'd'),
      'user of the URL': clone('', `"https://$GITHUB_TOKEN@github.com/acme/shop.git"`, 'e'),
      'password of the URL': clone('', `"https://me:$GITHUB_TOKEN@github.com/acme/shop.git"`, 'f'),
      'HTTP/1.1': clone(`-c http.version=HTTP/1.1 ${HEADER}`, shop, 'g'),
      foreign: clone('', `https://x:${foreign}@github.com/acme/shop.git`, 'h'),
      token: 'curl -sS -H "Authorization: token $GITHUB_TOKEN" https://api.github.com/user',
      bearer: 'curl -sS -H "Authorization: Bearer $GH_TOKEN" https://api.github.com/user',
      user: 'curl -sS -u "$GH_TOKEN:x-oauth-basic" https://api.github.com/user',
    },
    { env },
  );
  const passed = Object.entries(said).filter(([, { code }]) => code === 0);
  expect(passed.map(([name]) => name)).toEqual([
    ...['nobody, open', 'header', 'helper', 'user of the URL', 'password of the URL', 'HTTP/1.1'],
    ...['token', 'bearer', 'user'],
  ]);
  expect(said.header?.out).toBe('project\n');
  expect(said['nobody, closed']?.err).toMatch(/could not read Username|Authentication failed/);
  expect(said.foreign?.err).toContain('guard');
  expect(service.seen()).not.toContain(foreign);
  expect(world.journals()).toContain('credential.foreign');
  // What guard put in comes back as the placeholder.
  const sent = service.heads.flatMap(({ headers }) => headers.authorization ?? []);
  expect(sent).toContain(`token ${token}`);
  expect(sent).toContain(`Bearer ${token}`);
  expect(JSON.stringify(said)).not.toContain(token);
  expect(said.token?.out).toMatch(/"token ghp_\w{36}"/);
});

it('pushes what only adds, and refuses what drops: force, deletion, a moved tag', async () => {
  const { world, service, bare, env } = await codeHost();
  for (const name of ['big', 'more'])
    writeFileSync(join(world.repository, name), randomBytes(3_000_000));
  const commit = (what: string): string => `git commit -q --allow-empty -m ${what}`;
  const push = (...words: string[]): string => {
    const options = words.filter((word) => word === OLD).join(' ');
    return `${QUIET} git ${HEADER} ${options} push ${words.filter((word) => word !== OLD).join(' ')}`;
  };
  const { said } = await world.steps(
    {
      start: `git fetch -q 2>/dev/null; ${commit('one')} && git tag v1`,
      'new branch and tag': push('origin', 'HEAD:refs/heads/feature', 'v1'),
      forward: `${commit('two')} && ${push('origin', 'HEAD:feature')}`,
      // In chunks, after a first request that asks whether it may (`0000`).
      big: `git add big && ${commit('big')} && ${push('origin', 'HEAD:feature')}`,
      'big, HTTP/1.1': `git add more && ${commit('more')} && ${push('origin', 'HEAD:feature', OLD)}`,
      force: `git commit -q --amend --allow-empty -m other && ${push('--force', 'origin', 'HEAD:feature')}`,
      'force with lease': push('--force-with-lease', 'origin', 'HEAD:feature'),
      delete: push('origin', '--delete', 'feature'),
      'delete by nothing': push('origin', ':feature'),
      'moved tag': `git tag -f v1 HEAD && ${push('--force', 'origin', 'v1')}`,
      'one of two': push('origin', 'HEAD:refs/heads/third', '--force', 'HEAD:feature'),
      'HTTP/1.1': push('--force', 'origin', 'HEAD:feature', OLD),
      'no credential': `${QUIET} git push origin HEAD:refs/heads/fourth`,
    },
    { env },
  );
  const passed = Object.entries(said).filter(([, { code }]) => code === 0);
  expect(passed.map(([name]) => name)).toEqual([
    ...['start', 'new branch and tag', 'forward', 'big', 'big, HTTP/1.1'],
  ]);
  for (const name of ['force', 'force with lease', 'delete', 'moved tag']) {
    expect(said[name]?.err, name).toMatch(/! \[remote rejected\].*\(guard: operation\.destroy: /);
  }
  for (const name of ['delete by nothing', 'one of two', 'HTTP/1.1'])
    expect(said[name]?.err, name).toContain('remote rejected');
  expect(bare('log', '--format=%s', 'feature')).toBe('more\nbig\ntwo\none\nstart');
  expect(bare('rev-parse', 'v1')).toBe(bare('rev-parse', 'feature~3'));
  expect(bare('for-each-ref', '--format=%(refname)').split('\n')).toEqual(
    ['heads/feature', 'heads/main', 'tags/v1'].map((name) => `refs/${name}`),
  );
  const journal = world.journals();
  for (const name of ['push force', 'push delete', 'push create', 'push update'])
    expect(journal).toContain(`"name":"${name}"`);
  expect(service.heads.some(({ headers }) => headers['transfer-encoding'] === 'chunked')).toBe(
    true,
  );
});

it('fetches with a compressed request, and takes a push from another folder for a doubtful one', async () => {
  const { world, service, bare, env } = await codeHost();
  // More than a kilobyte of "have" lines is sent as gzip.
  for (let at = 0; at < 40; at++) world.git('commit', '-q', '--allow-empty', '-m', `own ${at}`);
  const clone = join(world.home, '..', 'elsewhere');
  execFileSync('git', ['clone', '-q', join(world.home, '..', 'hosted/acme/shop.git'), clone]);
  appendFileSync(join(clone, 'README.md'), 'more\n');
  const there = { ...world.env, ...author(world) };
  execFileSync('git', ['commit', '-qam', 'theirs'], { cwd: clone, env: there });
  execFileSync('git', ['push', '-q'], { cwd: clone, env: there });
  const { said } = await world.steps(
    {
      fetch: `${QUIET} git ${HEADER} fetch -q origin && git log -1 --format=%s FETCH_HEAD`,
      elsewhere: `${QUIET} git ${HEADER} clone -q https://github.com/acme/shop.git /tmp/shop && cd /tmp/shop &&
        git commit -q --allow-empty -m x && ${QUIET} git ${HEADER} push origin HEAD:main`,
    },
    { env },
  );
  expect(said.fetch).toMatchObject({ code: 0, out: 'theirs\n' });
  expect(service.heads.some(({ headers }) => headers['content-encoding'] === 'gzip')).toBe(true);
  expect(said.elsewhere?.err).toMatch(/remote rejected.*guard: operation\.unknown/);
  expect(bare('log', '-1', '--format=%s', 'main')).toBe('theirs');
});
