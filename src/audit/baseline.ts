import { renameSync, rmSync, writeFileSync } from 'node:fs';
import type { Finding } from './finding.ts';
import { couldNotLook } from './git.ts';
import { NotPlain, readBounded } from './plain-file.ts';
import type { AuditResult } from './result.ts';

/** What is known and does not count: `rule` and `file` are for people. */
export interface BaselineEntry {
  file: string;
  rule: string;
  fingerprint: string;
}

const LARGEST = 64 * 1024 * 1024;

/** Throws GuardError where there is none, or it is not one. */
export function readBaseline(file: string): BaselineEntry[] {
  const entries = readIfThere(file);
  if (entries) return entries;
  throw unusable(file, 'there is no such file');
}

/** Moves what the baseline knows out of the findings. */
export function applyBaseline(result: AuditResult, entries: readonly BaselineEntry[]): void {
  const known = new Set(entries.map(({ fingerprint }) => fingerprint));
  const isKnown = (finding: Finding): boolean => known.has(finding.fingerprint);
  for (const finding of result.findings.filter(isKnown))
    result.allowed.push({ finding, by: 'baseline', reason: 'in the baseline' });
  result.findings = result.findings.filter((finding) => !isKnown(finding));
}

/**
 * Writes the baseline anew: what was found, and of what stood there the files that were not looked at. Sorted, one entry a
 * line, so that a diff of it says what came and went. Returns how many entries it has, came and went.
 */
export function updateBaselineFile(
  file: string,
  findings: readonly Finding[],
  lookedAt: (path: string) => boolean,
): { entries: number; added: number; removed: number } {
  const old = readIfThere(file) ?? [];
  const entries = new Map<string, BaselineEntry>();
  for (const entry of old) if (!lookedAt(entry.file)) entries.set(entry.fingerprint, entry);
  for (const { file: path, rule, fingerprint } of findings)
    entries.set(fingerprint, { file: path, rule, fingerprint });
  const sorted = [...entries.values()].sort((a, b) => compare(keyOf(a), keyOf(b)));
  const lines = sorted.map((entry) => `    ${JSON.stringify(entry)}`).join(',\n');
  writeWhole(file, `{\n  "version": 1,\n  "findings": [${lines ? `\n${lines}\n  ` : ''}]\n}\n`);
  const before = new Set(old.map(({ fingerprint }) => fingerprint));
  const added = sorted.filter(({ fingerprint }) => !before.has(fingerprint)).length;
  return { entries: sorted.length, added, removed: before.size - (sorted.length - added) };
}

function readIfThere(file: string): BaselineEntry[] | null {
  let text: string;
  try {
    text = readBounded(file, LARGEST).toString('utf8');
  } catch (error) {
    if (error instanceof NotPlain) throw unusable(file, error.message);
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return null;
    throw unusable(file, `it cannot be read (${code})`);
  }
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    throw unusable(file, 'it is not JSON');
  }
  const { version, findings } = (data ?? {}) as { version?: unknown; findings?: unknown };
  if (version !== 1) throw unusable(file, 'it is not a baseline of version 1');
  if (!Array.isArray(findings) || !findings.every(isEntry))
    throw unusable(file, 'an entry lacks its fingerprint, rule or file');
  return findings.map(({ file: path, rule, fingerprint }) => ({ file: path, rule, fingerprint }));
}

function isEntry(entry: unknown): entry is BaselineEntry {
  const { file, rule, fingerprint } = (entry ?? {}) as Partial<Record<string, unknown>>;
  return (
    typeof file === 'string' &&
    typeof rule === 'string' &&
    typeof fingerprint === 'string' &&
    /^[0-9a-f]{16}$/.test(fingerprint)
  );
}

/** Whole or not at all. */
function writeWhole(file: string, text: string): void {
  const draft = `${file}.${process.pid}.new`;
  try {
    writeFileSync(draft, text, { flag: 'wx' });
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw unusable(file, `it cannot be written (${(error as NodeJS.ErrnoException).code})`);
  }
}

/** By code units, the same in every locale. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function keyOf({ file, rule, fingerprint }: BaselineEntry): string {
  return `${file}\0${rule}\0${fingerprint}`;
}

function unusable(file: string, why: string) {
  return couldNotLook(
    `cannot use the baseline ${file}`,
    why,
    'Write it anew: guard audit --all --baseline FILE --update-baseline',
  );
}
