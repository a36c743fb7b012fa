/** A thread that looks through files for secrets: it gets lists of paths and answers each with what it found. */
import './linear-regexps.ts';
import { parentPort, workerData } from 'node:worker_threads';
import { loadScanner } from '../default-scanner.ts';
import { OpenFiles } from './open-files.ts';
import { scanFile } from './scan-file.ts';
import type { ScanBatch, ScanOrder, ScanResult } from './scan-protocol.ts';

const port = parentPort;
if (!port) throw new Error('the scan worker runs as a worker');
const { root, known, rules } = workerData as ScanOrder;
const scanner = loadScanner(known, rules);
const files = new OpenFiles(root);

port.on('message', (batch: ScanBatch) => {
  port.postMessage(batch.map((path) => scanFile(files, scanner, path)) satisfies ScanResult[]);
});
