/**
 * Which placeholder stands for which real value, the same all through a session: what is equal in two files stays equal,
 * and a placeholder that turns up on the wire can be told. Real values live here in memory only.
 */
export class StandIns {
  readonly #byValue = new Map<string, string>();
  #onAdded: (real: string, standIn: string) => void = () => undefined;

  /** The first to be given for a value counts. */
  add(real: string, standIn: string): void {
    if (this.#byValue.has(real)) return;
    this.#byValue.set(real, standIn);
    this.#onAdded(real, standIn);
  }

  of(real: string): string | undefined {
    return this.#byValue.get(real);
  }

  entries(): [real: string, standIn: string][] {
    return [...this.#byValue];
  }

  /** Hears of every pair from now on. */
  onAdded(listener: (real: string, standIn: string) => void): void {
    this.#onAdded = listener;
  }
}
