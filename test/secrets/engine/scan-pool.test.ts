import { build } from 'esbuild';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PACKAGE_ROOT } from '../../../src/package-root.ts';
import type { KnownValue } from '../../../src/secrets/engine/detector.ts';
import { scanFiles, type ScanOptions } from '../../../src/secrets/engine/scan-pool.ts';
import type { ScanResult } from '../../../src/secrets/engine/scan-protocol.ts';

const KNOWN: KnownValue = { value: 'made up for this test', source: 'here' };
/** Inside the package, which the worker looks for around itself. */
let place: string;
let root: string;
let workerFile: string;
const paths: string[] = [];

beforeAll(async () => {
  mkdirSync(join(PACKAGE_ROOT, 'node_modules/.cache'), { recursive: true });
  place = mkdtempSync(join(PACKAGE_ROOT, 'node_modules/.cache/guard-scan-pool-'));
  workerFile = join(place, 'scan-worker.cjs');
  await build({
    entryPoints: [join(PACKAGE_ROOT, 'src/secrets/engine/scan-worker.ts')],
    outfile: workerFile,
    bundle: true,
    platform: 'node',
    define: { 'import.meta.url': 'here' },
    banner: { js: "const here = require('node:url').pathToFileURL(__filename).href;" },
  });
  root = join(place, 'root');
  for (let folder = 0; folder < 20; folder++) {
    mkdirSync(join(root, `${folder}`), { recursive: true });
    for (let file = 0; file < 20; file++) {
      const path = `${folder}/${file}.txt`;
      paths.push(path);
      writeFileSync(join(root, path), `text ${file === 7 ? KNOWN.value : path}\n`);
    }
  }
  symlinkSync('1', join(root, 'link'));
  paths.push('link/7.txt', 'none.txt');
});
afterAll(() => rmSync(place, { recursive: true }));

async function collect(options: Partial<ScanOptions>): Promise<ScanResult[]> {
  const out: ScanResult[] = [];
  for await (const result of scanFiles({ root, paths, known: [KNOWN], workerFile, ...options }))
    out.push(result);
  return out.sort((a, b) => (a.path < b.path ? -1 : 1));
}

it('has one result for each path, in threads as without', async () => {
  const progress: number[] = [];
  const threaded = await collect({ onProgress: (done) => progress.push(done) });
  expect(threaded.map(({ path }) => path)).toEqual([...paths].sort());
  expect(progress.at(-1)).toBe(paths.length);
  const found = threaded.filter((result) => 'spans' in result && result.spans.length > 0);
  expect(found.map(({ path }) => path.split('/')[1])).toEqual(Array(20).fill('7.txt'));
  expect(found[0]).toMatchObject({ spans: [{ rule: 'known.value', start: 5, end: 26 }], size: 27 });
  const here = [];
  for (let at = 0; at < paths.length; at += 200)
    here.push(...(await collect({ paths: paths.slice(at, at + 200), workerFile: '/none' })));
  expect(here.sort((a, b) => (a.path < b.path ? -1 : 1))).toEqual(threaded);
});

it('says which files it could not look through, and why', async () => {
  const results = await collect({ workers: 1 });
  const failed = results.filter((result) => 'error' in result);
  expect(failed).toMatchObject([
    { path: 'link/7.txt', code: 'ENOTDIR' },
    { path: 'none.txt', code: 'ENOENT' },
  ]);
});

it('fails where a thread fails', async () => {
  await expect(collect({ workerFile: join(place, 'none.cjs') })).rejects.toThrow();
  const dying = join(place, 'dying.cjs');
  writeFileSync(
    dying,
    "require('node:worker_threads').parentPort.once('message', () => process.exit())",
  );
  await expect(collect({ workerFile: dying })).rejects.toThrow('a scan worker ended');
});

it('ends its threads when nobody wants more', async () => {
  const before = process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length;
  for await (const result of scanFiles({ root, paths, workerFile })) {
    expect(result.path).toBeTruthy();
    break;
  }
  const after = process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length;
  expect(after).toBe(before);
});
