import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expectGone, expectRefused, processesOf, project, run } from './refusals.ts';

it('finds the processes of a session that runs, all of them gone when guard is killed', async () => {
  const place = project();
  const running = run(place, ['run', '--', 'sleep', '600']);
  await expect.poll(() => processesOf(place).join('\n')).toMatch(/^\d+ \S*sleep 600/m);
  const guard = processesOf(place).find((line) => line.includes('guard.js run'));
  process.kill(Number(guard?.split(' ')[0]), 'SIGKILL');
  expect(await running).toMatchObject({ code: null, signal: 'SIGKILL' });
  await expectGone(place);
});

describe('a command', () => {
  it.each<[words: string[], says: RegExp]>([
    [['no-such-program'], /cannot start no-such-program: no folder of PATH has .* Check the name/],
    [['./no-such-program'], /cannot start \.\/no-such-program: there is no such program/],
    [['claud'], /cannot start claud: .* Did you mean the agent "claude"\?$/],
    [[''], /cannot start the command: its name is empty/],
    [['.'], /cannot start \.: no folder of PATH/],
    [['./'], /cannot start \.\/: it is a folder/],
    [['./README'], /cannot start \.\/README: it may not be executed/],
    [['./README/x'], /cannot start \.\/README\/x: there is no such program/],
    [['\x1b[31m\u202ered'], /cannot start \\e\[31m\\u\{202e\}red: /],
  ])('%j is refused', async (words, says) => {
    await expectRefused(project(), ['run', ...words], says);
  });

  it('is an agent that is not installed', async () => {
    const place = project();
    const bin = join(place.home, 'bin');
    mkdirSync(bin);
    symlinkSync(which('bwrap'), join(bin, 'bwrap'));
    await expectRefused(place, ['run', 'codex'], /cannot start codex: .* Install codex, or see/, {
      env: { PATH: bin },
    });
  });

  it('lies where the session does not look, also by a link and as an interpreter', async () => {
    const place = project();
    const tool = join(place.home, 'tools', 'tool');
    script(tool, '#!/bin/sh\n');
    const says = /~\/tools\/tool is not in the session's view\. Grant its folder in .*"~\/tools"/;
    await expectRefused(place, ['run', tool], says);
    await expectRefused(place, ['run', 'tool'], says, {
      env: { PATH: `${dirname(tool)}:${place.env.PATH}` },
    });
    symlinkSync(tool, join(place.repository, 'link'));
    await expectRefused(place, ['run', './link'], says);
    script(join(place.repository, 'script'), `#!${tool}\n`);
    await expectRefused(place, ['run', './script'], says);
    script(join(place.repository, 'script'), '#! /nowhere/python -u\n');
    await expectRefused(place, ['run', './script'], /its interpreter \/nowhere\/python does not/);
    script(join(place.repository, 'script'), `#!${join(place.repository, 'README')}\n`);
    await expectRefused(place, ['run', './script'], /its interpreter \S+\/README is no program/);
  });

  it('is granted by the line that the refusal names', async () => {
    const place = project();
    script(join(place.home, 'tools', 'tool'), '#!/bin/sh\necho "tool $1"\n');
    script(
      join(place.home, '.config', 'guard', 'profile.yaml'),
      'version: 1\nhome: { read: ["~/tools"] }\n',
      0o600,
    );
    const outcome = await run(place, ['run', '--quiet', join(place.home, 'tools/tool'), 'here']);
    expect(outcome).toMatchObject({ code: 0, stdout: 'tool here\n', stderr: '' });
  });

  it('that a rule refuses ends with 126, and with nothing removed', async () => {
    const place = project();
    const outcome = await run(place, ['run', '--quiet', 'rm', '-rf', place.repository]);
    expect(outcome).toMatchObject({ code: 126, stdout: '' });
    expect(outcome.stderr).toMatch(/guard: refused .*\[rule fs\.rm\./);
    expect(existsSync(join(place.repository, 'README'))).toBe(true);
    await expectGone(place);
  });

  it('has a name that is too long to show', async () => {
    await expectRefused(
      project(),
      ['run', 'x'.repeat(5000)],
      /cannot start x+…: no folder of PATH/,
    );
  });
});

describe('bubblewrap', () => {
  it('is missing', async () => {
    await expectRefused(
      project(),
      ['run', '/usr/bin/true'],
      /bubblewrap is missing: no folder of PATH has bwrap\. .*bubblewrap/,
      { env: { PATH: '/nowhere:/usr/share' } },
    );
  });

  it('is not taken from the repository, nor from a relative folder of PATH', async () => {
    const place = project();
    const used = join(place.home, 'used');
    script(join(place.repository, 'bwrap'), `#!/bin/sh\necho >${used}\nexec bwrap "$@"\n`);
    symlinkSync(place.repository, join(place.home, 'bin'));
    for (const PATH of [place.repository, join(place.home, 'bin')])
      await expectRefused(
        place,
        ['run', '/usr/bin/true'],
        /bubblewrap is missing: the only bwrap/,
        {
          env: { PATH },
        },
      );
    await expectRefused(place, ['run', '/usr/bin/true'], /no folder of PATH has bwrap/, {
      env: { PATH: '.::' },
    });
    for (const first of [place.repository, '.', '']) {
      const PATH = `${first}:${place.env.PATH}`;
      expect(await run(place, ['run', '/usr/bin/true'], { env: { PATH } })).toMatchObject({
        code: 0,
      });
    }
    expect(existsSync(used)).toBe(false);
    // The trap works: without the rule it would have been used.
    spawnSync(join(place.repository, 'bwrap'));
    expect(existsSync(used)).toBe(true);
  });
});

function script(path: string, text: string, mode = 0o755): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  chmodSync(path, mode);
}

function which(program: string): string {
  return execFileSync('sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).trim();
}
