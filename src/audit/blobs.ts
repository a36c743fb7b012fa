import type { Git } from './git.ts';

/** Bytes. Larger than any text; one is in memory at a time, and a buffer of Node 20 holds 4 GiB. */
export const LARGEST_BLOB = 1024 * 1024 * 1024;

export interface Blob {
  id: string;
  /** Null where the repository does not have it, or it is larger than {@link LARGEST_BLOB}. */
  bytes: Buffer | null;
  why?: string;
}

const LINE_FEED = 10;

/**
 * Reads what `git cat-file --batch` prints (git-cat-file(1), "Batch output"): `ID TYPE SIZE`, the content, a line feed; or
 * `ID missing`.
 */
export async function* readBlobs(git: Git): AsyncGenerator<Blob> {
  const input = new PieceReader(git.stdout[Symbol.asyncIterator]() as AsyncIterator<Buffer>);
  for (;;) {
    const header = await input.line();
    if (header === null) return;
    const [id = '', type = '', size = ''] = header.split(' ');
    if (!/^[0-9]+$/.test(size)) {
      yield { id, bytes: null, why: type === 'missing' ? 'git does not have its content' : header };
      continue;
    }
    const length = Number(size);
    if (length > LARGEST_BLOB) {
      await input.skip(length + 1);
      yield { id, bytes: null, why: 'it is larger than 1 GiB' };
      continue;
    }
    const bytes = await input.bytes(length);
    await input.skip(1);
    yield { id, bytes };
  }
}

class PieceReader {
  readonly #pieces: AsyncIterator<Buffer>;
  #held: Buffer = Buffer.alloc(0);

  constructor(pieces: AsyncIterator<Buffer>) {
    this.#pieces = pieces;
  }

  /** Null at the end. */
  async line(): Promise<string | null> {
    let text = '';
    for (;;) {
      const end = this.#held.indexOf(LINE_FEED);
      if (end >= 0) {
        text += this.#held.toString('latin1', 0, end);
        this.#held = this.#held.subarray(end + 1);
        return text;
      }
      text += this.#held.toString('latin1');
      if (!(await this.#next())) return text === '' ? null : text;
    }
  }

  async bytes(length: number): Promise<Buffer> {
    if (this.#held.length >= length) return this.#take(length);
    const whole = Buffer.allocUnsafe(length);
    let filled = 0;
    for (;;) {
      const piece = this.#take(Math.min(length - filled, this.#held.length));
      whole.set(piece, filled);
      filled += piece.length;
      if (filled === length) return whole;
      if (!(await this.#next())) throw new RangeError('git ended within an object');
    }
  }

  async skip(length: number): Promise<void> {
    for (let left = length; left > 0;) {
      left -= this.#take(Math.min(left, this.#held.length)).length;
      if (left > 0 && !(await this.#next())) throw new RangeError('git ended within an object');
    }
  }

  #take(length: number): Buffer {
    const taken = this.#held.subarray(0, length);
    this.#held = this.#held.subarray(length);
    return taken;
  }

  async #next(): Promise<boolean> {
    const next = await this.#pieces.next();
    if (next.done) return false;
    this.#held = next.value;
    return true;
  }
}
