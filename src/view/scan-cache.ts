import {
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { randomUUID } from 'node:crypto';
import { decodePath, pathBytes } from '../byte-path.ts';
import { ScanRecord, WIDTH, type Finding } from './scan-record.ts';

/**
 * The record of a scan, kept between sessions where no session can write:
 *
 *     guard-scan 1 LENGTH\n     of the JSON that follows, then {key, rows, names, findings}
 *     names                     each path's bytes and a NUL
 *     rows × 5 × 8 bytes        states, in this machine's order
 *
 * It holds no secret; `key` has a keyed digest of some.
 */
const MAGIC = 'guard-scan 1 ';
const HEAD = 32;
/** Bytes: about two million files. What is longer was not written by guard. */
const LONGEST = 512 * 1024 * 1024;
const LONGEST_HEADER = 64 * 1024 * 1024;
const TIERS: readonly unknown[] = ['certain', 'likely', 'weak'];
const RULE = /^[a-z0-9][a-z0-9_.:-]{0,127}$/i;

interface Header {
  key: string;
  rows: number;
  /** Bytes. */
  names: number;
  /** By row. */
  findings: [number, Finding[]][];
}

/** Null unless there is one that was made under the same `key`. Whatever is wrong with it: then every file is looked at. */
export function loadScan(file: string, key: string): ScanRecord | null {
  try {
    const bytes = readOwn(file);
    return bytes && parse(bytes, key);
  } catch {
    return null;
  }
}

/** In one step, so that a session that starts meanwhile reads the old one or this. Throws what writing throws. */
export function saveScan(file: string, key: string, record: ScanRecord): void {
  const parts = serialise(key, record);
  if (parts.reduce((sum, { length }) => sum + length, 0) > LONGEST) return;
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const temporary = `${file}.${randomUUID()}`;
  const { O_CREAT, O_EXCL, O_WRONLY } = constants;
  try {
    const fd = openSync(temporary, O_WRONLY | O_CREAT | O_EXCL, 0o600);
    try {
      for (const part of parts) for (let at = 0; at < part.length;) at += writeSync(fd, part, at);
    } finally {
      closeSync(fd);
    }
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

function serialise(key: string, record: ScanRecord): Buffer[] {
  const names = pathBytes(record.paths.map((path) => `${path}\0`).join(''));
  const findings: Header['findings'] = [];
  for (const [row, path] of record.paths.entries()) {
    const found = record.findings.get(path);
    if (found) findings.push([row, [...found]]);
  }
  const header: Header = { key, rows: record.size, names: names.length, findings };
  const json = Buffer.from(JSON.stringify(header));
  const head = Buffer.from(`${MAGIC}${json.length}`.padEnd(HEAD - 1) + '\n');
  const { states } = record;
  return [head, json, names, Buffer.from(states.buffer, states.byteOffset, states.byteLength)];
}

function parse(bytes: Buffer, key: string): ScanRecord | null {
  const head = bytes.toString('latin1', 0, HEAD);
  if (!head.startsWith(MAGIC)) return null;
  const length = Number(head.slice(MAGIC.length));
  if (!(Number.isSafeInteger(length) && length >= 0 && length <= LONGEST_HEADER)) return null;
  const header = readHeader(bytes.toString('utf8', HEAD, HEAD + length));
  if (header?.key !== key) return null;
  const namesAt = HEAD + length;
  const statesAt = namesAt + header.names;
  const end = statesAt + header.rows * WIDTH * 8;
  if (bytes.length !== end) return null;
  const paths = readNames(bytes.subarray(namesAt, statesAt));
  if (paths.length !== header.rows) return null;
  const { findings } = header;
  if (findings.some(([row]) => row >= header.rows)) return null;
  // A copy, because the numbers need not begin at a multiple of eight.
  const states = new BigInt64Array(new Uint8Array(bytes.subarray(statesAt, end)).buffer);
  return new ScanRecord({ paths, states, findings });
}

function readNames(bytes: Buffer): string[] {
  const text = bytes.toString('utf8');
  const names = text.includes('\ufffd') ? decodeNames(bytes) : text.split('\0');
  names.pop();
  return names;
}

function decodeNames(bytes: Buffer): string[] {
  const names: string[] = [];
  let start = 0;
  for (let end = bytes.indexOf(0); end >= 0; end = bytes.indexOf(0, start)) {
    names.push(decodePath(bytes.subarray(start, end)));
    start = end + 1;
  }
  return [...names, ''];
}

function readHeader(text: string): Header | null {
  const { key, rows, names, findings } = JSON.parse(text) as Record<string, unknown>;
  if (typeof key !== 'string' || !isCount(rows) || !isCount(names)) return null;
  if (!Array.isArray(findings) || !findings.every(isFindingOfRow)) return null;
  return { key, rows, names, findings };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= LONGEST;
}

function isFindingOfRow(value: unknown): value is [number, Finding[]] {
  if (!Array.isArray(value) || value.length !== 2) return false;
  const [row, list] = value as [unknown, unknown];
  return isCount(row) && Array.isArray(list) && list.length > 0 && list.every(isFinding);
}

function isFinding(value: unknown): value is Finding {
  if (typeof value !== 'object' || value === null) return false;
  const { rule, tier } = value as Record<string, unknown>;
  return typeof rule === 'string' && RULE.test(rule) && TIERS.includes(tier);
}

/** A regular file of this user's that nobody else can write. */
function readOwn(file: string): Buffer | null {
  const fd = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const { size, mode, uid } = fstatSync(fd);
    const regular = (mode & constants.S_IFMT) === constants.S_IFREG;
    if (!regular || size > LONGEST || uid !== process.getuid?.() || mode & 0o022) return null;
    const bytes = Buffer.allocUnsafe(size);
    let at = 0;
    for (let read = 1; at < size && read > 0; at += read)
      read = readSync(fd, bytes, at, size - at, at);
    return at === size ? bytes : null;
  } finally {
    closeSync(fd);
  }
}
