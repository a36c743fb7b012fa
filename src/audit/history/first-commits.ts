import { createHash } from 'node:crypto';
import type { Tier } from '../../secrets/engine/detector.ts';
import type { CommitFacts, Finding } from '../finding.ts';

/** Which commit had a secret first: messages, files and tags are looked through one after the other. */
export class FirstCommits {
  readonly #order = new Map<string, number>();
  readonly #times: number[] = [];
  readonly #secrets = new Map<string, { finding: Finding; order: number }>();
  readonly #superseded = new Set<Finding>();

  /** In order, parents before children. */
  add(hash: string, at: number): void {
    this.#order.set(hash, this.#times.length);
    this.#times.push(at);
  }

  get hashes(): string[] {
    return [...this.#order.keys()];
  }

  facts(hash: string): CommitFacts {
    const at = this.#times[this.orderOf(hash)] ?? 0;
    return { hash, date: new Date(at * 1000).toISOString().replace('.000Z', 'Z') };
  }

  orderOf(hash: string): number {
    return this.#order.get(hash) ?? Number.MAX_SAFE_INTEGER;
  }

  /** Is the finding the first of its secret, as far as is known by now? Of several in one commit the surest counts. */
  claim(secret: Buffer, finding: Finding): boolean {
    // In memory only; a hash because a key file of kilobytes may be in thousands of commits.
    const key = createHash('sha256').update(secret).digest('base64');
    const order = finding.commit ? this.orderOf(finding.commit.hash) : Number.MAX_SAFE_INTEGER;
    const before = this.#secrets.get(key);
    if (
      before &&
      (before.order < order || (before.order === order && !surer(finding, before.finding)))
    )
      return false;
    if (before) this.#superseded.add(before.finding);
    this.#secrets.set(key, { finding, order });
    return true;
  }

  /** Each secret once, in the order of commits. */
  firstOnly(findings: readonly Finding[]): Finding[] {
    const order = ({ commit }: Finding): number =>
      commit ? this.orderOf(commit.hash) : Number.MAX_SAFE_INTEGER;
    return findings
      .filter((finding) => !this.#superseded.has(finding))
      .sort((a, b) => order(a) - order(b));
  }
}

const SUREST: readonly Tier[] = ['certain', 'likely', 'weak'];

function surer(a: Finding, b: Finding): boolean {
  return SUREST.indexOf(a.tier) < SUREST.indexOf(b.tier);
}
