import { spawn } from '@lydell/node-pty';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { GUARD, guard, makePlace, type Place } from '../harness/guard.ts';

const PROFILE = 'version: 1\nnetwork:\n  allow: [evil.example]\n';

function project(): Place {
  const place = makePlace();
  writeFileSync(join(place.repository, '.guard.yaml'), PROFILE);
  return place;
}

const trustFile = (place: Place): string => join(place.state, 'guard', 'trust.json');

/** `guard trust` on a terminal of its own; `ahead` is typed before the question, `answer` once it stands there. */
function onTerminal(place: Place, ahead: string, answer: string) {
  const terminal = spawn(process.execPath, [GUARD, 'trust'], {
    cwd: place.repository,
    env: place.env,
  });
  onTestFinished(() => terminal.kill('SIGKILL'));
  let output = '';
  let answered = false;
  terminal.write(ahead);
  terminal.onData((data) => {
    output += data;
    if (answered || !output.includes('[y/N]')) return;
    answered = true;
    terminal.write(answer);
  });
  return new Promise<{ output: string; exitCode: number }>((resolve) =>
    terminal.onExit(({ exitCode }) => resolve({ output, exitCode })),
  );
}

it('a y on the terminal pins what was shown', async () => {
  const place = project();
  const { output, exitCode } = await onTerminal(place, '', 'y');
  expect(exitCode).toBe(0);
  expect(output).toContain('network.allow[0]: evil.example');
  expect(readFileSync(trustFile(place), 'utf8')).toContain(place.repository);
});

it.each(['n', '\r'])('%j does not, and neither does a y typed before the question', async (key) => {
  const place = project();
  const { output, exitCode } = await onTerminal(place, 'y', key);
  expect(exitCode).toBe(126);
  expect(output).toContain('Not trusted');
  expect(existsSync(trustFile(place))).toBe(false);
});

it('a pipe does not answer for a person', async () => {
  const place = project();
  const { code, stdout } = await guard(place, ['trust'], { input: 'y\n' });
  expect(code).not.toBe(0);
  expect(stdout).toContain('evil.example');
  expect(existsSync(trustFile(place))).toBe(false);
});
