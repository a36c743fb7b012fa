import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';

/** Where in the history a secret was found: never what it is. */
const FOUND = z.strictObject({
  rule: z.string().max(200),
  path: z.string().max(8192),
  commit: z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/),
});

const SCANNED = z.strictObject({
  key: z.string().max(200),
  /** Commits that were looked through with all that they lead to. */
  tips: z.array(FOUND.shape.commit).max(10_000),
  found: z.array(FOUND).max(10_000),
});

export type HistoryFinding = z.infer<typeof FOUND>;
export type ScannedHistory = z.infer<typeof SCANNED>;

/** Bytes. */
const LONGEST = 16 * 1024 * 1024;

/** Null where there is none that was made by the same rules. */
export function loadHistory(file: string, key: string): ScannedHistory | null {
  try {
    const { size } = statSync(file);
    if (size > LONGEST) return null;
    const scanned = SCANNED.parse(JSON.parse(readFileSync(file, 'utf8')));
    return scanned.key === key ? scanned : null;
  } catch {
    return null;
  }
}

/** Without it the next session looks again. */
export function saveHistory(file: string, scanned: ScannedHistory): void {
  const temporary = `${file}.${randomUUID()}`;
  try {
    writeFileSync(temporary, JSON.stringify(scanned), { mode: 0o600, flag: 'wx' });
    renameSync(temporary, file);
  } catch {
    rmSync(temporary, { force: true });
  }
}
