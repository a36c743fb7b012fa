import type { BigIntStats } from 'node:fs';
import { GuardError } from '../guard-error.ts';
import type { KnownValue, Scanner } from '../secrets/engine/detector.ts';
import { OpenFiles } from '../secrets/engine/open-files.ts';
import { scanFile } from '../secrets/engine/scan-file.ts';
import type { ScanResult } from '../secrets/engine/scan-protocol.ts';
import type { CompactRule } from '../secrets/rules/rule-format.ts';
import { lstatAt } from './inside.ts';
import type { Remembered } from './remembered.ts';
import { loadScan, saveScan } from './scan-cache.ts';
import { coverOf, findingsOf, isWeak } from './scan-findings.ts';
import { ScanRecord } from './scan-record.ts';
import { inFoldersOfOthers, isInToolFolder } from './tool-folders.ts';
import type { FoundSecret } from './walk.ts';

export interface ContentOptions {
  /** Where it has to be awaited before the scanner is asked for; most starts need neither. */
  load?: () => Promise<void>;
  /** For this thread. */
  scanner: () => Scanner;
  /** The values it knows, and the user's own kinds: for other threads. */
  known: () => readonly KnownValue[];
  rules?: () => readonly CompactRule[];
  /**
   * Where what was found is kept from one session to the next: in a folder that no session can write. `key` is another
   * whenever the same file could give another result: other rules, other values that are known to be secret.
   */
  cache: { file: string; key: string } | null;
  /** Values that sessions have moved to where nothing else finds them. */
  remembered?: Remembered;
  /** How many of the files that have to be looked through are done. */
  onProgress?: (done: number, total: number) => void;
}

export interface ContentFound {
  /** A cover for each file with a secret in it. */
  secrets: FoundSecret[];
  record: ScanRecord;
  /** Files that were looked through; the others are as they were. */
  scanned: number;
  /** Longer than {@link LONGEST}: nobody looked through them. */
  tooLong: string[];
}

/** Stands for a pattern in reports: guard could not look through it, and its user could make it readable for a session. */
export const UNREADABLE = 'unreadable file';

/** Bytes. Text that long is a dump or a log; looking through it takes some ten seconds. */
const LONGEST = 4 * 1024 * 1024 * 1024;

/** Starting threads takes longer than looking through so much here. Files, bytes. */
const FEW = 256;
const SMALL = 4 * 1024 * 1024;

/** Of what is no file any more, or is another by now, whoever watches hears. */
const GONE = /^(ENOENT|ENOTDIR|ELOOP|ENOTREG|ENXIO)$/;

interface Pending {
  path: string;
  stat: BigIntStats;
}

/**
 * Looks through every file that is not as it was when it was last looked through. What cannot be read is covered whole.
 * @param files relative to `repository`
 */
export async function scanContent(
  repository: string,
  files: readonly string[],
  options: ContentOptions,
): Promise<ContentFound> {
  const { cache } = options;
  const before = cache && loadScan(cache.file, cache.key);
  const record = new ScanRecord(files.length);
  const pending = compare(repository, files, before ?? new ScanRecord(0), record);
  const tooLong = pending.filter(({ stat }) => stat.size > LONGEST).map(({ path }) => path);
  const todo = inOrder(pending.filter(({ stat }) => stat.size <= LONGEST));
  if (todo.length > 0 || record.findings.size > 0) await options.load?.();
  const unread = await scanAll(repository, todo, record, options);
  if (cache && (todo.length > 0 || before?.size !== record.size)) save(cache, record);
  const hidden = unread.map((path) => ({ path, kind: 'hide', pattern: UNREADABLE }) as const);
  const secrets = [...toCover(repository, record), ...hidden];
  return { secrets, record, scanned: todo.length, tooLong };
}

/** Takes over what is known of unchanged files; returns the others. */
function compare(
  repository: string,
  files: readonly string[],
  before: ScanRecord,
  record: ScanRecord,
): Pending[] {
  const pending: Pending[] = [];
  for (const path of files) {
    const stat = lstatAt(`${repository}/${path}`);
    if (!stat?.isFile()) continue;
    if (record.appendKnown(path, stat, before)) continue;
    record.append(path);
    pending.push({ path, stat });
  }
  return pending;
}

/** What somebody wrote first, what package managers and build tools did afterwards. */
function inOrder(pending: readonly Pending[]): Pending[] {
  const own = pending.filter(({ path }) => !isInToolFolder(path));
  const others = pending.filter(({ path }) => isInToolFolder(path));
  return [...own, ...others];
}

/** Returns what could not be read. */
async function scanAll(
  repository: string,
  todo: readonly Pending[],
  record: ScanRecord,
  options: ContentOptions,
): Promise<string[]> {
  const unread: string[] = [];
  const start = BigInt(Date.now()) * 1_000_000n;
  try {
    for await (const result of await results(repository, todo, options))
      if ('spans' in result) record.set(result.path, result.state, findingsOf(result.spans), start);
      else if (!GONE.test(result.code)) unread.push(result.path);
  } catch (error) {
    throw new GuardError({
      what: `cannot look for secrets in ${repository}`,
      why: error instanceof Error ? error.message : String(error),
      fix: 'Start again; if that fails too, run `guard doctor`',
      cause: error,
    });
  }
  return unread;
}

async function results(
  repository: string,
  todo: readonly Pending[],
  { scanner, known, rules, onProgress }: ContentOptions,
): Promise<AsyncIterable<ScanResult> | Iterable<ScanResult>> {
  const paths = todo.map(({ path }) => path);
  const bytes = todo.reduce((sum, { stat }) => sum + Number(stat.size), 0);
  if (paths.length <= FEW && bytes <= SMALL) return scanHere(repository, paths, scanner);
  const { scanFiles } = await import('../secrets/engine/scan-pool.ts');
  return scanFiles({
    root: repository,
    paths,
    known: known(),
    rules: rules?.() ?? [],
    ...(onProgress ? { onProgress } : {}),
  });
}

function* scanHere(
  root: string,
  paths: readonly string[],
  scanner: () => Scanner,
): Generator<ScanResult> {
  if (paths.length === 0) return;
  const files = new OpenFiles(root);
  try {
    for (const path of paths) yield scanFile(files, scanner(), path);
  } finally {
    files.close();
  }
}

function toCover(repository: string, record: ScanRecord): FoundSecret[] {
  const weak = [...record.findings].filter(([, findings]) => isWeak(findings));
  const left = inFoldersOfOthers(
    repository,
    weak.map(([path]) => path),
  );
  return [...record.findings]
    .filter(([path]) => !left.has(path))
    .map(([path, findings]) => coverOf(path, findings));
}

/** Without it the next start takes longer, nothing else. */
function save({ file, key }: { file: string; key: string }, record: ScanRecord): void {
  try {
    saveScan(file, key, record);
  } catch {
    return;
  }
}
