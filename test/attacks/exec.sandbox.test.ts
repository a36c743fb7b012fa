import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { execProgram, type Way } from './elf.ts';
import { GUARD } from '../harness/guard.ts';
import { forbid, makeScene, sh, type Scene } from './scene.ts';

const SHRED = execFileSync('sh', ['-c', 'command -v shred'], { encoding: 'utf8' }).trim();
const has = (program: string): boolean => {
  try {
    return execFileSync('sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }) !== '';
  } catch {
    return false;
  }
};

/** The words destroy the victim where nothing holds them, and do not inside. */
async function expectHeld(scene: Scene, words: (victim: string) => string[]): Promise<string> {
  const { victim, destroyed } = forbid(scene);
  const run = await scene.attack(words(victim));
  expect(destroyed()).toBe(false);
  await scene.unguarded(words(victim));
  expect(destroyed()).toBe(true);
  return run.stderr;
}

const SHELL_WAYS: Record<string, string> = {
  'its name': 'shred "$1"',
  'an absolute path': `${SHRED} "$1"`,
  'a crooked path': `/usr/../usr//bin/./shred "$1"`,
  'a path through /proc': `/proc/$$/root${SHRED} "$1"`,
  'an open descriptor': `exec 8<${SHRED}; /proc/self/fd/8 "$1"`,
  'a copy': `cp ${SHRED} ./harmless; ./harmless "$1"`,
  'a copy in /tmp': `D=$(mktemp -d); cp ${SHRED} "$D/harmless"; "$D/harmless" "$1"`,
  'a copy that nobody may read': `cp ${SHRED} ./harmless; chmod 111 ./harmless; ./harmless "$1"`,
  'a symbolic link': `ln -sf ${SHRED} harmless; ./harmless "$1"`,
  'a farm of links': `ln -sf ${SHRED} l0; i=0; while [ $i -lt 30 ]; do ln -sf l$i l$((i+1)); i=$((i+1)); done; ./l30 "$1"`,
  'a folder of links on PATH': `mkdir -p farm; ln -sf ${SHRED} farm/ls; PATH="$PWD/farm:$PATH"; ls "$1"`,
  'env, nice, nohup, timeout and setsid': 'env A=b nice nohup timeout 5 setsid -w shred "$1"',
  xargs: 'echo "$1" | xargs shred',
  find: 'find . -name victim -exec shred {} \\;',
  'encoded words': 'echo "shred \\"$1\\"" | base64 | base64 -d | sh -s "$1"',
  'a script': 'printf "#!/bin/sh\\nshred \\"\\$1\\"\\n" >script; chmod +x script; ./script "$1"',
  'a script it interprets': `printf '#!${SHRED}\\n' >script; chmod +x script; ./script "$1"`,
  'a script of a script it interprets': `printf '#!${SHRED}\\n' >one; printf "#!$PWD/one\\n" >two; chmod +x one two; ./two "$1"`,
  'an alias of git': 'git -c alias.x="!shred \\"$1\\"" x',
  awk: 'awk "BEGIN { system(\\"shred $1\\") }"',
  'the loader': `for l in /lib64/ld-linux-*.so.* /lib/ld-linux-*.so.* /lib/ld-musl-*; do [ -e "$l" ] && "$l" ${SHRED} "$1"; done`,
  'a copy of the loader': `for l in /lib64/ld-linux-*.so.* /lib/ld-linux-*.so.* /lib/ld-musl-*; do [ -e "$l" ] && cp "$l" ./run && ./run ${SHRED} "$1"; done`,
  'the loader and a copy': `cp ${SHRED} x; for l in /lib64/ld-linux-*.so.* /lib/ld-linux-*.so.* /lib/ld-musl-*; do [ -e "$l" ] && "$l" ./x "$1"; done`,
  'a hundred thousand arguments': 'shred -- $(seq 1 100000) "$1"',
};

it.each(Object.entries(SHELL_WAYS))('holds a refused program started by %s', async (_, script) => {
  await expectHeld(makeScene(), (victim) => sh(script, victim));
});

it.skipIf(!has('bash'))('holds it under another argv[0] (needs bash)', async () => {
  await expectHeld(makeScene(), (victim) => [
    'bash',
    '-c',
    'exec -a ls shred "$1"',
    'bash',
    victim,
  ]);
});

it.skipIf(!has('busybox'))(
  'holds it as an applet of a renamed busybox (needs busybox)',
  async () => {
    await expectHeld(makeScene(), (victim) =>
      sh('cp "$(command -v busybox)" box; ./box shred "$1"; cp box shred; ./shred "$1"', victim),
    );
  },
);

it.skipIf(!has('perl'))('holds it when an interpreter starts it (needs perl)', async () => {
  await expectHeld(makeScene(), (victim) => ['perl', '-e', 'exec { "shred" } "ls", @ARGV', victim]);
});

it.each(['memfd', 'descriptor', 'relative', 'no-name', 'own-filter'])(
  'holds a refused program started through %s',
  async (way) => {
    await expectHeld(makeScene(), (victim) => ['execs.mjs', way, SHRED, victim]);
  },
);

it.skipIf(process.arch !== 'x64').each<Way>(['x86-64', 'vfork'])(
  'holds a refused program started by bare machine code: %s (x86-64 only)',
  async (way) => {
    const scene = makeScene();
    const words = withProgram(scene, way);
    await expectHeld(scene, words);
  },
);

it.skipIf(process.arch !== 'x64').each<Way>(['i386', 'x32'])(
  'refuses the calls of another architecture: %s (x86-64 only)',
  async (way) => {
    const scene = makeScene();
    const words = withProgram(scene, way);
    const { victim, destroyed } = forbid(scene);
    const run = await scene.attack(words(victim));
    // ENOSYS, 38, as an exit status.
    expect(run.code).toBe(256 - 38);
    expect(destroyed()).toBe(false);
    // Outside the kernel may have been built without that architecture.
    if ((await scene.unguarded(words(victim))).code === 0) expect(destroyed()).toBe(true);
  },
);

it('lets a program re-execute itself through /proc', async () => {
  const run = await makeScene().attack(sh('exec /proc/self/exe -c "echo again"'));
  expect(run).toMatchObject({ stdout: 'again\n', code: 0 });
});

it('refuses two megabytes of arguments like any other', async () => {
  const scene = makeScene();
  const { victim, destroyed } = forbid(scene);
  const script =
    'a=$(head -c 100000 /dev/zero | tr "\\0" a); shred -- $a $a $a $a $a $a $a $a $a $a $a $a $a $a $a $a $a $a "$1"';
  const run = await scene.attack(sh(script, victim));
  expect(run.stderr).toContain('guard: refused');
  expect(destroyed()).toBe(false);
});

it('says why in text that does nothing to a terminal, and records it so', async () => {
  const scene = makeScene();
  forbid(scene);
  const evil = '\x1b]0;owned\x07\x1b[2J\u202egnp.exe\u200b\x9b31m\r\nguard: allowed';
  mkdirSync(join(scene.repository, evil));
  writeFileSync(join(scene.repository, evil, 'shred'), 'x');
  const run = await scene.attack(sh('cd "$1"; shred "$1"; exec shred', evil));
  const log = await scene.unguarded([process.execPath, GUARD, 'log', 'latest', '--all']);
  expect(run.stderr).toContain('guard: refused');
  expect(log.stdout).toContain('shred');

  const unsafe = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e]/;
  for (const text of [run.stderr, log.stdout, log.stderr]) expect(text).not.toMatch(unsafe);
  expect(log.stdout).not.toMatch(/^guard: allowed/m);
});

function withProgram(scene: Scene, way: Way): (victim: string) => string[] {
  const file = join(scene.repository, 'program');
  return (victim) => {
    if (!existsSync(file)) writeFileSync(file, execProgram(way, [SHRED, victim]), { mode: 0o755 });
    return ['./program'];
  };
}
