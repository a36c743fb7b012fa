import { createHash } from 'node:crypto';
import type { Scanner, Tier } from '../secrets/engine/detector.ts';

/** What a text was before. */
export interface EarlierText {
  path: string;
  bytes: Buffer;
}

/**
 * The secrets that could be found in a text before it was changed. A line that stayed as it was can hold a new one: the line
 * above says now what it is, or the file's name does.
 */
export class EarlierSecrets {
  readonly #before: () => Promise<readonly EarlierText[]>;
  readonly #scanner: Scanner;
  readonly #tiers: ReadonlySet<Tier>;
  #known: Set<string> | null = null;

  constructor(
    before: () => Promise<readonly EarlierText[]>,
    { scanner, tiers }: { scanner: Scanner; tiers: ReadonlySet<Tier> },
  ) {
    this.#before = before;
    this.#scanner = scanner;
    this.#tiers = tiers;
  }

  async has(secret: Buffer): Promise<boolean> {
    this.#known ??= await this.#find();
    return this.#known.has(keyOf(secret));
  }

  async #find(): Promise<Set<string>> {
    const known = new Set<string>();
    try {
      for (const { path, bytes } of await this.#before())
        for (const { tier, start, end } of this.#scanner.scan(path, bytes))
          if (this.#tiers.has(tier)) known.add(keyOf(bytes.subarray(start, end)));
    } catch {
      // What cannot be read or looked through makes nothing known.
    }
    return known;
  }
}

/** In memory only; a hash because a key file has kilobytes. */
function keyOf(secret: Buffer): string {
  return createHash('sha256').update(secret).digest('base64');
}
