import type { Finding } from './finding.ts';
import { behind, utf16Source, type Source } from './source.ts';

/** How much of a file's start says what is in it: as much as git and grep look at. Bytes. */
export const SNIFFED = 8192;

export interface Content {
  kind: 'text' | 'binary' | 'utf-16le' | 'utf-16be';
  /** Bytes of a byte order mark. */
  mark: number;
}

/** UTF-16 without a mark is believed where it is mostly ASCII: then nearly every second byte is NUL, and few others. */
const UTF16_NULS = 0.7;
const UTF16_OTHER_NULS = 0.05;
/** Text that has NUL bytes (environments, lists that `find -print0` writes) is text if so much of it is printable. */
const TEXT_WITH_NULS = 0.9;

/** A source as one byte a character, without the mark at its start. */
export interface Text {
  source: Source;
  binary: boolean;
  /** What was found in `source`, where it stands in the original. */
  inOriginal: (finding: Finding) => Finding;
}

export function textOf(original: Source): Text {
  const { kind, mark } = contentOf(original.read(0, SNIFFED));
  const source = behind(original, mark);
  const wide = kind === 'utf-16le' || kind === 'utf-16be';
  const width = wide ? 2 : 1;
  return {
    source: wide ? utf16Source(source, kind) : source,
    binary: kind === 'binary',
    inOriginal: (finding) => ({
      ...finding,
      start: finding.start * width + mark,
      end: finding.end * width + mark,
      ...(wide ? { encoding: kind } : {}),
    }),
  };
}

/** Says from a file's first {@link SNIFFED} bytes what the rest is. */
export function contentOf(head: Buffer): Content {
  // Unicode Standard, section 23.8: byte order marks.
  if (head[0] === 0xff && head[1] === 0xfe) return { kind: 'utf-16le', mark: 2 };
  if (head[0] === 0xfe && head[1] === 0xff) return { kind: 'utf-16be', mark: 2 };
  const mark = head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0;
  if (!head.includes(0)) return { kind: 'text', mark };
  const nuls = [0, 0];
  let printable = 0;
  for (let i = 0; i < head.length; i++) {
    const byte = head[i] as number;
    if (byte === 0) nuls[i & 1] = (nuls[i & 1] as number) + 1;
    else if (isPrintable(byte)) printable++;
  }
  const [even = 0, odd = 0] = nuls.map((count) => count / (head.length / 2));
  if (odd >= UTF16_NULS && even <= UTF16_OTHER_NULS) return { kind: 'utf-16le', mark: 0 };
  if (even >= UTF16_NULS && odd <= UTF16_OTHER_NULS) return { kind: 'utf-16be', mark: 0 };
  return { kind: printable >= head.length * TEXT_WITH_NULS ? 'text' : 'binary', mark };
}

/** ASCII that is shown, tabs and the ends of lines. */
export function isPrintable(byte: number): boolean {
  return (byte >= 0x20 && byte < 0x7f) || (byte >= 0x09 && byte <= 0x0d);
}
