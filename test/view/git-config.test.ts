import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isInertGitConfig, parseGitConfig } from '../../src/view/git-config.ts';

test.each([
  '[core]\n\tfsmonitor = ./evil\n',
  '[core] sshCommand = evil',
  '[core]\nfsmonitor\n',
  '[CORE]\nFSMonitor=x',
  '[core]\n\thooksPath = x\n',
  '[include]\n\tpath = ../x\n',
  '[includeIf "gitdir:**"]\n\tpath = ../x\n',
  '[filter "x"]\n\tclean = evil\n',
  '[alias]\n\tst = !evil\n',
  '[remote "o"]\n\turl = ext::sh -c evil\n',
  '[remote "o"]\n\tvcs = evil\n',
  '[remote "o"]\n\tuploadpack = evil\n',
  '[remote "o"]\n\tproxy = x\n',
  '[submodule "x"]\n\tupdate = !evil\n',
  '[diff "x"]\n\ttextconv = evil\n',
  '[credential]\n\thelper = !evil\n',
  '[core]\n\tbare = "false\n\tfsmonitor = x"\n[core]\n fsmonitor = y',
  '[broken',
  'no section = 1',
])('%j is not harmless', (text) => {
  expect(isInertGitConfig(text)).toBe(false);
});

test.each([
  '',
  '[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = false\n\tlogallrefupdates = true\n',
  '[remote "origin"]\n\turl = https://github.com/a/b.git\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n[branch "main"]\n\tremote = origin\n\tmerge = refs/heads/main\n',
  '[user]\n\tname = A B # c\n\temail = a@b\n',
])('%j is harmless', (text) => {
  expect(isInertGitConfig(text)).toBe(true);
});

test('it reads what git reads', () => {
  const folder = mkdtempSync(join(tmpdir(), 'guard-config-'));
  const file = join(folder, 'config');
  const piece = fc.constantFrom(
    '[core]',
    '[a "b\\"c"]',
    '[x.y]',
    '\n',
    '\t',
    ' ',
    'key',
    'Other',
    '=',
    'value',
    '"',
    '\\',
    '\\n',
    '#',
    ';',
    'é',
    '\r\n',
  );
  try {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
        writeFileSync(file, pieces.join(''));
        const ours = parseGitConfig(pieces.join(''));
        const theirs = gitList(file);
        // To call broken what git can read is safe; to read otherwise is not.
        if (ours && theirs) expect(ours.map(({ key, value }) => [key, value])).toEqual(theirs);
        if (ours && ours.length > 0) expect(theirs).not.toBeNull();
      }),
      { numRuns: 200 },
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

function gitList(file: string): string[][] | null {
  try {
    const out = execFileSync('git', ['config', '-z', '-f', file, '--list'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return out
      .toString()
      .split('\0')
      .filter(Boolean)
      .map((line) => {
        const at = line.indexOf('\n');
        return at < 0 ? [line, 'true'] : [line.slice(0, at), line.slice(at + 1)];
      });
  } catch {
    return null;
  }
}
