import { randomBytes } from 'node:crypto';

/**
 * Keys with which clients cancel: guard's own, so that the server's never come inside. Each names one connection of
 * this session.
 */
export class CancelKeys {
  readonly #cancel = new Map<string, () => void>();

  /** The content of a BackendKeyData message (process id and key), good until `drop` is called. */
  issue(cancel: () => void): { data: Buffer; drop: () => void } {
    const data = randomBytes(8);
    // Process ids are positive.
    data.writeInt32BE(data.readInt32BE(0) & 0x7fffffff, 0);
    const id = data.toString('hex');
    if (this.#cancel.has(id)) return this.issue(cancel);
    this.#cancel.set(id, cancel);
    return { data, drop: () => void this.#cancel.delete(id) };
  }

  /** A key that nobody has does nothing, as with the server itself. */
  use(data: Buffer): void {
    this.#cancel.get(data.toString('hex'))?.();
  }
}
