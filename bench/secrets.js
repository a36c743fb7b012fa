// How fast secrets are looked for: by hand, on a machine that does nothing else, after `npm run build`. With a folder as
// argument that tree is looked through, else one made of this package's dependencies. Ratios are of medians, measured in
// turns; ripgrep and gitleaks are compared with where they are installed.
import { build } from 'esbuild';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  closeSync,
  cpSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median, place } from './place.js';

const PACKAGE = fileURLToPath(new URL('..', import.meta.url));
// Beside the built rules, which bundles look for in their own folder.
const bundles = join(PACKAGE, 'dist', 'bench');
const ROUNDS = 5;
const MB = 1e6;

// As the build does: see word-file.ts.
const words = readFileSync(join(PACKAGE, 'dist', 'secret-words.bin')).toString('hex', 0, 32);
await build({
  entryPoints: {
    scanner: join(PACKAGE, 'src/secrets/default-scanner.ts'),
    pool: join(PACKAGE, 'src/secrets/engine/scan-pool.ts'),
  },
  outdir: bundles,
  outExtension: { '.js': '.cjs' },
  bundle: true,
  platform: 'node',
  define: { 'import.meta.url': 'guardModuleUrl', guardSecretWords: JSON.stringify(words) },
  banner: {
    js: "const guardModuleUrl = require('node:url').pathToFileURL(__filename).href;",
  },
});
const require = createRequire(import.meta.url);
const { loadScanner, wordsToFind } = require(join(bundles, 'scanner.cjs'));
const { scanFiles } = require(join(bundles, 'pool.cjs'));

const has = (command) => spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0;

async function wall(work) {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

const rows = [];
async function row(what, baseline, bare, guarded, { bytes, target = '' } = {}) {
  const times = { bare: [], guarded: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    if (bare) times.bare.push(await wall(bare));
    times.guarded.push(await wall(guarded));
  }
  const [theirs, ours] = [bare ? median(times.bare) : NaN, median(times.guarded)];
  rows.push({
    what,
    baseline,
    'baseline ms': bare ? theirs.toFixed(0) : '',
    'guard ms': ours.toFixed(0),
    'MB/s': bytes ? ((bytes / MB / ours) * 1000).toFixed(0) : '',
    ratio: bare ? (ours / theirs).toFixed(2) : '',
    target,
  });
}

function run(command, args, allowed = [0]) {
  const { status, stderr } = spawnSync(command, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  });
  if (!allowed.includes(status)) throw new Error(`${command}: ${stderr}`);
}

async function tree(root) {
  const paths = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
  const bytes = paths.reduce((sum, path) => sum + statSync(join(root, path)).size, 0);
  const what = `${paths.length} files, ${(bytes / MB).toFixed(0)} MB`;
  const scan = async () => {
    for await (const result of scanFiles({ root, paths })) if ('error' in result) continue;
  };
  const words = join(place, 'words');
  writeFileSync(words, `${wordsToFind().join('\n')}\n`);
  await row(
    `${what}, two threads`,
    has('rg') ? 'rg for the words alone' : 'no rg here',
    has('rg') ? () => run('rg', ['-j2', '-uuu', '-Fi', '-c', '-f', words, root], [0, 1, 2]) : null,
    scan,
    { bytes, target: '≤ 1.2' },
  );
  await row(
    what,
    has('gitleaks') ? 'gitleaks dir' : 'no gitleaks here',
    has('gitleaks')
      ? () => run('gitleaks', ['dir', '--no-banner', '--exit-code', '0', root])
      : null,
    scan,
    { bytes, target: '≤ 0.1' },
  );
}

async function oneFile(what, text, target) {
  const file = join(place, 'file');
  writeFileSync(file, text);
  const scanner = loadScanner();
  await row(
    what,
    'reading it',
    () => readFileSync(file),
    () => {
      const fd = openSync(file, 'r');
      scanner.scanDescriptor('file', fd, text.length);
      closeSync(fd);
    },
    { bytes: text.length, target },
  );
}

const filled = (unit) => unit.repeat(Math.ceil((100 * MB) / unit.length)).slice(0, 100 * MB);

try {
  let root = process.argv[2];
  if (!root) {
    root = join(place, 'tree');
    mkdirSync(root);
    for (const name of readdirSync(join(PACKAGE, 'node_modules')))
      if (!name.startsWith('.'))
        cpSync(join(PACKAGE, 'node_modules', name), join(root, name), { recursive: true });
  }
  await tree(root);
  await oneFile('100 MB of one line', filled('plain words of no interest; '), '≥ 50 MB/s');
  await oneFile('100 MB of words to look at', filled(`${wordsToFind().join(' ')} `), '≥ 50 MB/s');
  await oneFile('100 MB of one such word', filled('password '), '≥ 50 MB/s');
  const small = join(place, 'small');
  writeFileSync(small, 'a small file\n');
  const program = `const fs = require('fs'); require(${JSON.stringify(join(bundles, 'scanner.cjs'))}).loadScanner().scan('small', fs.readFileSync(${JSON.stringify(small)}))`;
  await row(
    'one small file, in a process of its own',
    'node -e 0',
    () => run(process.execPath, ['-e', '0']),
    () => run(process.execPath, ['-e', program]),
    { target: '≤ 40 ms more' },
  );
  console.table(rows);
  console.log(
    `Node ${process.version}, ${execFileSync('uname', ['-sr'], { encoding: 'utf8' }).trim()}`,
  );
} finally {
  rmSync(place, { recursive: true, force: true });
  rmSync(bundles, { recursive: true, force: true });
}
