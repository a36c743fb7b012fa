import {
  chmodSync,
  lstatSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Detector } from '../../src/secrets/engine/detector.ts';
import { createScanner } from '../../src/secrets/engine/scanner.ts';
import { scanContent, UNREADABLE, type ContentFound } from '../../src/view/content-scan.ts';
import { compileNames } from '../../src/view/name-patterns.ts';
import { walkRepository } from '../../src/view/walk.ts';
import { FILES, fromLayer, workshop, type Workshop } from './session-view.ts';

const VALUE = 'k7Qm2vXw9LpR4tYz';
const SURE = `SURE-${VALUE}`;
const FAINT = `FAINT-${VALUE}`;

const detector = (word: string, tier: Detector['tier']): Detector => ({
  id: `test.${word.toLowerCase()}`,
  tier,
  words: [`${word}-`],
  reach: { before: 0, after: 64 },
  rank: 2,
  look: ({ at }) => [{ start: at, end: at + word.length + 1 + VALUE.length }],
});

let shop: Workshop;
let opened: string[];
let key: string;

beforeEach(() => {
  shop = workshop();
  opened = [];
  key = 'rules 1';
});
afterEach(() => shop.remove());

const cacheFile = () => join(shop.sessionDir, 'scans', 'one');

function look(files = FILES, cached = true): Promise<ContentFound> {
  const inner = createScanner({
    detectors: [detector('SURE', 'certain'), detector('FAINT', 'weak')],
    readers: [],
  });
  const scanner = {
    ...inner,
    scanDescriptor(path: string, fd: number, size: number) {
      opened.push(path);
      return inner.scanDescriptor(path, fd, size);
    },
  };
  const names = compileNames(files);
  const { files: others } = walkRepository(shop.repository, names);
  return scanContent(
    shop.repository,
    others.filter((path) => !names.exposesContent(path)),
    {
      scanner: () => scanner,
      known: () => [],
      cache: cached ? { file: cacheFile(), key } : null,
    },
  );
}

const found = ({ secrets }: ContentFound) => secrets.map(({ path }) => path).sort();

/** As if everything had been there for a while: then what is found is remembered. */
function laterThan(seconds: number): void {
  const now = Date.now();
  vi.spyOn(Date, 'now').mockImplementation(() => now + seconds * 1000);
}
afterEach(() => vi.restoreAllMocks());

test('what a file holds makes a cover, wherever it lies', async () => {
  shop.write('scripts/x.sh', `curl -H "T: ${SURE}"\n`);
  shop.write('a/b/c/deep file', SURE);
  shop.write('notes', `see ${FAINT}`);
  shop.write('plain', 'nothing');
  const { secrets } = await look();
  expect(secrets).toContainEqual({ path: 'scripts/x.sh', kind: 'spans', pattern: 'test.sure' });
  expect(found({ secrets } as ContentFound)).toEqual(['a/b/c/deep file', 'notes', 'scripts/x.sh']);
});

test('a file that is covered by name is not looked through, nor what git keeps', async () => {
  shop.git('init', '-q');
  shop.write('.env', SURE);
  shop.write('vault/inner', SURE);
  shop.write('.git/info/x', SURE);
  shop.write('real', SURE);
  symlinkSync('real', join(shop.repository, 'link'));
  symlinkSync('/etc', join(shop.repository, 'etc'));
  expect(found(await look())).toEqual(['real']);
  expect(opened).toEqual(['real']);
});

test('what the user exposes is left out; what the defaults expose by name is not', async () => {
  shop.write('docs/sample.txt', SURE);
  shop.write('.env.example', SURE);
  const files = { ...FILES, expose: [...FILES.expose, ...fromLayer('user', 'docs/**')] };
  expect(found(await look(files))).toEqual(['.env.example']);
});

