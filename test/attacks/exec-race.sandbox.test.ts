import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { GUARD } from '../harness/guard.ts';
import { makeScene, reported, sh, type Scene } from './scene.ts';

const ATTEMPTS = 5000;
const [TRUE = '', TOUCH = ''] = ['true', 'touch'].map((program) =>
  execFileSync('which', [program], { encoding: 'utf8' }).trim(),
);

interface Race {
  /** Programs that left the trace which none may leave. */
  wins: number;
  /** Starts that failed. */
  refused: number;
  /** Programs that were killed. */
  ended: number;
  ran: number;
}

function forbidding(match: string): Scene {
  const scene = makeScene();
  scene.configure(`commands:\n  - { match: '${match}', action: deny, reason: 'it is a test' }`);
  return scene;
}

const race = (what: 'file' | 'arguments', attempts: number): string[] => [
  'race.mjs',
  what,
  String(attempts),
  TRUE,
  TOUCH,
];

it.each([
  ['file', 'touch'],
  ['arguments', 'touch evil'],
] as const)(
  'runs nothing that was not judged while another thread rewrites the %s',
  async (what, rule) => {
    const seen = reported<Race>(await forbidding(rule).attack(race(what, ATTEMPTS)));
    expect(seen.wins).toBe(0);
    expect(seen.refused + seen.ended + seen.ran).toBe(ATTEMPTS);
    // Each way it can go was met, or the race was none.
    expect(Math.min(seen.refused, seen.ended, seen.ran)).toBeGreaterThan(0);

    const free = reported<Race>(await forbidding(rule).unguarded(race(what, 100)));
    expect(free.wins).toBeGreaterThan(0);
  },
  300_000,
);

const script = (scene: Scene, name: string, text: string): void =>
  writeFileSync(join(scene.repository, name), text, { mode: 0o755 });

it.each<[string, (scene: Scene) => string[], string]>([
  [
    'by a thread that is not the first',
    () => ['starts.mjs', 'thread', '/bin/echo', 'said'],
    'said\n',
  ],
  ['as a script in memory', () => ['starts.mjs', 'script-in-memory', 'a', 'b'], '/dev/fd/%d b\n'],
  [
    'as a script below a folder',
    (scene) => {
      script(scene, 'one', '#!/bin/sh\necho "$0 $*"\n');
      return ['starts.mjs', 'script-below-folder', 'one', 'a', ''];
    },
    '/dev/fd/%d/one a \n',
  ],
  [
    'as a script of a script, with one argument of many words',
    (scene) => {
      script(scene, 'one', '#!/bin/sh -e \nshift; echo "$0 $*"\n');
      script(scene, 'two', '#! ./one  -x  -y\t\n');
      return sh('./two "a b" c');
    },
    './one ./two a b c\n',
  ],
  [
    'as a script whose first line has no end',
    (scene) => {
      script(scene, 'one', '#!/bin/echo said');
      return sh('./one a');
    },
    'said ./one a\n',
  ],
  [
    'as a script whose first line is longer than the kernel reads',
    (scene) => {
      script(scene, 'one', `#!/bin/echo ${'x'.repeat(400)}\n`);
      return sh('./one a');
    },
    `${'x'.repeat(255 - '#!/bin/echo '.length)} ./one a\n`,
  ],
  ['without arguments', () => sh('exec /bin/echo ""'), '\n'],
  [
    'as a text without a first line, by the shell that could not',
    (scene) => {
      script(scene, 'one', 'echo "$1"\n');
      return sh('./one a');
    },
    'a\n',
  ],
  [
    'with bytes that are no text, and many of them',
    () => sh(`set -- "$(printf 'a\\377b')" $(seq 1 20000); /bin/echo "$@" | tail -c 7`),
    ' 20000\n',
  ],
])('starts what was judged: %s', async (_, words, said) => {
  const scene = makeScene();
  const run = await scene.attack(words(scene));
  expect({ ...run, stdout: run.stdout.replace(/\/fd\/\d+/, '/fd/%d') }).toMatchObject({
    stdout: said,
    code: 0,
  });
});

it('fails as the kernel does where there is no program in the file', async () => {
  const scene = makeScene();
  script(scene, 'text', 'no program');
  script(scene, 'nowhere', '#!/nowhere/at/all\n');
  for (const [program, failed] of [
    ['./text', 'ENOEXEC'],
    ['./nowhere', 'ENOENT'],
    ['./ops', 'EACCES'],
    ['./README.md', 'EACCES'],
  ] as const) {
    const words = ['starts.mjs', 'plain', program];
    expect(reported(await scene.attack(words))).toEqual({ failed });
    expect(reported(await scene.unguarded(words))).toEqual({ failed });
  }
});

it('refuses what a debugger starts, and says so', async () => {
  const scene = makeScene();
  const run = await scene.attack(['starts.mjs', 'traced', '/bin/echo', 'said']);
  expect(reported(run)).toEqual({ failed: 'EPERM' });
  expect(run.stderr).toContain('a debugger holds the program that starts it');
  const log = await scene.unguarded([process.execPath, GUARD, 'log', 'latest', '--all']);
  expect(log.stdout).toContain('exec.traced');
});

it('says what was ended, on its stderr and in the record', async () => {
  const scene = forbidding('touch evil');
  const run = await scene.attack(race('arguments', 300));
  expect(run.stderr).toContain('changed between the verdict and the start');
  const log = await scene.unguarded([process.execPath, GUARD, 'log', 'latest', '--all']);
  expect(log.stdout).toContain('exec.changed');
});

it('leaves neither a stopped process nor a dead one that nobody learns of when signals come', async () => {
  const run = await makeScene().attack(
    sh(
      `i=0
       while [ $i -lt 60 ]; do
         sh -c 'exec sh -c "exec sleep 30"' & kid=$!
         for signal in STOP CONT USR1 STOP CONT TERM KILL; do kill -$signal $kid 2>/dev/null; done
         wait $kid 2>/dev/null
         i=$((i+1))
       done
       echo over`,
    ),
  );
  expect(run).toMatchObject({ stdout: 'over\n', code: 0 });
});
