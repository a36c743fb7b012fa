// What looking for secrets by content costs a start: 100,000 files seen for the first time, unchanged, and one of them
// changed, against what git takes to list them; and a small project, against guard without anything to look through.
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { env, GUARD, home, median, place, repository } from './place.js';

const FOLDERS = 1000;
const FILES = 100;
const small = join(home, 'small');
const empty = join(home, 'empty');
for (const folder of [small, empty]) mkdirSync(folder);
for (let n = 0; n < 50; n++) writeFileSync(join(small, `f${n}.js`), text(n, 200));
for (let folder = 0; folder < FOLDERS; folder++) {
  const path = join(repository, `d${folder % 10}`, `e${folder}`);
  mkdirSync(path, { recursive: true });
  for (let n = 0; n < FILES; n++) writeFileSync(join(path, `f${n}.js`), text(n, 20));
}
git('init', '-q');
git('add', '.');
// What has just been written is looked at twice.
execFileSync('sleep', ['2.5']);

const scans = join(place, 'state', 'guard', 'scans');
const forgotten = () => rmSync(scans, { recursive: true, force: true });
const show = (what, ms) => console.log(`${what.padEnd(52)}${ms.toFixed(0).padStart(8)} ms`);

const nothing = times(9, () => guard(empty));
show('guard run true, nothing to look through', nothing);
show(
  '… 50 files, first time',
  times(9, () => guard(small), forgotten),
);
show(
  '… 50 files, unchanged',
  times(9, () => guard(small)),
);
show(
  '… 100,000 files, first time',
  times(3, () => guard(repository), forgotten),
);
const warm = times(5, () => guard(repository));
show('… 100,000 files, unchanged', warm);
const listed = times(5, () => git('ls-files', '-co', '--exclude-standard'));
show('git ls-files -co --exclude-standard', listed);
const status = times(5, () => git('status', '--short'));
show('git status', status);
console.log(
  `unchanged, without guard's own start: ${((warm - nothing) / listed).toFixed(1)} × git ls-files`,
);
rmSync(place, { recursive: true });

function text(n, lines) {
  return `export const value${n} = ${n};\n`.repeat(lines);
}

function git(...args) {
  execFileSync('git', args, { cwd: repository, env, stdio: ['ignore', 'ignore', 'ignore'] });
}

function guard(cwd) {
  execFileSync(process.execPath, [GUARD, 'run', '-q', '--', 'true'], { cwd, env, stdio: 'ignore' });
}

function times(count, run, before = () => undefined) {
  return median(
    Array.from({ length: count }, () => {
      before();
      const start = performance.now();
      run();
      return performance.now() - start;
    }),
  );
}
