// What it costs that every exec is held, judged and looked at before it runs: `npm run bench`, by hand, on a machine that
// does nothing else. Every figure is a ratio of medians, guard against the same outside, measured in turns.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GUARD, inner, median, place, repository } from './place.js';

const ROUNDS = Number(process.argv[2] ?? 7);
const session = [process.execPath, GUARD, 'run', '--quiet', '--'];
const loop = (body) => `i=0; while [ $i -lt 1000 ]; do ${body}; i=$((i+1)); done`;
const rows = [];

try {
  writeFileSync(join(repository, 'script'), '#!/bin/true\n', { mode: 0o755 });
  for (const [what, script, target] of [
    ['1,000 execs', loop('/bin/true'), '≤ 1.4'],
    ['1,000 execs of a script', loop('./script'), '≤ 1.4'],
    ['1,000 execs, four at a time', 'seq 1000 | xargs -P 4 -n 1 /bin/true', '≤ 1.4'],
    [
      '200 execs of a shell that runs three',
      loop('[ $i -ge 200 ] || sh -c "true; ls; cat /dev/null"'),
      '≤ 1.4',
    ],
  ]) {
    const [bare, inside] = [[], []];
    for (let round = 0; round < ROUNDS; round += 1) {
      bare.push(inner([], script));
      inside.push(inner(session, script));
    }
    const [baseline, guarded] = [median(bare), median(inside)];
    rows.push({
      what,
      'baseline ms': baseline.toFixed(0),
      'guard ms': guarded.toFixed(0),
      ratio: (guarded / baseline).toFixed(2),
      target,
    });
  }
  console.table(rows);
} finally {
  rmSync(place, { recursive: true, force: true });
}
