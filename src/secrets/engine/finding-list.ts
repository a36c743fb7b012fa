import type { Tier } from './detector.ts';
import type { Finding } from './finding.ts';
import { resolveOverlaps } from './overlaps.ts';

/** A file with more secrets than that is all secret from there on: nobody reads so many, and memory has an end. */
export const MOST_FINDINGS = 10_000;

/** What stands from there on. */
export const MANY_RULE = 'engine.too-many';

/** What was found so far in one text. */
export class FindingList {
  #findings: Finding[] = [];
  #full = false;
  readonly #length: number;

  /** @param length of the text: nothing is behind it */
  constructor(length: number) {
    this.#length = length;
  }

  /** Nothing more is to be looked for. */
  get full(): boolean {
    return this.#full;
  }

  add(finding: Finding): void {
    if (this.#full) return;
    this.#findings.push(finding);
    if (this.#findings.length < 2 * MOST_FINDINGS) return;
    // The same place is often found several times.
    this.#findings = resolveOverlaps(this.#findings);
    this.#full = this.#findings.length > MOST_FINDINGS;
  }

  /** Has everything from `start` to `end` be hidden, because it was not looked at. */
  hide(rule: string, start: number, end: number): void {
    this.#push(rule, 'weak', start, end);
  }

  /** Has everything from `start` on count as secret: behind the last finding likely if any of those is more than weak. */
  giveUp(start: number): void {
    const last = this.#findings.reduce((most, { end }) => Math.max(most, end), start);
    const tier = this.#findings.some(({ tier }) => tier !== 'weak') ? 'likely' : 'weak';
    this.#push(MANY_RULE, 'weak', start, last);
    this.#push(MANY_RULE, tier, last, this.#length);
  }

  #push(rule: string, tier: Tier, start: number, behind: number): void {
    const end = Math.min(behind, this.#length);
    if (start < end) this.#findings.push({ rule, tier, start, end, rank: 0 });
  }

  resolved(): Finding[] {
    return resolveOverlaps(this.#findings);
  }
}
