/** Hosts whose TLS session is kept, each under 4 KiB. */
const LIMIT = 256;

/** TLS sessions to be resumed, so that a second connection to a host needs no new proof; the oldest are forgotten. */
export class SessionCache {
  readonly #sessions = new Map<string, Buffer>();

  /** Each is used once (RFC 8446, appendix C.4). */
  take(key: string): Buffer | undefined {
    const session = this.#sessions.get(key);
    this.#sessions.delete(key);
    return session;
  }

  keep(key: string, session: Buffer): void {
    this.#sessions.delete(key);
    this.#sessions.set(key, session);
    const [oldest] = this.#sessions.keys();
    if (this.#sessions.size > LIMIT && oldest !== undefined) this.#sessions.delete(oldest);
  }
}
