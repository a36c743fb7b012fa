import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { guard, makePlace, type Place } from '../harness/guard.ts';

/** Answers of a bulk run. */
async function bulk(place: Place, input: string, ...options: string[]): Promise<unknown[]> {
  const { code, stdout, stderr } = await guard(place, ['check', '--jsonl', ...options], { input });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);
}

describe('one item', () => {
  it.each([
    [['ls -la; cat a'], 0, /^allow {2}default: /],
    [['git push --force'], 3, /^ask {2}git\.push\.force: .*\n {2}instead: /],
    [['--', 'git', 'push', '--force'], 3, /^ask {2}git\.push\.force: /],
    [['git', 'push', '--force'], 3, /^ask {2}git\.push\.force: /],
    [['rm -rf /'], 126, /^deny {2}fs\.rm\.root: /],
    [['grep', '-e', 'rm -rf /', 'a'], 0, /^allow /],
    [
      ['--explain', 'cd src && git push -f'],
      3,
      /\n {2}words: git push -f\n[^]*git\.yaml:\d+ \(default\)\n$/,
    ],
  ])('%j', async (words, code, said) => {
    const ended = await guard(makePlace(), ['check', ...words]);
    expect(ended).toMatchObject({ code, stderr: '' });
    expect(ended.stdout).toMatch(said);
  });

  it('knows what git ignores here', async () => {
    const place = makePlace();
    execFileSync('git', ['init', '-q', place.repository]);
    writeFileSync(join(place.repository, '.gitignore'), 'da*/\n');
    for (const name of ['data', 'own']) mkdirSync(join(place.repository, name));
    for (const [command, code] of [
      ['rm -rf data', 0],
      ['cd own && rm -rf ../data', 0],
      ['rm -rf data own', 3],
      ['rm -rf da*', 3],
      ['ssh host rm -rf data', 3],
    ] as const)
      expect((await guard(place, ['check', command])).code, command).toBe(code);
  });

  it('as JSON', async () => {
    const { stdout } = await guard(makePlace(), ['check', '--format', 'json', 'rm -rf /']);
    expect(JSON.parse(stdout)).toMatchObject({ action: 'deny', rule: 'fs.rm.root' });
  });

  it('is never run', async () => {
    const place = makePlace();
    const { stdout } = await guard(place, ['check', 'echo made > made; touch made; $(touch made)']);
    expect(stdout).toMatch(/^allow|^ask/);
    expect((await guard(place, ['check', '--', 'touch', 'made'])).code).toBe(0);
    expect(readdirSync(place.repository)).toEqual([]);
  });

  it('says what it lacks', async () => {
    expect(await guard(makePlace(), ['check'])).toMatchObject({
      code: 125,
      stdout: '',
      stderr: expect.stringMatching(/^guard: cannot check: no command is given\. /) as string,
    });
    expect((await guard(makePlace(), ['check', '--jsonl', 'ls'])).code).toBe(125);
  });
});

it('follows the profile of the user and of the project', async () => {
  const place = makePlace();
  const file = join(place.home, 'more.yaml');
  writeFileSync(file, 'version: 1\ncommands:\n  - { match: "make deploy", action: deny }\n');
  expect((await guard(place, ['check', 'make deploy'])).code).toBe(0);
  expect((await guard(place, ['check', '--profile', file, 'make deploy'])).code).toBe(126);
  writeFileSync(
    join(place.repository, '.guard.yaml'),
    'version: 1\ncommands:\n  - { match: "make release", action: ask }\n',
  );
  expect((await guard(place, ['check', 'make release'])).code).toBe(3);
});

describe('in bulk', () => {
  it('answers every line, in order', async () => {
    const place = makePlace();
    const lines = [
      '{"id":1,"command":"rm -rf /"}',
      'nonsense',
      '{"id":"two","argv":["ls"]}',
      '',
      '{"id":3,"sql":"DROP TABLE a","dialect":"postgres"}',
      '{"id":4,"http":{"method":"DELETE","url":"https://api.github.com/repos/a/b"}}',
      'x'.repeat(2 * 1024 * 1024),
      '{"id":5,"command":"ls"}',
    ];
    expect(await bulk(place, lines.join('\n'))).toMatchObject([
      { id: 1, action: 'deny', rule: 'fs.rm.root' },
      { action: 'deny', rule: 'check.unreadable' },
      { id: 'two', action: 'allow' },
      { id: 3, action: 'ask', rule: 'sql.destroy' },
      { id: 4, action: 'ask', rule: 'operation.destroy', reachable: false },
      { action: 'deny', rule: 'check.unreadable', reason: 'the line is too long' },
      { id: 5, action: 'allow' },
    ]);
  });

  it('finds the project of each folder', async () => {
    const place = makePlace();
    const other = join(place.home, 'other', 'src');
    mkdirSync(join(place.home, 'other', '.git'), { recursive: true });
    mkdirSync(other);
    const item = (cwd: string) => `${JSON.stringify({ command: 'rm -rf ../dist', cwd })}\n`;
    const answers = await bulk(place, item(other) + item(join(place.home, 'bare')));
    expect(answers).toMatchObject([
      { action: 'allow' },
      { rule: expect.stringMatching(/^fs\./) as string },
    ]);
  });

  it('waits for a reader that is slow', async () => {
    const count = 20_000;
    const input = '{"command":"ls"}\n'.repeat(count);
    expect(await bulk(makePlace(), input)).toHaveLength(count);
  });
});