test('weak findings count in what somebody wrote, not in what tools did', async () => {
  shop.git('init', '-q');
  shop.write('.gitignore', 'out/\nlocal.conf\n');
  shop.write('kept/out/tracked', FAINT);
  shop.git('add', '-f', '.');
  shop.write('node_modules/p/a', FAINT);
  shop.write('node_modules/p/b', SURE);
  shop.write('out/a', FAINT);
  shop.write('out/b', SURE);
  // A file that is ignored by itself is where people keep secrets.
  shop.write('local.conf', FAINT);
  shop.write('src/a', FAINT);
  expect(found(await look())).toEqual([
    'kept/out/tracked',
    'local.conf',
    'node_modules/p/b',
    'out/b',
    'src/a',
  ]);
});

test('a second look reads nothing, and finds the same', async () => {
  shop.write('x', SURE);
  shop.write('y', 'nothing');
  const byte = Buffer.from([0x6e, 0xff]);
  writeFileSync(Buffer.concat([Buffer.from(`${shop.repository}/`), byte]), SURE);
  laterThan(10);
  const cold = await look();
  expect(opened).toHaveLength(3);
  opened = [];
  const warm = await look();
  expect(opened).toEqual([]);
  expect(warm.secrets).toEqual(cold.secrets);
  expect(found(warm)).toEqual(['n\udcff', 'x']);
});

test('a new file, a changed one and one in the place of another are looked through, no others', async () => {
  for (const name of ['a', 'b', 'c', 'd']) shop.write(name, 'nothing');
  laterThan(10);
  await look();
  opened = [];
  shop.write('aa', SURE);
  shop.write('b', SURE);
  shop.write('other', SURE);
  renameSync(join(shop.repository, 'other'), join(shop.repository, 'c'));
  expect(found(await look())).toEqual(['aa', 'b', 'c']);
  expect(opened.sort()).toEqual(['aa', 'b', 'c']);
});

test('a change is noticed though length and time of the file are as before', async () => {
  const file = shop.write('x', SURE.replace('SURE', 'NONE'));
  utimesSync(file, 1000, 1000);
  laterThan(10);
  expect(found(await look())).toEqual([]);
  const before = statSync(file);
  writeFileSync(file, SURE);
  utimesSync(file, before.atime, before.mtime);
  const after = statSync(file);
  expect([after.size, after.mtimeMs, after.ino]).toEqual([before.size, before.mtimeMs, before.ino]);
  expect(found(await look())).toEqual(['x']);
});

test('what changed just before it was looked through is looked through again', async () => {
  shop.write('x', 'nothing');
  await look();
  opened = [];
  await look();
  expect(opened).toEqual(['x']);
  laterThan(3);
  await look();
  opened = [];
  await look();
  expect(opened).toEqual([]);
});

test('what a time in the future says is not believed', async () => {
  const file = shop.write('x', 'nothing');
  laterThan(-3600);
  await look();
  vi.restoreAllMocks();
  writeFileSync(file, 'nothing');
  utimesSync(file, 4e9, 4e9);
  laterThan(10);
  await look();
  opened = [];
  await look();
  expect(opened).toEqual(['x']);
});

test('other rules, or other known values, look at everything again', async () => {
  shop.write('x', 'nothing');
  laterThan(10);
  await look();
  opened = [];
  key = 'rules 2';
  await look();
  expect(opened).toEqual(['x']);
});

test('the cache is its owner’s alone and holds no secret', async () => {
  shop.write('x', SURE);
  laterThan(10);
  await look();
  expect(lstatSync(cacheFile()).mode & 0o777).toBe(0o600);
  expect(readdirSync(join(shop.sessionDir, 'scans'))).toEqual(['one']);
  const bytes = readFileSync(cacheFile());
  expect(bytes.includes(VALUE)).toBe(false);
  expect(bytes.includes('test.sure')).toBe(true);
});

const parts = (bytes: Buffer) => {
  const length = Number(bytes.toString('latin1', 13, 32));
  return { json: bytes.toString('utf8', 32, 32 + length), rest: bytes.subarray(32 + length) };
};
const rewritten = (bytes: Buffer, change: (header: Record<string, unknown>) => unknown) => {
  const { json, rest } = parts(bytes);
  const text = JSON.stringify(change(JSON.parse(json) as Record<string, unknown>));
  const head = `guard-scan 1 ${Buffer.byteLength(text)}`.padEnd(31) + '\n';
  return Buffer.concat([Buffer.from(head + text), rest]);
};

