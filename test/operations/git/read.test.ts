import { describe, expect, it } from 'vitest';
import { gitOperations } from '../../../src/operations/git/operations.ts';
import { packet, FLUSH } from '../../../src/operations/git/pkt-line.ts';
import { gitBodyNeeded, readGit } from '../../../src/operations/git/read.ts';
import { refuseGit } from '../../../src/operations/git/refuse.ts';
import type { HttpCall } from '../../../src/operations/types.ts';

const OLD = 'a'.repeat(40);
const NEW = 'b'.repeat(40);

function call(request: string, body: string | Buffer = ''): HttpCall {
  const [method = '', path = ''] = request.split(' ');
  const bytes = Buffer.from(body);
  return {
    ...{ scheme: 'https', version: '1.1', host: 'git.test', port: 443, method, path },
    headers: [['content-type', 'application/vnd.git-lfs+json']],
    body: { bytes, state: bytes.length ? 'whole' : 'none' },
  };
}

function read(request: string, body?: string | Buffer): string[] | null {
  const git = readGit(call(request, body));
  return git && gitOperations(git).map((one) => `${one.class}: ${one.name} ${one.target}`);
}

const push = (line: string): Buffer => Buffer.concat([packet(Buffer.from(line)), FLUSH]);

it.each([
  ['GET /a/b.git/info/refs?service=git-upload-pack', 'read: fetch a/b'],
  ['GET /a/b/info/refs?service=git-receive-pack', 'read: push refs a/b'],
  ['GET /a/b.git/info/refs', 'read: fetch a/b'],
  ['POST /g/sub/p.git/git-upload-pack', 'read: fetch g/sub/p'],
  ['GET /a/b.git/HEAD', 'read: fetch a/b'],
  ['GET /a/b.git/objects/info/packs', 'read: fetch a/b'],
  [`GET /a/b.git/objects/aa/${'b'.repeat(38)}`, 'read: fetch a/b'],
  ['GET /a/b.git/info/lfs/locks?path=x', 'read: lfs locks a/b'],
  ['POST /a/b.git/info/lfs/locks/verify', 'read: lfs locks a/b'],
  ['POST /a/b.git/info/lfs/locks', 'change: lfs lock a/b'],
  ['POST /a/b.git/info/lfs/locks/7/unlock', 'change: lfs unlock a/b'],
  ['POST /a/b.git/info/lfs/new', 'unknown: lfs unknown a/b'],
])('%s is %s', (request, expected) => {
  expect(read(request)).toEqual([expected]);
});

it.each([
  ['{"operation":"download","objects":[]}', ['read: lfs download a/b']],
  ['{"operation":"upload"}', ['change: lfs upload a/b']],
  ['{"operation":"erase"}', ['unknown: lfs unknown a/b']],
  ['{"operation":"upload","operation":"download"}', ['read: lfs download a/b', 'unknown: lfs a/b']],
  ['', ['unknown: lfs unknown a/b', 'unknown: lfs a/b']],
])('an LFS batch of %s', (body, expected) => {
  expect(read('POST /a/b.git/info/lfs/objects/batch', body)).toEqual(expected);
});

it.each([
  'GET /a/b',
  'GET /a/b.git',
  'PUT /a/b.git/git-receive-pack',
  'POST /a/git-receive-packs',
  'POST /x',
])('%s is none of git', (request) => {
  expect(read(request)).toBeNull();
  const { method, path } = call(request);
  expect(gitBodyNeeded({ method, path })).toBeNull();
});

describe('a push', () => {
  const bytes = push(`${OLD} ${NEW} refs/heads/main\0report-status`);
  const change = 'change: push update a/b refs/heads/main';

  it.each([
    'POST /a/b.git/git-receive-pack/',
    'POST /a/b.git/%67it-receive-pack',
    'POST /a/b.git//git-receive-pack',
    'POST /x/../a/b.git/git-receive-pack',
    'POST /a/b%00.git/git-receive-pack',
    'POST /git-receive-pack',
  ])('to %s is in doubt, and read', (request) => {
    const found = read(request, bytes) ?? [];
    expect(found).toHaveLength(2);
    expect(found[0]).toContain('push update');
    expect(found[1]).toMatch(/^unknown: push /);
  });

  it('has classes by ref', () => {
    const one = (ref: string, old = OLD, next = NEW) =>
      read('POST /a/b.git/git-receive-pack', push(`${old} ${next} ${ref}`))?.[0];
    const none = '0'.repeat(40);
    expect(one('refs/heads/main')).toBe(change);
    expect(one('refs/heads/main', OLD, none)).toBe('destroy: push delete a/b refs/heads/main');
    expect(one('refs/tags/v1', none)).toBe('change: push create a/b refs/tags/v1');
    expect(one('refs/tags/v1')).toBe('destroy: push update a/b refs/tags/v1');
    expect(one('refs/meta/config')).toBe('access: push update a/b refs/meta/config');
  });

  it('that was not read is unknown', () => {
    const unread = call('POST /a/b.git/git-receive-pack', bytes);
    const cut = { ...unread, body: { bytes, state: 'too-large' as const } };
    const request = readGit(cut);
    expect(request && gitOperations(request).at(-1)?.class).toBe('unknown');
  });

  it('is refused by status where its report could not be read or made', () => {
    const why = { rule: 'r', reason: 'no' };
    const answered = (body: Buffer) =>
      refuseGit(call('POST /a/b.git/git-receive-pack', body), why).status;
    expect(answered(bytes)).toBe(200);
    expect(answered(push(`${OLD} ${NEW} refs/heads/main\0agent=x`))).toBe(403);
    expect(answered(push(`${OLD} ${NEW} refs/heads/a\nng\0report-status`))).toBe(403);
    expect(answered(FLUSH)).toBe(403);
  });
});
