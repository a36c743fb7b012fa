import { setTimeout as pause } from 'node:timers/promises';
import { PatchReader, type PatchPart } from './patch-reader.ts';
import type { Scanner } from '../../secrets/engine/detector.ts';
import { objectId, type Git } from '../facts/git-process.ts';
import { loadHistory, saveHistory, type HistoryFinding } from './history-cache.ts';

export interface HistoryScan {
  git: Git;
  scanner: Scanner;
  cache: { file: string; key: string };
  /** Real values that are in the history. */
  onSecrets: (values: string[]) => void;
}

/** Of more commits than that the newest are looked through, every time. */
const COMMITS = 50_000;
/** Values that are looked for in all that leaves. */
const VALUES = 2000;
/** Characters; shorter ones would be found in ordinary text. */
const SHORTEST = 8;
const LONGEST = 8192;
/** For each millisecond of looking, so many in which the session has this thread. */
const REST = 3;
/** Bytes of a file that had a secret. */
const LONGEST_FILE = 8 * 1024 * 1024;

/**
 * What is secret in all that refs lead to, with the first commit that has it. What an earlier session has looked through is
 * not looked through again; where it found something the values are read anew, since none is ever written down.
 */
export async function scanHistory(scan: HistoryScan): Promise<HistoryFinding[]> {
  const { git, cache } = scan;
  const tips = await tipsOf(git);
  if (tips.length === 0) return [];
  const before = loadHistory(cache.file, cache.key);
  const values = new Values(scan.onSecrets);
  const known = before?.found ?? [];
  await rereadFiles(scan, known, values);
  const commits = await commitsSince(git, tips, before?.tips ?? []);
  const found = await lookThrough(scan, commits.slice(-COMMITS), values);
  values.tell();
  const all = [...known, ...found];
  const changed = tips.some((tip) => !before?.tips.includes(tip));
  if (commits.length <= COMMITS && changed)
    saveHistory(cache.file, { key: cache.key, tips, found: all });
  return all;
}

async function tipsOf(git: Git): Promise<string[]> {
  const refs = await git.refs('');
  const head = await git.commit('HEAD');
  return [...new Set([...refs.values(), ...(head ? [head] : [])])].sort();
}

/** Parents first. */
async function commitsSince(
  git: Git,
  tips: readonly string[],
  seen: readonly string[],
): Promise<string[]> {
  const pieces: Buffer[] = [];
  const input = [...tips, ...seen.map((id) => `^${id}`)].map((line) => `${line}\n`).join('');
  const args = ['--topo-order', '--ignore-missing', `--max-count=${COMMITS + 1}`, '--stdin'];
  for await (const piece of git.output(['rev-list', ...args], input)) pieces.push(piece);
  const lines = Buffer.concat(pieces).toString('latin1').split('\n');
  return lines.flatMap((line) => objectId(line) ?? []).reverse();
}

async function lookThrough(
  { git, scanner }: HistoryScan,
  commits: readonly string[],
  values: Values,
): Promise<HistoryFinding[]> {
  const found: HistoryFinding[] = [];
  if (commits.length === 0) return found;
  const look = ({ path, commit, ...part }: PatchPart): void => {
    if (!('text' in part) || part.text.length === 0) return;
    for (const { rule, value } of secretsIn(scanner, path, part.text))
      if (values.add(value)) found.push({ rule, path, commit });
  };
  const reader = new PatchReader();
  const args = [
    ...['--stdin', '--root', '-c', '-p', '--full-index', '--no-renames', '-U0', '--no-color'],
    ...['--no-ext-diff', '--no-textconv', '--submodule=short', '--no-relative'],
    ...['--inter-hunk-context=0', '--src-prefix=a/', '--dst-prefix=b/'],
  ];
  const input = commits.map((commit) => `${commit}\n`).join('');
  for await (const piece of git.output(['diff-tree', ...args], input)) {
    const start = performance.now();
    for (const part of reader.push(piece)) look(part);
    await pause((performance.now() - start) * REST, undefined, { ref: false });
  }
  for (const part of reader.end()) look(part);
  return found;
}

/** The values behind earlier findings. */
async function rereadFiles(
  { git, scanner }: HistoryScan,
  known: readonly HistoryFinding[],
  values: Values,
): Promise<void> {
  const places = [...new Set(known.map(({ commit, path }) => `${commit}:${path}`))]
    // One request a line (git-cat-file(1)).
    .filter((place) => !/[\n\udc80-\udcff]/.test(place));
  for (const place of places) {
    const pieces: Buffer[] = [];
    let length = 0;
    for await (const piece of git.output(['cat-file', 'blob', place])) {
      length += piece.length;
      if (length > LONGEST_FILE) break;
      pieces.push(piece);
    }
    const path = place.slice(place.indexOf(':') + 1);
    for (const { value } of secretsIn(scanner, path, Buffer.concat(pieces))) values.add(value);
    await pause(1, undefined, { ref: false });
  }
}

function secretsIn(
  scanner: Scanner,
  path: string,
  bytes: Buffer,
): { rule: string; value: string }[] {
  return scanner
    .scan(path, bytes)
    .filter(({ tier }) => tier !== 'weak')
    .map(({ rule, start, end }) => ({ rule, value: bytes.toString('utf8', start, end) }));
}

/** Each once, told in few portions: whatever looks for them is made anew each time. */
class Values {
  readonly #all = new Set<string>();
  readonly #tell: (values: string[]) => void;
  #told = 0;

  constructor(tell: (values: string[]) => void) {
    this.#tell = tell;
  }

  /** Is it new? */
  add(value: string): boolean {
    if (value.length < SHORTEST || value.length > LONGEST || this.#all.size >= VALUES) return false;
    if (this.#all.has(value)) return false;
    this.#all.add(value);
    return true;
  }

  tell(): void {
    const values = [...this.#all].slice(this.#told);
    this.#told = this.#all.size;
    if (values.length > 0) this.#tell(values);
  }
}
