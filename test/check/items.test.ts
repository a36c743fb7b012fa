import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Checker } from '../../src/check/check.ts';
import { readItem } from '../../src/check/items.ts';
import { linesOf, LONGEST_LINE } from '../../src/check/lines.ts';
import { PLACE, policy } from './judging.ts';

const checker = new Checker({ ...PLACE, cwd: PLACE.repository, policy });
const check = (line: string) => checker.check(readItem(line));

describe('items', () => {
  it.each([
    ['{"command":"rm -rf src"}', 'ask', 'fs.rm.recursive'],
    ['{"argv":["git","push","--force"]}', 'ask', 'git.push.force'],
    ['{"argv":["rm","-rf","/"],"cwd":"/srv"}', 'deny', 'fs.rm.root'],
    ['{"sql":"DROP TABLE a","dialect":"postgresql"}', 'ask', 'sql.destroy'],
    ['{"sql":"DELETE FROM a"}', 'ask', 'sql.destroy'],
    ['{"sql":"GRANT ALL ON a TO b","dialect":"mysql"}', 'ask', 'sql.access'],
    ['{"sql":"FLUSHALL","dialect":"redis"}', 'ask', 'sql.destroy'],
    ['{"sql":"db.users.drop()","dialect":"mongo"}', 'ask', 'sql.destroy'],
    [
      '{"sql":"SELECT 1; INSERT INTO a VALUES (1); UPDATE a SET b = 1 WHERE id = 2"}',
      'allow',
      'default',
    ],
    ['{"sql":"GET a","dialect":"redis"}', 'allow', 'default'],
  ])('%s', async (line, action, rule) => {
    expect(await check(line)).toMatchObject({ action, rule });
  });

  it.each([
    ['nonsense'],
    ['[1]'],
    ['null'],
    ['{}'],
    ['{"command":"ls","sql":"x"}'],
    ['{"command":1}'],
    ['{"argv":[]}'],
    ['{"argv":"ls"}'],
    ['{"argv":["ls",1]}'],
    ['{"command":"ls","cwd":"src"}'],
    ['{"http":{}}'],
    ['{"http":{"url":"ftp://a.example"}}'],
    ['{"http":{"url":"https://a.example","headers":{"a":1}}}'],
    ['{"sql":"x","dialect":1}'],
  ])('answers what it cannot read: %s', async (line) => {
    expect(await check(line)).toMatchObject({ action: 'deny', rule: 'check.unreadable' });
  });

  it('keeps the id of what it cannot read', () => {
    expect(readItem('{"id":"a","argv":[]}')).toMatchObject({ id: 'a', kind: 'unreadable' });
  });

  it('takes a folder outside the project for a project of its own', async () => {
    const asked: string[] = [];
    const other = new Checker({
      ...{ ...PLACE, cwd: PLACE.repository, policy },
      repositoryAt: (folder) => {
        asked.push(folder);
        return '/srv/app';
      },
    });
    const item = readItem('{"command":"rm -rf dist","cwd":"/srv/app/web"}');
    expect((await other.check(item)).action).toBe('allow');
    expect((await other.check(item)).action).toBe('allow');
    expect(asked).toEqual(['/srv/app/web']);
    await other.check(readItem('{"command":"ls","cwd":"/home/me/project/src"}'));
    expect(asked).toHaveLength(1);
  });
});

describe('requests', () => {
  const request = (http: object) => check(JSON.stringify({ http }));

  it('are judged by what they ask for', async () => {
    const body = JSON.stringify({ query: 'mutation { volumeDelete(volumeId: "v") }' });
    const headers = { 'Content-Type': 'application/json' };
    const url = 'https://backboard.railway.app/graphql/v2';
    expect(await request({ method: 'POST', url, headers, body })).toMatchObject({
      ...{ action: 'ask', rule: 'operation.destroy', reachable: false },
      words: ['mutation volumeDelete'],
    });
    expect(await request({ url: 'https://api.github.com/repos/a/b' })).toMatchObject({
      action: 'allow',
    });
    expect(
      await request({ method: 'DELETE', url: 'https://api.github.com/repos/a/b' }),
    ).toMatchObject({
      action: 'ask',
    });
    expect(
      await request({ method: 'POST', url: 'https://a.example/x', body: { a: 1 } }),
    ).toMatchObject({
      action: 'allow',
    });
  });

  it('with a credential that guard did not issue are refused', async () => {
    const token = `ghp_${'abcdefghijklmnopqrstuvwxyz0123456789'}`;
    const url = 'https://api.github.com/user';
    const refused = { action: 'deny', rule: 'credential.foreign' };
    expect(await request({ url, headers: { Authorization: `Bearer ${token}` } })).toMatchObject(
      refused,
    );
    expect(await request({ url, headers: [['authorization', `Bearer ${token}`]] })).toMatchObject(
      refused,
    );
    expect(await request({ url: `https://me:${token}@api.github.com/user` })).toMatchObject(
      refused,
    );
  });
});

describe('lines', () => {
  const lines = async (...chunks: (string | Buffer)[]) => {
    const found: (string | null)[] = [];
    for await (const line of linesOf(Readable.from(chunks.map((chunk) => Buffer.from(chunk)))))
      found.push(line);
    return found;
  };

  it('are put together whatever the chunks', async () => {
    expect(await lines('a\nb', 'c\n', '\nd')).toEqual(['a', 'bc', '', 'd']);
    const bytes = Buffer.from('ä\n');
    expect(await lines(bytes.subarray(0, 1), bytes.subarray(1))).toEqual(['ä']);
  });

  it('that are too long are told apart from the rest', async () => {
    const long = 'x'.repeat(LONGEST_LINE + 1);
    expect(await lines(`a\n${long}\nb\n`)).toEqual(['a', null, 'b']);
    expect(await lines('a\n', long.slice(5), 'yyyyyyyyyy', '\nb')).toEqual(['a', null, 'b']);
    expect(await lines(long)).toEqual([null]);
  });
});
