import type { Readable } from 'node:stream';

/** The other side left before its message was complete. */
export class BodyCut extends Error {
  constructor() {
    super('the message was cut short');
  }
}

/** Reads a body chunk by chunk, and no further than it is asked to. */
export class BodyReader {
  readonly #source: Readable;
  readonly #isWhole: () => boolean;
  #ended = false;
  #failed = false;
  #wake: (() => void) | null = null;

  /** `isWhole` tells, at the end, whether it was the end that the framing announced. */
  constructor(source: Readable, isWhole: () => boolean) {
    this.#source = source;
    this.#isWhole = isWhole;
    source.on('readable', this.#onReadable);
    source.on('end', this.#onEnd);
    source.on('close', this.#onClose);
    source.on('error', this.#onClose);
    source.on('aborted', this.#onClose);
    if (source.destroyed && !source.readableEnded) this.#failed = true;
  }

  /** Null at the end. @throws BodyCut */
  async next(): Promise<Buffer | null> {
    for (;;) {
      if (this.#failed) throw new BodyCut();
      const chunk = this.#source.read() as Buffer | null;
      if (chunk?.length) return chunk;
      if (this.#ended) return null;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** Whoever reads on does it by itself; what still comes is thrown away. */
  abandon(): void {
    this.#source.off('readable', this.#onReadable);
    this.#source.off('end', this.#onEnd);
    this.#source.off('close', this.#onClose);
    this.#source.off('aborted', this.#onClose);
    this.#fail();
    this.#source.resume();
  }

  readonly #onReadable = () => this.#wakeUp();
  readonly #onEnd = () => {
    if (this.#isWhole()) this.#ended = true;
    else this.#failed = true;
    this.#wakeUp();
  };
  readonly #onClose = () => {
    if (!this.#ended) this.#fail();
  };

  #fail(): void {
    this.#failed = true;
    this.#wakeUp();
  }

  #wakeUp(): void {
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  }
}
