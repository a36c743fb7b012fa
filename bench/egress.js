// What inspection and tunnels cost, by hand on a machine that does nothing else: a client in a session, a TLS server on
// loopback, and between them nothing, guard's tunnel, guard's inspection, or mitmproxy where it is installed. Every
// figure is a ratio to the direct one of the same run; absolute times are of this machine.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const GUARD = fileURLToPath(new URL('../bin/guard.js', import.meta.url));
const HERE = fileURLToPath(new URL('egress/', import.meta.url));
const HOST = 'bench.test';
const ROUNDS = Number(process.env.ROUNDS ?? 3);
const place = mkdtempSync(join(tmpdir(), 'guard-bench-egress-'));
const home = join(place, 'home');
const repository = join(home, 'project');
mkdirSync(repository, { recursive: true });
const pki = Object.fromEntries(
  ['ca.key', 'ca.pem', 'key.pem', 'cert.pem'].map((name) => [name, join(place, name)]),
);
const env = {
  ...process.env,
  HOME: home,
  XDG_STATE_HOME: join(place, 'state'),
  XDG_CONFIG_HOME: join(home, '.config'),
  NODE_EXTRA_CA_CERTS: pki['ca.pem'],
};

function openssl(...args) {
  execFileSync('openssl', args, { stdio: 'pipe' });
}

function makeCertificates() {
  const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  openssl(
    'req',
    '-x509',
    ...ec,
    '-keyout',
    pki['ca.key'],
    '-out',
    pki['ca.pem'],
    '-subj',
    '/CN=bench CA',
  );
  const request = join(place, 'request.pem');
  openssl('req', ...ec, '-keyout', pki['key.pem'], '-out', request, '-subj', `/CN=${HOST}`);
  const names = join(place, 'names');
  writeFileSync(names, `subjectAltName=DNS:${HOST}\n`);
  openssl(
    'x509',
    '-req',
    '-in',
    request,
    '-CA',
    pki['ca.pem'],
    '-CAkey',
    pki['ca.key'],
    '-CAcreateserial',
    '-days',
    '2',
    '-extfile',
    names,
    '-out',
    pki['cert.pem'],
  );
}

/** A process that prints one line when it is ready. */
async function started(command, args, options = {}) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'], env, ...options });
  const line = await new Promise((resolve, reject) => {
    child.stdout.once('data', (chunk) => resolve(String(chunk).trim()));
    child.once('exit', () => reject(new Error(`${command} ended`)));
  });
  return { child, line };
}

function profile(name, lines) {
  const file = join(place, `${name}.yaml`);
  writeFileSync(file, `version: 1\nnetwork:\n  allow: [${HOST}]\n${lines}`);
  return file;
}

/** What the client measured, as JSON on its standard output. */
function measure(way, prefix = []) {
  const command = [...prefix, process.execPath, join(repository, 'client.mjs'), way];
  const { stdout, stderr, status } = spawnSync(command[0], command.slice(1), {
    cwd: repository,
    env,
    encoding: 'utf8',
    maxBuffer: 1 << 20,
  });
  if (status !== 0) throw new Error(`${way}: ${stderr}`);
  return JSON.parse(stdout);
}

/** Most memory a process and its children had while `work` ran, above what they had before; MiB. */
async function growth(pid, work) {
  const before = resident(pid);
  let most = before;
  const timer = setInterval(() => (most = Math.max(most, resident(pid))), 50);
  await work();
  clearInterval(timer);
  return Math.round((most - before) / 1024);
}

