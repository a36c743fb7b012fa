/** Of one archive with all that is in it. Small archives can hold petabytes. */
const MOST_BYTES = 512 * 1024 * 1024;
const MOST_ENTRIES = 20_000;
/** An archive in an archive; `.tar.gz` counts as one. */
const DEEPEST = 3;

/** An archive that is not looked through to its end. */
export class ArchiveLimit extends Error {}

/** What may still be taken out of an archive. */
export class Budget {
  #bytes = MOST_BYTES;
  #entries = MOST_ENTRIES;

  /** Bytes that one entry may have. */
  get bytes(): number {
    return this.#bytes;
  }

  spend(bytes: number): void {
    this.#bytes -= bytes;
    this.#entries -= 1;
    if (this.#bytes < 0) throw new ArchiveLimit('it holds more than 512 MiB');
    if (this.#entries < 0) throw new ArchiveLimit(`it holds more than ${MOST_ENTRIES} entries`);
  }
}

export function requireDepth(depth: number): void {
  if (depth > DEEPEST) throw new ArchiveLimit(`archives stand in each other ${depth} deep`);
}
