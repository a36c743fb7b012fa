// What shims cost: `node bench/shims.js`, by hand, on a machine that does nothing else. Every figure is a ratio of medians,
// measured in turns in one run. A call that is none of a broker's should cost little more than the same command in a session
// without brokers; one that guard makes itself costs a sandbox and a Node start, and is a call over a network otherwise.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const GUARD = fileURLToPath(new URL('../bin/guard.js', import.meta.url));
const place = mkdtempSync(join(tmpdir(), 'guard-bench-'));
const home = join(place, 'home');
const repository = join(home, 'project');
const settings = join(home, '.config', 'guard');
mkdirSync(repository, { recursive: true });
mkdirSync(join(settings, 'brokers'), { recursive: true });
const env = {
  ...process.env,
  HOME: home,
  XDG_STATE_HOME: join(place, 'state'),
  XDG_CONFIG_HOME: join(home, '.config'),
  BENCH_TOKEN: 'not-a-real-token',
};
// The quickest program there is, as one that needs a credential.
writeFileSync(
  join(settings, 'brokers', 'bench.yaml'),
  `version: 1
about: a program for the benchmark
program: printenv
hosts: [bench.example]
credential: { env: [BENCH_TOKEN], login: set BENCH_TOKEN }
commands:
  - command: PATH
    about: print a variable
    examples: { runs: [printenv PATH], refused: [printenv PATH --null] }
`,
);
const brokers = join(place, 'brokers.yaml');
writeFileSync(brokers, 'version: 1\nbroker: [git, bench]\n');
const plain = [process.execPath, GUARD, 'run', '--quiet', '--'];
const shimmed = [process.execPath, GUARD, 'run', '--quiet', '--profile', brokers, '--'];

/** Milliseconds a shell script takes by the clock of the shell that runs it, start-up left out. */
function inner(prefix, script) {
  const timed = `s=$(date +%s%N); ${script} >/dev/null 2>&1 || exit; e=$(date +%s%N); echo $(( (e - s) / 1000 ))`;
  const [command, ...args] = [...prefix, 'sh', '-c', timed];
  const stdio = ['ignore', 'pipe', 'ignore'];
  const said = execFileSync(command, args, { cwd: repository, env, encoding: 'utf8', stdio });
  if (!said) throw new Error(`${script} failed`);
  return Number(said) / 1000;
}

/** Milliseconds a session takes from outside. */
function wall([command, ...args]) {
  const start = performance.now();
  execFileSync(command, args, { cwd: repository, env, stdio: 'ignore' });
  return performance.now() - start;
}

const median = (list) => list.sort((a, b) => a - b)[Math.floor(list.length / 2)];

function row(what, baseline, rounds, one, other) {
  const [bare, guarded] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    bare.push(one());
    guarded.push(other());
  }
  const [a, b] = [median(bare), median(guarded)];
  return {
    ...{ what, baseline, 'baseline ms': a.toFixed(1), 'shim ms': b.toFixed(1) },
    ratio: (b / a).toFixed(2),
  };
}

try {
  execFileSync('git', ['init', '-q', '.'], { cwd: repository, env });
  for (let file = 0; file < 500; file += 1)
    writeFileSync(join(repository, `${file}.txt`), `line of text ${file}\n`.repeat(40));
  execFileSync('sh', ['-c', 'git add . && git -c user.name=b -c user.email=b@b commit -qm bench'], {
    ...{ cwd: repository, env },
  });
  const hundred = (command) => `for i in $(seq 100); do ${command} || exit; done`;
  const unbrokered = (command) => [
    () => inner(plain, hundred(command)),
    () => inner(shimmed, hundred(command)),
  ];
  console.table([
    row('100 × git status', 'a session without brokers', 5, ...unbrokered('git status')),
    row('100 × git --version', 'a session without brokers', 5, ...unbrokered('git --version')),
    row(
      'start of a session with two brokers',
      'without brokers',
      9,
      () => wall([...plain, 'true']),
      () => wall([...shimmed, 'true']),
    ),
    row(
      'a call that guard makes',
      'the same inside',
      9,
      () => inner(plain, 'printenv PATH'),
      () => inner(shimmed, 'printenv PATH'),
    ),
  ]);
} finally {
  rmSync(place, { recursive: true, force: true });
}