function resident(pid) {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/** Memory of guard while a thousand connections of a session are open and move data. */
async function memoryOf(file) {
  const ready = join(repository, 'ready');
  rmSync(ready, { force: true });
  const child = spawn(
    process.execPath,
    [
      GUARD,
      'run',
      '--quiet',
      '--profile',
      file,
      '--',
      process.execPath,
      join(repository, 'client.mjs'),
      'name',
      'thousand',
    ],
    { cwd: repository, env, stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const ended = new Promise((resolve) => child.once('exit', resolve));
  while (!readdirSync(repository).includes('ready')) await new Promise((r) => setTimeout(r, 20));
  return growth(child.pid, () => ended);
}

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];

const children = [];
try {
  makeCertificates();
  const origin = await started(process.execPath, [
    join(HERE, 'origin.js'),
    pki['key.pem'],
    pki['cert.pem'],
  ]);
  children.push(origin.child);
  const port = origin.line;
  const hosts = `  hosts: { ${HOST}: "127.0.0.1:${port}" }\n`;
  // Where the session can read it.
  writeFileSync(join(repository, 'client.mjs'), readFileSync(join(HERE, 'client.mjs')));
  const guard = (file) => [process.execPath, GUARD, 'run', '--quiet', '--profile', file, '--'];
  const tunnel = profile(
    'tunnel',
    `${hosts}  opaque: [${HOST}]\nenv: { set: { NODE_EXTRA_CA_CERTS: ${join(repository, 'ca.pem')} } }\nfiles: { expose: [ca.pem] }\n`,
  );
  writeFileSync(join(repository, 'ca.pem'), readFileSync(pki['ca.pem']));
  const inspection = profile('inspection', `${hosts}  inspect: [${HOST}]\n`);
  const inSession = (file) => () => {
    const [command, ...args] = [
      ...guard(file),
      process.execPath,
      join(repository, 'client.mjs'),
      'name',
    ];
    const { stdout, stderr, status } = spawnSync(command, args, {
      cwd: repository,
      env,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(stderr);
    return JSON.parse(stdout);
  };
  const ways = {
    direct: () => measure(`direct:${port}`),
    tunnel: inSession(tunnel),
    inspection: inSession(inspection),
  };
  const mitm = spawnSync('mitmdump', ['--version'], { env }).status === 0;
  if (mitm) {
    const proxyPort = Number(port) === 18_080 ? 18_081 : 18_080;
    const proxy = spawn(
      'mitmdump',
      [
        '-q',
        '-p',
        String(proxyPort),
        '--set',
        'confdir=' + join(place, 'mitm'),
        '--set',
        // Else it takes bodies as a whole before it passes them on.
        'stream_large_bodies=64k',
        '--set',
        `ssl_verify_upstream_trusted_ca=${pki['ca.pem']}`,
      ],
      { env, stdio: ['ignore', 'ignore', 'inherit'] },
    );
    children.push(proxy);
    const ca = join(place, 'mitm', 'mitmproxy-ca-cert.pem');
    for (let wait = 0; wait < 200 && spawnSync('test', ['-s', ca]).status !== 0; wait += 1)
      await new Promise((resolve) => setTimeout(resolve, 50));
    ways.mitmproxy = () => {
      const before = env.NODE_EXTRA_CA_CERTS;
      env.NODE_EXTRA_CA_CERTS = ca;
      try {
        return measure(`proxy:${proxyPort}:${port}`);
      } finally {
        env.NODE_EXTRA_CA_CERTS = before;
      }
    };
  }
  const found = Object.fromEntries(Object.keys(ways).map((way) => [way, []]));
  for (let round = 0; round < ROUNDS; round += 1)
    for (const [way, run] of Object.entries(ways)) found[way].push(run());
  const value = (way, what) => median(found[way].map((each) => each[what]));
  const rows = [
    ['new connection, GET', 'connect', 'ms'],
    ['keep-alive GET, p50', 'p50', 'ms'],
    ['keep-alive GET, p99', 'p99', 'ms'],
    ['download 256 MiB', 'download', 'ms'],
    ['upload 256 MiB', 'upload', 'ms'],
    ['1,000 connections at once', 'thousand', 'ms'],
  ].map(([what, key]) => ({
    what,
    'direct ms': value('direct', key).toFixed(2),
    ...Object.fromEntries(
      Object.keys(ways)
        .filter((way) => way !== 'direct')
        .map((way) => [`${way} ÷ direct`, (value(way, key) / value('direct', key)).toFixed(2)]),
    ),
  }));
  console.table(rows);
  for (const [way, file] of [
    ['tunnel', tunnel],
    ['inspection', inspection],
  ])
    console.log(
      `guard's memory grew by ${await memoryOf(file)} MiB over 1,000 connections (${way})`,
    );
  if (!mitm) console.log('mitmproxy is not installed: no column of its own');
} finally {
  for (const child of children) child.kill();
  rmSync(place, { recursive: true, force: true });
}