test.each<[string, (bytes: Buffer) => Buffer]>([
  ['empty', () => Buffer.alloc(0)],
  ['cut off', (bytes) => bytes.subarray(0, bytes.length - 1)],
  ['longer', (bytes) => Buffer.concat([bytes, Buffer.alloc(40)])],
  ['no cache', () => Buffer.alloc(4096, 0x41)],
  [
    'an endless header',
    (bytes) => Buffer.concat([Buffer.from('guard-scan 1 99999999999999\n'.padEnd(32)), bytes]),
  ],
  ['a negative header', () => Buffer.from('guard-scan 1 -5'.padEnd(31) + '\n{}')],
  ['no object', (bytes) => rewritten(bytes, () => null)],
  ['rows without end', (bytes) => rewritten(bytes, (header) => ({ ...header, rows: 2 ** 40 }))],
  ['rows of another type', (bytes) => rewritten(bytes, (header) => ({ ...header, rows: '2' }))],
  ['fewer names', (bytes) => rewritten(bytes, (header) => ({ ...header, names: 1 }))],
  [
    'findings of another type',
    (bytes) => rewritten(bytes, (header) => ({ ...header, findings: [[0, [{ rule: 5 }]]] })),
  ],
  [
    'a rule that is no name',
    (bytes) =>
      rewritten(bytes, (header) => ({
        ...header,
        findings: [[0, [{ rule: '\x1b[2J', tier: 'weak' }]]],
      })),
  ],
  [
    'a prototype',
    (bytes) => rewritten(bytes, () => JSON.parse('{"__proto__":{"rows":1}}') as unknown),
  ],
])('a cache that guard did not write so counts for nothing: %s', async (_, change) => {
  shop.write('x', SURE);
  shop.write('y', 'nothing');
  laterThan(10);
  await look();
  opened = [];
  writeFileSync(cacheFile(), change(readFileSync(cacheFile())));
  expect(found(await look())).toEqual(['x']);
  expect(opened.sort()).toEqual(['x', 'y']);
});

test('a cache of others, or through a link, counts for nothing', async () => {
  shop.write('x', 'nothing');
  laterThan(10);
  await look();
  chmodSync(cacheFile(), 0o666);
  opened = [];
  await look();
  expect(opened).toEqual(['x']);
  renameSync(cacheFile(), `${cacheFile()}.real`);
  symlinkSync(`${cacheFile()}.real`, cacheFile());
  opened = [];
  await look();
  expect(opened).toEqual(['x']);
});

test('a cache as long as a disk is not read', async () => {
  shop.write('x', 'nothing');
  laterThan(10);
  await look();
  truncateSync(cacheFile(), 2 ** 40);
  expect(found(await look())).toEqual([]);
});

test('a FIFO in place of a file is not waited for', async () => {
  shop.write('x', SURE);
  const names = compileNames(FILES);
  const { files } = walkRepository(shop.repository, names);
  execFileSync('rm', [join(shop.repository, 'x')]);
  execFileSync('mkfifo', [join(shop.repository, 'x')]);
  const scanner = createScanner({ detectors: [], readers: [] });
  const options = { scanner: () => scanner, known: () => [], cache: null };
  expect((await scanContent(shop.repository, files, options)).secrets).toEqual([]);
});

test('what cannot be looked through is covered whole', async () => {
  shop.write('x', SURE);
  const names = compileNames(FILES);
  const { files } = walkRepository(shop.repository, names);
  const scanner = {
    scan: () => [],
    scanDescriptor: () => {
      throw new Error('gave up');
    },
  };
  const options = { scanner: () => scanner, known: () => [], cache: null };
  expect((await scanContent(shop.repository, files, options)).secrets).toEqual([
    { path: 'x', kind: 'hide', pattern: UNREADABLE },
  ]);
});
