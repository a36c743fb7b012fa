import type { LineRange } from './examine.ts';
import { gitOutput, PLAIN_PATCH, type GitPlace } from './git.ts';

const WHAT = 'cannot compare';
/** A line to which a line break or a carriage return was added holds nothing new. */
const SAME_LINE = ['--ignore-space-at-eol'];

/**
 * Lines that the blob `newId` has and `oldId` has not; null for all of them, where that cannot be told: a partial clone may
 * lack the old content.
 */
export async function addedLines(
  oldId: string,
  newId: string,
  place: GitPlace,
): Promise<LineRange[] | null> {
  if (/^0+$/.test(oldId)) return null;
  try {
    const diff = ['diff', ...PLAIN_PATCH, ...SAME_LINE, oldId, newId, '--'];
    const patch = await gitOutput(diff, place, WHAT);
    // What is too large to compare counts as binary, --text or not.
    return patch.includes('\nBinary files ') ? null : hunkRanges(patch);
  } catch {
    return null;
  }
}

export function blobContent(id: string, place: GitPlace): Promise<Buffer> {
  return gitOutput(['cat-file', 'blob', id], place, WHAT);
}

/** Lines that are in both. */
export function inBoth(one: readonly LineRange[], other: readonly LineRange[]): LineRange[] {
  return one.flatMap(({ from, to }) =>
    other
      .filter((range) => range.from <= to && from <= range.to)
      .map((range) => ({ from: Math.max(from, range.from), to: Math.min(to, range.to) })),
  );
}

/** `@@ -1,2 +3,4 @@`: lines 3 to 6 are new; a count that is left out is 1 (git-diff(1), "Generating patch text"). */
const HUNK = /^@@ -[0-9]+(?:,[0-9]+)? \+([0-9]+)(?:,([0-9]+))? @@/;

function hunkRanges(patch: Buffer): LineRange[] {
  const ranges: LineRange[] = [];
  for (let at = 0; at >= 0 && at < patch.length;) {
    if (patch[at] === 0x40) {
      const match = HUNK.exec(patch.toString('latin1', at, at + 80));
      const count = Number(match?.[2] ?? 1);
      const from = Number(match?.[1] ?? 0);
      if (match && count > 0) ranges.push({ from, to: from + count - 1 });
    }
    const end = patch.indexOf(10, at);
    at = end < 0 ? -1 : end + 1;
  }
  return ranges;
}
