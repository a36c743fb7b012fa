/** What the model has still to be told, in order. */
export type Item = { data: Buffer } | { columns: number; rows: number };

/** A run of text shorter than this is not worth a search. Bytes. */
const WORTH_CUTTING = 128 * 1024;
/** Attributes that a cut has to set again; more, and nothing is cut. Bytes. */
const PENS_KEPT = 64 * 1024;
/** What begins by resetting all, among such changes. */
const RESETS = ['\x1b[m', '\x1b[0m', '\x1b[0;'];
const PEN = /\x1b\[[\d;:]*m/g;
const CR = 13;
const LF = 10;

/**
 * Output that the model has not seen, kept until somebody needs to know the screen. Of a long run of plain text only the
 * last lines can still be on it: the rest is dropped.
 */
export class Backlog {
  #items: Item[] = [];
  /** Where the run of plain text at the end begins; its length when there is none. */
  #runStart = 0;
  #runBytes = 0;
  #rows: number;
  bytes = 0;

  constructor(rows: number) {
    this.#rows = rows;
  }

  /** `scrolls`: text and colours, on a screen whose every line scrolls; `whole`: not in the middle of a sequence. */
  add(data: Buffer, scrolls: boolean, whole = true): void {
    if (data.length === 0) return;
    this.#items.push({ data });
    this.bytes += data.length;
    if (!scrolls || (!whole && this.#runBytes === 0)) return this.#endRun();
    this.#runBytes += data.length;
    if (this.#runBytes > WORTH_CUTTING) this.#cut();
  }

  resize(columns: number, rows: number): void {
    this.#items.push({ columns, rows });
    this.#rows = rows;
    this.#endRun();
  }

  /** Everything, to be given to the model in this order. */
  drain(): Item[] {
    if (this.#runBytes > 0) this.#cut();
    const items = this.#items;
    this.#items = [];
    this.bytes = 0;
    this.#endRun();
    return items;
  }

  #endRun(): void {
    this.#runStart = this.#items.length;
    this.#runBytes = 0;
  }

  /**
   * Keeps of the run what comes after the last CR LF with two screens of lines behind it. From column 0, whatever the row, a
   * screen of line feeds reaches the last row and another scrolls away all that stood on the screen before.
   */
  #cut(): void {
    let lines = 0;
    const wanted = 2 * this.#rows + 2;
    for (let index = this.#items.length - 1; index >= this.#runStart; index -= 1) {
      const item = this.#items[index];
      if (!item || !('data' in item)) break;
      const { data } = item;
      for (
        let at = data.lastIndexOf(LF);
        at >= 0;
        at = at > 0 ? data.lastIndexOf(LF, at - 1) : -1
      ) {
        lines += 1;
        if (lines > wanted && at > 0 && data[at - 1] === CR) return this.#keepFrom(index, at + 1);
      }
    }
    // Lines too long to cut: looked at again when as much has come once more.
    this.#runBytes = 1;
  }

  #keepFrom(index: number, at: number): void {
    const item = this.#items[index];
    if (!item || !('data' in item)) return;
    const pens = this.#pens(index, at);
    this.#runBytes = 1;
    if (pens.length > PENS_KEPT) return;
    // A copy, for the rest of the chunk to be freed.
    const kept: Item[] = [{ data: Buffer.concat([pens, item.data.subarray(at)]) }];
    this.#items.splice(this.#runStart, index - this.#runStart + 1, ...kept);
    this.bytes = this.#items.reduce(
      (sum, each) => sum + ('data' in each ? each.data.length : 0),
      0,
    );
  }

  /** The changes of attributes, since the last that reset them all, up to that place. */
  #pens(index: number, at: number): Buffer {
    let pens = '';
    for (let item = index; item >= this.#runStart && pens.length <= PENS_KEPT; item -= 1) {
      const each = this.#items[item];
      if (!each || !('data' in each)) break;
      // With the next, for a sequence that a read has cut.
      const rest = item < index ? this.#start(item + 1) : '';
      const text = each.data.toString('latin1', 0, item === index ? at : undefined) + rest;
      const reset = Math.max(...RESETS.map((each) => text.lastIndexOf(each)));
      const found = text.slice(Math.max(0, reset)).match(PEN);
      pens = (found?.join('') ?? '') + pens;
      if (reset >= 0) break;
    }
    return Buffer.from(pens, 'latin1');
  }

  /** The end of a sequence that began in the item before. */
  #start(index: number): string {
    const item = this.#items[index];
    const text = item && 'data' in item ? item.data.toString('latin1', 0, 64) : '';
    return /^[[\d;:]*m/.exec(text)?.[0] ?? '';
  }
}
