import { hunkHead, pathOfDiff, pathOfNew } from './patch-lines.ts';

/** What one commit adds to one file. */
export interface AddedText {
  commit: string;
  path: string;
  /** Is the file new? */
  isNew: boolean;
  /** Its new lines, an empty line between those that do not follow each other. Valid until the next is asked for. */
  text: Buffer;
  /** How far `line` of `text` stands below there in the file. */
  linesAbove: (line: number) => number;
}

/** A file that git takes for binary, by its content or because the repository says so. */
export interface BinaryFile {
  commit: string;
  path: string;
  isNew: boolean;
  /** Of the content. */
  blob: string;
}

export type PatchPart = AddedText | BinaryFile;

/** Bytes of new lines of one file that are kept; more of them are looked at apart. */
const LONGEST_TEXT = 64 * 1024 * 1024;
const [LINE_FEED, PLUS, MINUS, SPACE, BACKSLASH, AT] = [0x0a, 0x2b, 0x2d, 0x20, 0x5c, 0x40];

/** Reads what `git diff-tree --stdin -c -p -U0 --full-index` prints, in pieces as they come. */
export class PatchReader {
  #commit = '';
  #path: string | null = null;
  #isNew = false;
  #blob = '';
  #isBinary = false;
  /** Parents of the hunk that is being read; 0 outside of one. */
  #parents = 0;
  #held: Buffer[] = [];
  #text = Buffer.allocUnsafe(1024 * 1024);
  #length = 0;
  #lines = 0;
  /** `[line in text, line in file]` where a hunk begins. */
  #hunks: [number, number][] = [];

  *push(piece: Buffer): Generator<PatchPart> {
    let from = 0;
    for (let end = piece.indexOf(LINE_FEED); end >= 0; end = piece.indexOf(LINE_FEED, from)) {
      if (this.#held.length > 0) {
        const line = Buffer.concat([...this.#held, piece.subarray(0, end + 1)]);
        this.#held = [];
        yield* this.#line(line, 0, line.length - 1);
      } else yield* this.#line(piece, from, end);
      from = end + 1;
    }
    if (from < piece.length) this.#held.push(piece.subarray(from));
  }

  *end(): Generator<PatchPart> {
    yield* this.#flush();
  }

  *#line(bytes: Buffer, start: number, end: number): Generator<PatchPart> {
    const first = bytes[start];
    if (this.#parents > 0) {
      if (first === PLUS || first === MINUS || first === SPACE || first === BACKSLASH) {
        if (first !== MINUS && first !== BACKSLASH) yield* this.#added(bytes, start, end);
        return;
      }
      this.#parents = 0;
    }
    if (first === AT)
      return this.#hunk(bytes.toString('latin1', start, Math.min(end, start + 600)));
    const line = bytes.subarray(start, end);
    const word = line.toString('latin1', 0, 17);
    if (word.startsWith('diff --')) {
      yield* this.#flush();
      this.#path = pathOfDiff(line);
    } else if (word.startsWith('+++ ')) this.#path = pathOfNew(line);
    else if (word.startsWith('new file mode')) this.#isNew = true;
    else if (word.startsWith('index ')) this.#blob = newBlob(line.toString('latin1'));
    else if (word.startsWith('Binary files ')) this.#isBinary = true;
    else if (isCommit(line)) {
      yield* this.#flush();
      this.#commit = line.toString('latin1');
    }
  }

  #hunk(line: string): void {
    const head = hunkHead(line);
    if (!head) return;
    this.#parents = head.parents;
    // A hunk does not go on from the one before.
    if (this.#lines > 0) this.#append(Buffer.from('\n'), 0, 0);
    this.#hunks.push([this.#lines + 1, head.from]);
  }

  /** In a merge's hunk a line has a column for each parent: `-` in any of them is of a parent, blank in all of all. */
  *#added(bytes: Buffer, start: number, end: number): Generator<PatchPart> {
    for (let i = 1; i < this.#parents; i += 1) if (bytes[start + i] === MINUS) return;
    this.#append(bytes, start + this.#parents, end);
    if (this.#length > LONGEST_TEXT) yield* this.#cut();
  }

  #append(bytes: Buffer, start: number, end: number): void {
    const length = this.#length + (end - start) + 1;
    if (length > this.#text.length) {
      const larger = Buffer.allocUnsafe(Math.max(length, this.#text.length * 2));
      this.#text.copy(larger, 0, 0, this.#length);
      this.#text = larger;
    }
    bytes.copy(this.#text, this.#length, start, end);
    this.#text[length - 1] = LINE_FEED;
    this.#length = length;
    this.#lines += 1;
  }

  *#cut(): Generator<PatchPart> {
    const last = this.#hunks.at(-1);
    const next = last ? last[1] + (this.#lines + 1 - last[0]) : 1;
    yield* this.#addedText();
    this.#isNew = false;
    this.#hunks = [[1, next]];
  }

  *#flush(): Generator<PatchPart> {
    if (this.#path !== null && this.#isBinary && !/^0*$/.test(this.#blob))
      yield { commit: this.#commit, path: this.#path, isNew: this.#isNew, blob: this.#blob };
    else yield* this.#addedText();
    this.#path = null;
    this.#isNew = false;
    this.#isBinary = false;
    this.#blob = '';
    this.#parents = 0;
    this.#hunks = [];
  }

  *#addedText(): Generator<PatchPart> {
    const hunks = this.#hunks;
    if (this.#path !== null && (this.#length > 0 || this.#isNew))
      yield {
        commit: this.#commit,
        path: this.#path,
        isNew: this.#isNew,
        text: this.#text.subarray(0, this.#length),
        linesAbove: (line) => {
          const hunk = hunks.findLast(([inText]) => inText <= line);
          return hunk ? hunk[1] - hunk[0] : 0;
        },
      };
    this.#length = 0;
    this.#lines = 0;
  }
}

/** `index OLD..NEW MODE`, `index OLD,OLD..NEW`. */
function newBlob(line: string): string {
  return /\.\.([0-9a-f]{40,64})/.exec(line)?.[1] ?? '';
}

function isCommit(line: Buffer): boolean {
  if (line.length !== 40 && line.length !== 64) return false;
  return /^[0-9a-f]+$/.test(line.toString('latin1'));
}
