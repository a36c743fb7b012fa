/** The event loop is held up no longer than this at a time: a terminal and the network are relayed on it. Milliseconds. */
const SLICE = 4;

/** Time ran out, or nobody wants to know any more. */
export class Stopped extends Error {}

/** What cannot be measured; the message says why, for people. */
export class NotMeasured extends Error {}

/** Lets long work go on in slices until a deadline. */
export class Pace {
  readonly signal: AbortSignal;
  #sliceEnd = performance.now() + SLICE;

  constructor(signal: AbortSignal) {
    this.signal = signal;
  }

  get over(): boolean {
    return this.signal.aborted;
  }

  /** Null, so that nothing is awaited, while the slice lasts. */
  breathe(): Promise<void> | null {
    if (performance.now() < this.#sliceEnd) return null;
    return new Promise((resolve, reject) => {
      setImmediate(() => {
        this.#sliceEnd = performance.now() + SLICE;
        if (this.over) reject(new Stopped());
        else resolve();
      });
    });
  }
}
