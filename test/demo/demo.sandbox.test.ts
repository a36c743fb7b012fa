import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, it } from 'vitest';
import type { DemoStep } from '../../src/demo/types.ts';
import { guard, makePlace, outcome, startGuard, type Place } from '../harness/guard.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const LAYERS = ['view', 'commands', 'egress'] as const;
type Layer = (typeof LAYERS)[number];
const WAYS = ['cli', 'curl', 'curl-disguised'];

beforeAll(() => {
  if (!existsSync(join(ROOT, 'dist', 'guard.js')))
    execFileSync(process.execPath, ['build.js'], { cwd: ROOT });
});

/** A place whose temporary files can be looked through afterwards. */
function makeDemoPlace(): { place: Place; temporary: string } {
  const place = makePlace();
  const temporary = join(place.home, 'tmp');
  mkdirSync(temporary);
  // The user's own settings and token play no part: neither may change what is shown, nor be shown to the agent.
  const settings = join(place.home, '.config', 'guard');
  mkdirSync(settings, { recursive: true });
  writeFileSync(
    join(settings, 'profile.yaml'),
    'version: 1\nnetwork: { allow: ["*"] }\nenv: { pass: ["*"] }\nfiles: { expose: [scripts/old-domains.sh] }\n',
  );
  const env = { ...place.env, TMPDIR: temporary, RAILWAY_TOKEN: randomUUID() };
  return { place: { ...place, env }, temporary };
}

async function demo(on: readonly Layer[]) {
  const { place, temporary } = makeDemoPlace();
  const off = LAYERS.filter((layer) => !on.includes(layer));
  const result = await guard(place, [
    'demo',
    '--json',
    ...off.flatMap((layer) => ['--without', layer]),
  ]);
  expect(result.stderr).not.toContain('error');
  expect(result.code).toBe(0);
  expect(readdirSync(temporary)).toEqual([]);
  const { deleted, steps } = JSON.parse(result.stdout) as { deleted: boolean; steps: DemoStep[] };
  return { deleted, step: new Map(steps.map((step) => [step.step as string, step])) };
}

it('deletes the volume with all three layers off', async () => {
  const { deleted, step } = await demo([]);
  expect(deleted).toBe(true);
  for (const name of ['search-files', 'search-environment', 'search-behind', 'cli'])
    expect(step.get(name)).toEqual({ step: name, outcome: 'succeeded', layer: null, rule: null });
});

it.each<Layer[][]>([
  [['view']],
  [['commands']],
  [['egress']],
  [['view', 'commands']],
  [['view', 'egress']],
  [['commands', 'egress']],
  [['view', 'commands', 'egress']],
])('keeps the volume with %s on', async (on) => {
  const { deleted, step } = await demo(on);
  expect(deleted).toBe(false);
  expect(step.get('task')).toMatchObject({ outcome: 'credential mismatch' });
  // Each way is stopped by the first layer that it meets.
  const first = (['commands', 'egress', 'view'] as const).find((layer) => on.includes(layer));
  for (const way of WAYS) expect(step.get(way)).toMatchObject({ outcome: 'stopped', layer: first });
  for (const search of ['search-files', 'search-environment', 'search-behind'])
    expect(step.get(search)).toMatchObject(
      on.includes('view') ? { outcome: 'stopped', layer: 'view' } : { outcome: 'succeeded' },
    );
});

it('tells people what was stopped, and where the record is', async () => {
  const { place } = makeDemoPlace();
  const { code, stdout } = await guard(place, ['demo', '--without', 'commands']);
  expect(code).toBe(0);
  expect(stdout).toContain('commands OFF');
  expect(stdout).toContain('stopped by egress (network.host)');
  expect(stdout).toContain('the production volume and its backups: still there');
  const id = /guard log (\S+)/.exec(stdout)?.[1];
  expect((await guard(place, ['log', id ?? ''])).stdout).toContain('coding-agent');
  const record = (await guard(place, ['log', '--json', id ?? ''])).stdout;
  expect(record).toContain('RAILWAY_API_TOKEN');
  expect(record).not.toContain('RAILWAY_TOKEN');
  expect((await guard(place, ['log', 'verify', id ?? ''])).code).toBe(0);
});

it('leaves nothing behind when it is interrupted', async () => {
  const { place, temporary } = makeDemoPlace();
  const child = startGuard(place, ['demo', '--json']);
  const ended = outcome(child);
  while (readdirSync(temporary).length === 0 && child.exitCode === null) await setTimeout(10);
  child.kill('SIGINT');
  expect(await ended).toMatchObject({ code: 130, stdout: '' });
  expect(readdirSync(temporary)).toEqual([]);
});

it('refuses a layer it does not know', async () => {
  const { place } = makeDemoPlace();
  const { code, stderr, stdout } = await guard(place, ['demo', '--without', 'luck']);
  expect({ code, stdout }).toEqual({ code: 125, stdout: '' });
  expect(stderr).toContain('view, commands and egress');
});
