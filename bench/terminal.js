// What guard's hold on the terminal costs: the round trip of a key to a program that echoes it, and 100 MB of output, both
// against the same on a bare pseudo-terminal. `node bench/terminal.js`, by hand, on a machine that does nothing else.
import { spawn } from '@lydell/node-pty';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const GUARD = fileURLToPath(new URL('../bin/guard.js', import.meta.url));
const MEGABYTES = Number(process.env.GUARD_BENCH_MEGABYTES ?? 100);
const KEYS = 2000;
const place = mkdtempSync(join(tmpdir(), 'guard-bench-'));
const home = join(place, 'home');
const repository = join(home, 'project');
mkdirSync(repository, { recursive: true });
const env = {
  PATH: process.env.PATH,
  LANG: 'C.UTF-8',
  TERM: 'xterm-256color',
  HOME: home,
  XDG_STATE_HOME: join(place, 'state'),
  XDG_CONFIG_HOME: join(home, '.config'),
};

/** Until q. Not cat, which would have to be killed. */
const ECHO = `'${process.execPath}' -e 'process.stdin.on("data", (k) => k.includes(113) ? process.exit() : process.stdout.write(k))'`;
const BARE = [];
const GUARDED = [process.execPath, GUARD, 'run', '--quiet', '--'];

/** Runs a script on a terminal; `onData` gets what it writes, and a way to type. */
function onTerminal(prefix, script, onData) {
  const [command, ...args] = [...prefix, 'sh', '-c', script];
  const terminal = spawn(command, args, {
    cols: 80,
    rows: 24,
    cwd: repository,
    env,
    encoding: null,
  });
  terminal.onData((data) => onData(data, (keys) => terminal.write(keys)));
  return new Promise((resolve) => terminal.onExit(resolve));
}

/** Milliseconds, median, from a key to its echo. */
async function echo(prefix) {
  const times = [];
  let sent = 0;
  let ready = false;
  await onTerminal(prefix, `stty raw -echo; printf ready; exec ${ECHO}`, (data, type) => {
    if (!ready) {
      if (!data.includes('ready')) return;
      ready = true;
    } else times.push(performance.now() - sent);
    if (times.length >= KEYS) return type('q');
    sent = performance.now();
    type('k');
  });
  return median(times);
}

/** Milliseconds from the first byte of a file to the last. */
async function output(prefix, file) {
  let [first, last, bytes] = [0, 0, 0];
  await onTerminal(prefix, `stty raw; printf go; sleep 0.3; cat ${file}; sleep 0.5`, (data) => {
    bytes += data.length;
    if (bytes <= 2) return;
    first ||= performance.now();
    last = performance.now();
  });
  if (bytes < MEGABYTES * 1e6) throw new Error(`only ${bytes} bytes came`);
  return last - first;
}

const median = (list) => list.sort((a, b) => a - b)[Math.floor(list.length / 2)];

async function compare(rounds, measure) {
  const [bare, guarded] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    bare.push(await measure(BARE));
    guarded.push(await measure(GUARDED));
  }
  return [median(bare), median(guarded)];
}

function row(what, [bare, guarded]) {
  return {
    what,
    'bare ms': bare.toFixed(3),
    'guard ms': guarded.toFixed(3),
    ratio: (guarded / bare).toFixed(2),
  };
}

try {
  const plain = 'The quick brown fox jumps over the lazy dog, and again, and again, and again.\r\n';
  const coloured = plain.replaceAll(/\w+/g, (word) => `\x1b[3${word.length % 8}m${word}\x1b[m`);
  for (const [name, line] of Object.entries({ plain, coloured }))
    writeFileSync(join(repository, name), line.repeat(Math.ceil((MEGABYTES * 1e6) / line.length)));
  console.table([
    row('key to echo', await compare(3, echo)),
    row(`cat of ${MEGABYTES} MB of text`, await compare(3, (prefix) => output(prefix, 'plain'))),
    row(
      `cat of ${MEGABYTES} MB, colours`,
      await compare(1, (prefix) => output(prefix, 'coloured')),
    ),
  ]);
} finally {
  rmSync(place, { recursive: true });
}
