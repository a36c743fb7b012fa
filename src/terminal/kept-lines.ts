/** Lines kept until there is a place for them; what comes after that is counted. */
const LIMIT = 50;

/** What guard has to say and the agent's screen has no place for yet. */
export class KeptLines {
  #lines: string[] = [];
  #more = 0;

  add(line: string): void {
    if (this.#lines.length < LIMIT) this.#lines.push(line);
    else this.#more += 1;
  }

  get any(): boolean {
    return this.#lines.length > 0;
  }

  /** All of them, once. */
  take(): string[] {
    const lines = this.#more
      ? [...this.#lines, `guard: and ${this.#more} more, see guard log`]
      : this.#lines;
    this.#lines = [];
    this.#more = 0;
    return lines;
  }
}
