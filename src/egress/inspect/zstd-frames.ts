/** RFC 8878, section 3.1. */
const MAGIC = 0xfd2fb528;
const SKIPPABLE = 0x184d2a50;
/** RFC 8878, section 3.1.1.1.2 asks decoders for 8 MiB. */
const WINDOW_LIMIT = 8 * 1024 * 1024;
/** RFC 8878, section 3.1.1.2.4. */
const BLOCK_LIMIT = 128 * 1024;
/** fzstd moves its whole window for each block: bytes moved that are not looked at, and for each decoded byte. */
const MOVED_FREE = 512 * 1024 * 1024;
const MOVED_EACH = 256;

/** fzstd looks at a frame once it has as many bytes of it. */
const FIRST = 18;

type Awaited = 'frame' | 'header' | 'block' | 'body' | 'checksum' | 'skip-size' | 'skip';

/** Follows the frames of a Zstandard stream without decoding them, and refuses what would cost too much to decode. */
export class ZstdFrames {
  /** Bytes decoded so far, told by whoever decodes. */
  decoded = 0;
  #awaited: Awaited = 'frame';
  #bytes: number[] = [];
  #missing = 4;
  #window = 0;
  #moved = 0;
  #checksum = false;
  #last = false;
  #total = 0;
  /** Where the last block or frame ended. */
  #boundary = 0;
  /** Where a frame began; a frame that began just behind another does not count. */
  #anchor = 0;

  /** Whether a frame could begin here. */
  get complete(): boolean {
    return this.#awaited === 'frame' && this.#bytes.length === 0;
  }

  /** Bytes of a block, or of the little that fzstd waits for first, that are not complete. */
  get undecoded(): number {
    const since = this.#total - this.#anchor;
    return since < 2 * FIRST ? since : this.#total - this.#boundary;
  }

  /** @throws Error */
  check(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      const size = Math.min(this.#missing, chunk.length - at);
      const kept = this.#awaited !== 'body' && this.#awaited !== 'skip';
      if (kept) this.#bytes.push(...chunk.subarray(at, at + size));
      this.#missing -= size;
      at += size;
      this.#total += size;
      if (this.#missing === 0) this.#step();
    }
  }

  #step(): void {
    const value = this.#bytes.reduce((sum, byte, index) => sum + byte * 2 ** (8 * index), 0);
    switch (this.#awaited) {
      case 'frame':
        if (this.#total - 4 - this.#anchor >= FIRST) this.#anchor = this.#total - 4;
        if (value === MAGIC) return this.#await('header', 1);
        if ((value & 0xfffffff0) >>> 0 === SKIPPABLE) return this.#await('skip-size', 4);
        throw new Error('no frame');
      case 'skip-size':
        return this.#await(value ? 'skip' : 'frame', value || 4);
      case 'header':
        return this.#header();
      case 'block':
        return this.#block(value);
      case 'body':
        return this.#last ? this.#end() : this.#await('block', 3);
      case 'checksum':
      case 'skip':
        return this.#await('frame', 4);
    }
  }

  /** RFC 8878, section 3.1.1.1: a byte that tells which fields follow, then they. */
  #header(): void {
    const descriptor = this.#bytes[0] ?? 0;
    const single = (descriptor & 0x20) !== 0;
    const sizeFlag = descriptor >> 6;
    const sizeLength = sizeFlag === 0 ? (single ? 1 : 0) : 2 ** sizeFlag;
    const dictionary = [0, 1, 2, 4][descriptor & 3] ?? 0;
    const length = 1 + (single ? 0 : 1) + dictionary + sizeLength;
    if (this.#bytes.length < length) {
      this.#missing = length - this.#bytes.length;
      return;
    }
    if (dictionary || descriptor & 0x08) throw new Error('a dictionary or a reserved bit');
    this.#checksum = (descriptor & 0x04) !== 0;
    if (single) {
      const size = this.#bytes
        .slice(1)
        .reduce((sum, byte, index) => sum + byte * 2 ** (8 * index), 0);
      this.#window = sizeLength === 2 ? size + 256 : size;
    } else {
      const byte = this.#bytes[1] ?? 0;
      const base = 2 ** (10 + (byte >> 3));
      this.#window = base + (base / 8) * (byte & 7);
    }
    if (this.#window > WINDOW_LIMIT) throw new Error('a window that is too large');
    this.#await('block', 3);
  }

  #block(value: number): void {
    const type = (value >> 1) & 3;
    const size = value >> 3;
    this.#last = (value & 1) === 1;
    this.#moved += this.#window;
    if (type === 3 || size > BLOCK_LIMIT) throw new Error('a block that is too large');
    if (this.#moved > MOVED_FREE + this.decoded * MOVED_EACH) throw new Error('too many blocks');
    const length = type === 1 ? 1 : size;
    if (length) this.#await('body', length);
    else if (this.#last) this.#end();
    else this.#await('block', 3);
  }

  #end(): void {
    this.#await(this.#checksum ? 'checksum' : 'frame', 4);
  }

  #await(what: Awaited, length: number): void {
    if (what === 'block' || what === 'frame') this.#boundary = this.#total;
    this.#awaited = what;
    this.#bytes = [];
    this.#missing = length;
  }
}
