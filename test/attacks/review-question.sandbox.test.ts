import { spawn } from '@lydell/node-pty';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { GUARD } from '../harness/guard.ts';
import { makeScene } from './scene.ts';

/** What the user's terminal gets from the session's mark to the question, which is answered with no. */
async function shown(script: string): Promise<string> {
  const scene = makeScene();
  mkdirSync(join(scene.repository, 'src'));
  writeFileSync(join(scene.repository, 'src', 'a'), 'work\n');
  const terminal = spawn(process.execPath, [GUARD, 'run', '--quiet', '--', 'sh', '-c', script], {
    cwd: scene.repository,
    env: scene.env,
    cols: 100,
    rows: 24,
  });
  scene.atEnd(() => terminal.kill('SIGKILL'));
  let text = '';
  await new Promise<void>((resolve) => {
    terminal.onData((data) => {
      text += data;
      if (text.includes(' runs it')) setTimeout(() => terminal.write('n'), 300);
    });
    terminal.onExit(() => resolve());
  });
  return text.slice(text.indexOf('MARK'), text.indexOf(' runs it'));
}

const ASK = `exec perl -e 'exec { "/usr/bin/rm" } $ARGV[0], "-rf", "src"'`;

it('gives a question the whole screen back, so that none of it scrolls away unseen', async () => {
  // DECSTBM: only two rows scroll. Above them stands a question that the session wrote itself.
  const before = await shown(`printf 'MARK\\033[7;8r\\033[7;1H'; ${ASK} rm`);
  const reset = before.search(/\x1b\[!p|\x1b\[;?r|\x1bc/);
  expect(reset, 'the margins are taken back').toBeGreaterThan(-1);
  expect(reset).toBeLessThan(before.indexOf('wants to run'));
});

it('shows the program that would run, not the name the session gives it', async () => {
  const question = await shown(`printf MARK; ${ASK} 'npm test'`);
  expect(question).toMatch(/\brm\b.*-rf/);
});
