// What the README's figures come from: `npm run bench`, by hand, on a machine that does nothing else. Every figure is a
// ratio of medians, guard against a baseline measured in turns with it in the same run.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GUARD, env, inner, median, place, repository } from './place.js';

/** Milliseconds a command takes from outside. */
function wall(command, args) {
  const start = performance.now();
  const { status, stderr } = spawnSync(command, args, { cwd: repository, env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`);
  return performance.now() - start;
}

/** Medians of the two, measured in turns. */
function compare(rounds, baseline, guarded) {
  const [bare, inside] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    bare.push(baseline());
    inside.push(guarded());
  }
  return [median(bare), median(inside)];
}

const rows = [];
function row(what, baseline, [bare, inside], target) {
  rows.push({
    what,
    baseline,
    'baseline ms': bare.toFixed(1),
    'guard ms': inside.toFixed(1),
    ratio: (inside / bare).toFixed(2),
    target,
  });
}

const session = [process.execPath, GUARD, 'run', '--quiet', '--'];

try {
  for (let folder = 0; folder < 100; folder += 1) {
    mkdirSync(join(repository, `src/${folder}`), { recursive: true });
    for (let file = 0; file < 50; file += 1)
      writeFileSync(
        join(repository, `src/${folder}/${file}.txt`),
        `line of text ${file}\n`.repeat(40),
      );
  }
  writeFileSync(join(repository, '.env'), 'API_TOKEN=sk_live_0123456789abcdefghijkl\n');
  execFileSync(
    'sh',
    ['-c', 'git init -q . && git add src && git -c user.name=b -c user.email=b@b commit -qm bench'],
    { cwd: repository, env },
  );

  row(
    'start: guard run -- true',
    'node -e 0',
    compare(
      15,
      () => wall(process.execPath, ['-e', '0']),
      () => wall(session[0], [...session.slice(1), 'true']),
    ),
    '≤ 2.2',
  );
  const thousand = 'i=0; while [ $i -lt 1000 ]; do /bin/true; i=$((i+1)); done';
  row(
    '1,000 execs',
    'the same outside',
    compare(
      7,
      () => inner([], thousand),
      () => inner(session, thousand),
    ),
    '≤ 1.4',
  );
  for (const [what, script] of [
    ['git status, 5,000 files', 'for i in 1 2 3 4 5 6 7 8 9 10; do git status; done'],
    ['grep -r, 5,000 files', 'for i in 1 2 3; do grep -r nothing-like-it src; done; true'],
    ['cp -r, 5,000 files', 'cp -r src copy && rm -rf copy'],
  ])
    row(
      what,
      'the same outside',
      compare(
        7,
        () => inner([], script),
        () => inner(session, script),
      ),
      '≤ 1.03',
    );

  // The server answers from a process of its own: this one waits for its children.
  const origin = spawn(
    process.execPath,
    [
      '-e',
      "require('http').createServer((q,r)=>r.end('ok')).listen(0,'127.0.0.1',function(){console.log(this.address().port)})",
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const port = Number(await new Promise((resolve) => origin.stdout.once('data', resolve)));
  const profile = join(place, 'bench.yaml');
  writeFileSync(
    profile,
    `version: 1\nnetwork:\n  allow: [bench.test]\n  hosts: { bench.test: "127.0.0.1:${port}" }\n`,
  );
  const get = (url) => `node -e "
    const http = require('http');
    const one = () => new Promise((done, fail) => http.get('${url}', { agent: false }, (r) => { r.resume(); r.on('end', done); }).on('error', fail));
    (async () => { for (let i = 0; i < 500; i++) await one(); })();"`;
  const networked = [...session.slice(0, 3), '--quiet', '--profile', profile, '--'];
  row(
    '500 new connections, HTTP GET',
    'direct to the server',
    compare(
      5,
      () => inner([], get(`http://127.0.0.1:${port}/`)),
      () => inner(networked, get('http://bench.test/')),
    ),
    '≤ 3',
  );
  origin.kill();

  console.table(rows);
  console.log(
    `Node ${process.version}, ${execFileSync('uname', ['-sr'], { encoding: 'utf8' }).trim()}`,
  );
} finally {
  rmSync(place, { recursive: true, force: true });
}
