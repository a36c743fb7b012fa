/**
 * How much may be looked at, against files that are made of words: it grows with the bytes that were passed, so the time
 * for a file stays proportional to its length. A look costs one, and one more for so many bytes of its text.
 */
export class LookBudget {
  #left = BURST;

  /** So many bytes were passed. */
  advance(bytes: number): void {
    this.#left = Math.min(BURST, this.#left + bytes * LOOKS_A_BYTE);
  }

  /** For so many looks at one text; false where it is used up. */
  take(looks: number, textLength: number): boolean {
    if (this.#left < 0) return false;
    this.#left -= looks * (1 + textLength / TEXT_A_LOOK);
    return true;
  }
}

/** Files up to some hundred kilobytes never come to an end of it, whatever they are made of. */
const BURST = 128 * 1024;
/** A list of addresses, the densest of ordinary long files, needs 34 a kilobyte; program text needs 4. */
const LOOKS_A_BYTE = 40 / 1024;
const TEXT_A_LOOK = 256;
