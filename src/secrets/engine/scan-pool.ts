import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { encodePath } from '../../byte-path.ts';
import { PACKAGE_ROOT } from '../../package-root.ts';
import { loadScanner } from '../default-scanner.ts';
import type { CompactRule } from '../rules/rule-format.ts';
import type { KnownValue } from './detector.ts';
import { OpenFiles } from './open-files.ts';
import { scanFile } from './scan-file.ts';
import type { ScanBatch, ScanOrder, ScanResult } from './scan-protocol.ts';

export interface ScanOptions {
  root: string;
  /** Relative to `root`, best in the order of a walk. */
  paths: readonly string[];
  /** Threads. */
  workers?: number;
  known?: readonly KnownValue[];
  /** The user's own kinds. */
  rules?: readonly CompactRule[];
  onProgress?: (done: number, total: number) => void;
  /** The bundle that is the worker. */
  workerFile?: string;
}

/** Paths a worker is sent at once, and how many such lists it holds: one to work on, one to go on with. */
const BATCH = 64;
const HELD = 2;
/** Starting threads takes longer than looking through so much here. Bytes, files. */
const SMALL = 4 * 1024 * 1024;
const FEW = 256;

/**
 * Looks through files, in no particular order. Each path has one result. Workers end when the last is done, and when the
 * caller leaves the loop.
 */
export async function* scanFiles(options: ScanOptions): AsyncGenerator<ScanResult, void, void> {
  const { paths, onProgress } = options;
  let done = 0;
  const results = isSmall(options) ? scanHere(options) : scanInWorkers(options);
  for await (const batch of results) {
    done += batch.length;
    onProgress?.(done, paths.length);
    yield* batch;
  }
}

function isSmall({ root, paths }: ScanOptions): boolean {
  if (paths.length > FEW) return false;
  let bytes = 0;
  for (const path of paths) {
    try {
      bytes += lstatSync(encodePath(`${root}/${path}`)).size;
    } catch {
      continue;
    }
  }
  return bytes < SMALL;
}

function* scanHere({
  root,
  paths,
  known,
  rules,
}: ScanOptions): Generator<ScanResult[], void, void> {
  if (paths.length === 0) return;
  const scanner = loadScanner(known, rules);
  const files = new OpenFiles(root);
  try {
    for (const path of paths) yield [scanFile(files, scanner, path)];
  } finally {
    files.close();
  }
}

async function* scanInWorkers({
  root,
  paths,
  known = [],
  rules = [],
  workers: count = 2,
  workerFile = join(PACKAGE_ROOT, 'dist', 'scan-worker.cjs'),
}: ScanOptions): AsyncGenerator<ScanResult[], void, void> {
  const batches = inBatches(paths);
  let waiting = 0;
  const arrived: ScanResult[][] = [];
  let failure: Error | null = null;
  let wake = (): void => undefined;
  const workers: Worker[] = [];

  const feed = (worker: Worker): void => {
    const { value } = batches.next();
    if (!value) return;
    waiting++;
    worker.postMessage(value);
  };
  const fail = (error: Error): void => {
    failure ??= error;
    wake();
  };
  try {
    for (let i = 0; i < count; i++) {
      const worker = startWorker(workerFile, { root, known, rules });
      workers.push(worker);
      worker.on('message', (results: ScanResult[]) => {
        waiting--;
        arrived.push(results);
        feed(worker);
        wake();
      });
      worker.on('error', fail);
      worker.on('exit', () => fail(new Error('a scan worker ended')));
      for (let held = 0; held < HELD; held++) feed(worker);
    }
    while (waiting > 0 || arrived.length > 0) {
      if (failure) throw failure as Error;
      const results = arrived.shift();
      if (results) yield results;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

function startWorker(file: string, order: ScanOrder): Worker {
  return new Worker(file, {
    workerData: order,
    env: {},
    execArgv: [],
    // Otherwise Node opens this process's own for it, which makes them non-blocking for others too.
    stdout: true,
    stderr: true,
  });
}

function* inBatches(paths: readonly string[]): Generator<ScanBatch, undefined, void> {
  for (let at = 0; at < paths.length; at += BATCH) yield paths.slice(at, at + BATCH);
}
