// What docs/audit.md says of speed: `node bench/audit.js`, by hand, on a machine that does nothing else. A repository of
// 100,000 files, commits of 3 and of 10 files in it, and a history of 20,000 commits; each figure is a median, guard and
// its baseline measured in turns.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  closeSync,
  mkdirSync,
  openSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { GUARD, env, median, place } from './place.js';

const FOLDERS = 1000;
const FILES = 100;
const COMMITS = 20_000;

const gitEnv = {
  ...env,
  GIT_AUTHOR_NAME: 'b',
  GIT_AUTHOR_EMAIL: 'b@example.com',
  GIT_COMMITTER_NAME: 'b',
  GIT_COMMITTER_EMAIL: 'b@example.com',
};

function git(cwd, args) {
  return execFileSync('git', args, { cwd, env: gitEnv });
}

/** Milliseconds from outside; the output goes where it costs nothing. */
function wall(cwd, command, args) {
  const start = performance.now();
  const { status, stderr } = spawnSync(command, args, {
    cwd,
    env: gitEnv,
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}: ${stderr}`);
  return performance.now() - start;
}

const rows = [];
function row(what, baseline, rounds, bare, guarded, target) {
  const [one, two] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    one.push(bare());
    two.push(guarded());
  }
  const [without, within] = [median(one), median(two)];
  rows.push({
    what,
    baseline,
    'baseline ms': without.toFixed(0),
    'guard ms': within.toFixed(0),
    difference: (within - without).toFixed(0),
    ratio: (within / without).toFixed(2),
    target,
  });
}

const node = (cwd) => () => wall(cwd, process.execPath, ['-e', '0']);
const guard =
  (cwd, ...args) =>
  () =>
    wall(cwd, process.execPath, [GUARD, 'audit', ...args]);

/** As code is: a few files change in a commit, by a few lines. */
function writeHistory(file) {
  const random = seeded(7);
  const words = Array.from({ length: 4000 }, (_, i) => `word${(i * 2654435761) % 1_000_003}`);
  const line = () =>
    Array.from({ length: 4 + random(8) }, () => words[random(words.length)]).join(' ');
  const files = Array.from({ length: 400 }, () => Array.from({ length: 80 }, line));
  const output = openSync(file, 'w');
  for (let commit = 0; commit < COMMITS; commit += 1) {
    const parts = [
      `commit refs/heads/main\ncommitter b <b@example.com> ${1_600_000_000 + commit * 60} +0000\ndata 7\nmessage\n`,
    ];
    for (let change = 0; change < 3; change += 1) {
      const at = random(files.length);
      const file = files[at];
      for (let edit = 0; edit < 8; edit += 1) file[random(file.length)] = line();
      const text = `${file.join('\n')}\n`;
      parts.push(`M 100644 inline src/${at}.txt\ndata ${text.length}\n${text}\n`);
    }
    writeSync(output, parts.join(''));
  }
  closeSync(output);
}

function seeded(seed) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return Math.floor((state / 0x80000000) * below);
  };
}

try {
  const large = join(place, 'large');
  for (let folder = 0; folder < FOLDERS; folder += 1) {
    mkdirSync(join(large, `src/${folder}`), { recursive: true });
    for (let file = 0; file < FILES; file += 1)
      writeFileSync(
        join(large, `src/${folder}/${file}.txt`),
        `text ${folder} ${file}\n`.repeat(40),
      );
  }
  git(large, ['init', '-q']);
  git(large, ['add', '.']);
  git(large, ['commit', '-qm', 'bench']);
  const stage = (count) => {
    for (let i = 0; i < count; i += 1)
      appendFileSync(join(large, `src/${i * 7}/3.txt`), `more text ${i}\n`.repeat(20));
    git(large, ['add', '-u']);
  };
  stage(3);
  row('3 files staged of 100,000', 'node -e 0', 25, node(large), guard(large), '≤ 1.5');
  stage(10);
  row('10 files staged of 100,000', 'node -e 0', 25, node(large), guard(large), '+ 40 ms');
  const list = () => wall(large, 'git', ['ls-files', '-co', '--exclude-standard']);
  row('--all, 100,000 files', 'git ls-files -co', 5, list, guard(large, '--all'), '');

  const old = join(place, 'old');
  mkdirSync(old);
  git(old, ['init', '-q', '-b', 'main']);
  const input = join(place, 'input');
  writeHistory(input);
  execFileSync('git', ['fast-import', '--quiet'], {
    cwd: old,
    env,
    stdio: [openSync(input), 'ignore', 'inherit'],
  });
  const log = () => wall(old, 'git', ['log', '-p']);
  row('--history, 20,000 commits', 'git log -p', 3, log, guard(old, '--history'), '≤ 0.5');
  console.table(rows);
} finally {
  rmSync(place, { recursive: true, force: true });
}
