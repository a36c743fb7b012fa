import { decodePath } from '../../byte-path.ts';

const BACKSLASH = 0x5c;
const QUOTE = 0x22;

/** Where the path stands in `diff --git a/PATH b/PATH`, where both are the same, or in `diff --cc PATH`. */
export function pathOfDiff(line: Buffer): string {
  for (const start of ['diff --cc ', 'diff --combined '])
    if (line.indexOf(start) === 0) return unquoted(line.subarray(start.length));
  const names = line.subarray('diff --git '.length);
  // Twice `a/` and the path, with a space between; quoted, twice two quotes more.
  const one = names.subarray(0, (names.length - 1) / 2);
  const whole = unquotedBytes(one);
  return decodePath(whole.subarray('a/'.length));
}

/** The path behind `+++ `; null where the file is gone. A name with a space has a tab behind it. */
export function pathOfNew(line: Buffer): string | null {
  let name = line.subarray('+++ '.length);
  if (name[name.length - 1] === 9) name = name.subarray(0, name.length - 1);
  if (name.equals(DEV_NULL)) return null;
  return decodePath(unquotedBytes(name).subarray('b/'.length));
}

const DEV_NULL = Buffer.from('/dev/null');

function unquoted(name: Buffer): string {
  return decodePath(unquotedBytes(name));
}

const ESCAPES: Record<string, number> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13 };

/** As git quotes names with control characters, quotes or backslashes in them: like C (git-config(1), core.quotePath). */
function unquotedBytes(name: Buffer): Buffer {
  if (name[0] !== QUOTE) return name;
  const bytes: number[] = [];
  for (let at = 1; at < name.length - 1; at += 1) {
    const byte = name[at] ?? 0;
    if (byte !== BACKSLASH) {
      bytes.push(byte);
      continue;
    }
    at += 1;
    const letter = String.fromCharCode(name[at] ?? 0);
    if (/[0-3]/.test(letter)) {
      bytes.push(parseInt(name.toString('latin1', at, at + 3), 8));
      at += 2;
    } else bytes.push(ESCAPES[letter] ?? name[at] ?? 0);
  }
  return Buffer.from(bytes);
}

export interface HunkHead {
  parents: number;
  /** The first line that is new, 1-based. */
  from: number;
}

/** `@@ -1,2 +3,4 @@`, or with one `-` range for each parent between that many more `@`. */
export function hunkHead(line: string): HunkHead | null {
  const match = /^(@{2,20}) (?:-[0-9]+(?:,[0-9]+)? ){1,20}\+([0-9]+)(?:,[0-9]+)? @/.exec(line);
  if (!match) return null;
  return { parents: (match[1] ?? '').length - 1, from: Number(match[2]) };
}
