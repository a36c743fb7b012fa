/** Bytes that all held bodies may take together; who finds too few left waits, the longest waiting first. */
export class Budget {
  readonly size: number;
  #free: number;
  readonly #queue: { bytes: number; start: () => void }[] = [];

  constructor(size: number) {
    this.size = size;
    this.#free = size;
  }

  get free(): number {
    return this.#free;
  }

  /** More than there is in all counts as all there is. @throws the signal's reason */
  reserve(bytes: number, signal: AbortSignal): Promise<Reservation> {
    const wanted = Math.min(bytes, this.size);
    signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      const place = {
        bytes: wanted,
        start: () => {
          signal.removeEventListener('abort', leave);
          resolve(new Reservation(wanted, (freed) => this.#release(freed)));
        },
      };
      const leave = () => {
        const at = this.#queue.indexOf(place);
        if (at >= 0) this.#queue.splice(at, 1);
        reject(signal.reason as Error);
        this.#serve();
      };
      signal.addEventListener('abort', leave, { once: true });
      this.#queue.push(place);
      this.#serve();
    });
  }

  #release(bytes: number): void {
    this.#free += bytes;
    this.#serve();
  }

  #serve(): void {
    for (;;) {
      const [next] = this.#queue;
      if (!next || next.bytes > this.#free) return;
      this.#queue.shift();
      this.#free -= next.bytes;
      next.start();
    }
  }
}

/** Part of a budget; what is given back is given back once. */
export class Reservation {
  #bytes: number;
  readonly #release: (bytes: number) => void;

  constructor(bytes: number, release: (bytes: number) => void) {
    this.#bytes = bytes;
    this.#release = release;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Keeps `bytes` at most. */
  shrink(bytes: number): void {
    const freed = this.#bytes - bytes;
    if (freed <= 0) return;
    this.#bytes = bytes;
    this.#release(freed);
  }
}
