import { writeFileSync, readFileSync, existsSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { planView } from '../../src/view/plan-view.ts';
import { restore } from '../../src/view/restore.ts';
import type { ViewPlan } from '../../src/view/types.ts';
import { FILES, inView, workshop, type Ran, type Workshop } from './session-view.ts';
import { tokenScanner } from './token-scanner.ts';

/** What git does inside with files whose secrets are replaced, against what it does outside with the files themselves. */

const TOKEN = 'tok_Abcdefghij1234567890';
const OTHER = 'tok_Zyxwvutsrq0987654321';
let shop: Workshop;
let view: ViewPlan;
beforeEach(() => {
  shop = workshop();
  shop.git('init', '-q');
  shop.git('config', 'core.autocrlf', 'false');
});
afterEach(() => shop.remove());

async function plan(repository = shop.repository): Promise<void> {
  view = await planView({
    repository,
    sessionDir: shop.sessionDir,
    files: FILES,
    content: { scanner: () => tokenScanner, known: () => [], cache: null },
  });
}

const run = (script: string): Ran => inView(view, shop.sessionDir, script);
const placeholderOf = (value: string): string => view.standIns.of(value) ?? 'none';

/** What a session's end does: the files get what the stand-ins have, with their secrets. */
function carryBack(): void {
  for (const { path, source } of view.covers) {
    const pairs = view.spans.get(source)?.pairs;
    if (pairs) writeFileSync(path, restore(readFileSync(source), pairs)?.bytes ?? '');
  }
}

const NAMES = [
  'a.txt',
  'sub/dir/b.txt',
  'it\'s/a "quote" $HOME `x`.txt',
  'new\nline/c.txt',
  '-n/&;|.txt',
  '*?[x]/\\d.txt',
  'ümlaut/e.txt',
];

test.each(['settled', 'racy'])('%s: unmodified, then modified by the edit alone', async (state) => {
  for (const name of NAMES) shop.write(name, `one\nkey ${TOKEN} and ${OTHER}/&\\ end\nthree`);
  shop.git('add', '-A');
  shop.git('commit', '-qm', 'one');
  if (state === 'settled') {
    for (const name of NAMES) utimesSync(join(shop.repository, name), 1.6e9, 1.6e9);
    shop.git('status');
  }
  await plan();
  expect(view.covers.filter(({ writable }) => writable)).toHaveLength(NAMES.length);
  expect(
    run(
      'git status --porcelain; git diff; git diff HEAD; git add -A; git status --porcelain; git stash',
    ),
  ).toMatchObject({ stdout: 'No local changes to save\n', stderr: '' });
  const edit = run(
    `find . -name '*.txt' -exec sh -c 'for f; do printf "\\nfour %s" "$(sed -n 2p "$f")" >> "$f"; done' sh {} +
git diff -U0 | grep '^[-+]' | grep -v '^---\\|^+++' | sort | uniq -c; git commit -qam two; git status --porcelain`,
  );
  expect(edit.stderr).toBe('');
  const last = `+four key ${TOKEN} and ${OTHER}/&\\ end`;
  expect(edit.stdout.replaceAll(/ +(\d) /g, '$1 ')).toBe(`7 ${last}\n7 +three\n7 -three\n`);
  carryBack();
  expect(shop.git('status', '--porcelain')).toBe('');
  for (const name of NAMES)
    expect(shop.git('show', `HEAD:${name}`)).toBe(
      readFileSync(join(shop.repository, name), 'utf8'),
    );
});

test('line ends are converted as the repository says, and bytes that are no text are kept', async () => {
  shop.write('.gitattributes', 'crlf.txt text eol=crlf\n*.bin -text\n');
  shop.write('crlf.txt', `one\r\n${TOKEN}\r\n`);
  const wide = Buffer.from(`\ufeffwide\r\n${TOKEN}\r\n`, 'utf16le');
  shop.write('raw.bin', Buffer.concat([Buffer.from([0, 10, 255, 0]), Buffer.from(TOKEN), wide]));
  shop.git('add', '-A');
  shop.git('commit', '-qm', 'one');
  await plan();
  expect(run('touch crlf.txt raw.bin; git status --porcelain; git diff')).toMatchObject({
    stdout: '',
    stderr: '',
  });
  run("printf 'more\\r\\n' >> crlf.txt; printf '\\000\\377' >> raw.bin; git commit -qam two");
  carryBack();
  expect(shop.git('status', '--porcelain')).toBe('');
  expect(shop.git('show', 'HEAD:crlf.txt')).toBe(`one\n${TOKEN}\nmore\n`);
  expect(shop.git('diff', '--stat', 'HEAD~')).toContain('raw.bin');
});

test('a secret that git does not hold is not added by a session', async () => {
  shop.write('a.txt', `old ${TOKEN}\n`);
  shop.git('add', '-A');
  shop.git('commit', '-qm', 'one');
  shop.write('a.txt', `old ${TOKEN}\nnew ${OTHER}\n`);
  shop.write('untracked.txt', `${OTHER}\n`);
  await plan();
  const { stdout } = run(
    'git diff; git add -A; git commit -qm two; git show HEAD:a.txt HEAD:untracked.txt',
  );
  expect(stdout).not.toContain(OTHER);
  expect(stdout).toContain(`+new ${placeholderOf(OTHER)}`);
  expect(shop.git('show', 'HEAD:a.txt')).toBe(`old ${TOKEN}\nnew ${placeholderOf(OTHER)}\n`);
  expect(shop.git('show', 'HEAD:untracked.txt')).toBe(`${placeholderOf(OTHER)}\n`);
});

test('what was committed before is found also after the index has gone on', async () => {
  shop.write('a.txt', `${TOKEN}\n`);
  shop.git('add', '-A');
  shop.git('commit', '-qm', 'one');
  await plan();
  run(
    'for i in 1 2 3; do text=$(cat a.txt); printf "line %s\\n%s\\n" "$i" "$text" > a.txt; git commit -qam "$i"; done',
  );
  expect(shop.git('show', 'HEAD:a.txt')).toBe(`line 3\nline 2\nline 1\n${TOKEN}\n`);
});

test('in a linked worktree and in a submodule, also where both have a file of that name', async () => {
  const other = workshop('sub source');
  try {
    other.git('init', '-q');
    other.write('a.txt', `${OTHER}\n`);
    other.git('add', '-A');
    other.git('commit', '-qm', 'one');
    shop.write('a.txt', `${TOKEN}\n`);
    shop.git('add', '-A');
    shop.git(
      '-c',
      'protocol.file.allow=always',
      'submodule',
      '-q',
      'add',
      other.repository,
      'libs/sub',
    );
    shop.git('commit', '-qm', 'one');
    await plan();
    const { stdout, stderr } = run(
      'git status --porcelain; for d in . libs/sub; do echo x >> $d/a.txt; git -C $d commit -qam two; git -C $d show HEAD:a.txt; git -C $d status --porcelain a.txt; done',
    );
    expect(stderr).toBe('');
    expect(stdout).toBe(`${TOKEN}\nx\n${OTHER}\nx\n`);
    const tree = join(shop.repository, '..', 'tree');
    shop.git('worktree', 'add', '-q', tree);
    shop.sessionDir += '2';
    await plan(tree);
    const linked = run(
      'git status --porcelain a.txt; echo y >> a.txt; git commit -qam three; git show HEAD:a.txt',
    );
    expect(linked).toMatchObject({ stdout: `${TOKEN}\nx\ny\n`, stderr: '' });
  } finally {
    other.remove();
  }
});

test('what git cannot do to a covered file it says, and leaves the file alone', async () => {
  shop.write('a.txt', `${TOKEN}\n`);
  shop.git('add', '-A');
  shop.git('commit', '-qm', 'one');
  await plan();
  for (const command of ['git checkout -- a.txt', 'git stash', 'git reset --hard']) {
    const done = run(`echo x >> a.txt; ${command}`);
    expect(done.status).not.toBe(0);
    expect(done.stderr).toMatch(/a\.txt.*Device or resource busy/);
    expect(existsSync(join(shop.repository, 'a.txt'))).toBe(true);
  }
});

test('no real value lies in what the session is given for git', async () => {
  shop.write('a.txt', `${TOKEN}\n`);
  shop.git('add', '-A');
  await plan();
  const { stdout } = run('cat /run/guard/git/spans/* /run/guard/git/config');
  expect(stdout).toContain(placeholderOf(TOKEN));
  expect(stdout).not.toContain(TOKEN);
});
