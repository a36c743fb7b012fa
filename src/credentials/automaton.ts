import { buildTrie, type Trie } from './trie.ts';

/** Where a search stands: just behind what was looked at, and what it remembers of that. */
export interface Position {
  index: number;
  state: number;
}

/** States of fewer characters than this have a row: nearly all bytes are judged in them. */
const FULL_DEPTH = 3;

/**
 * Finds many byte strings at once, in time that grows with the text alone (Aho and Corasick, "Efficient string matching",
 * 1975). ASCII letters match in either case. States near the root and those with several ways on have a full row of
 * transitions; the tails of patterns, of which there are many times more, have one way on and a failure link.
 *
 * A state is a number: that of a row is where the row begins, tails follow behind all rows. Where a transition leads to a
 * state in which a pattern ends, the tables hold its complement, so that the loop needs no further look.
 */
export class Automaton {
  /** Class of each byte; 0 for those of no pattern. */
  readonly #classes = new Uint8Array(256);
  readonly #rows: Int32Array;
  readonly #width: number;
  /** Of tails: their one class, where it leads, and where to go instead. */
  readonly #onlyClass: Int16Array;
  readonly #onlyNext: Int32Array;
  readonly #fail: Int32Array;
  /** By number of row, then by number of tail. */
  readonly #depth: Int32Array;
  readonly #found: Int32Array;

  /** Empty patterns are never found. */
  constructor(patterns: readonly Uint8Array[]) {
    this.#width = classify(patterns, this.#classes);
    const trie = buildTrie(patterns, this.#classes);
    const isFull = (node: number) => (trie.depth[node] ?? 0) < FULL_DEPTH || hasTwo(trie, node);
    const full = trie.order.filter(isFull);
    const tails = trie.order.filter((node) => !isFull(node));
    this.#rows = new Int32Array(full.length * this.#width);
    this.#onlyClass = new Int16Array(tails.length).fill(-1);
    this.#onlyNext = new Int32Array(tails.length);
    this.#fail = new Int32Array(tails.length);
    this.#depth = new Int32Array(trie.order.length);
    this.#found = new Int32Array(trie.order.length).fill(-1);
    const states = new Int32Array(trie.order.length);
    for (const [at, node] of full.entries()) states[node] = at * this.#width;
    for (const [at, node] of tails.entries()) states[node] = this.#rows.length + at;
    this.#fill(trie, states);
    for (const table of [this.#rows, this.#onlyNext])
      for (const [at, state] of table.entries()) if (this.found(state) >= 0) table[at] = ~state;
  }

  /** How many bytes before this point could be the beginning of a pattern. */
  depth(state: number): number {
    return this.#depth[this.#numberOf(state)] ?? 0;
  }

  /** Index of the longest pattern that ends in this state, or -1. */
  found(state: number): number {
    return this.#found[this.#numberOf(state)] ?? -1;
  }

  /** Goes on over `bytes` until a pattern ends, which is true, or the bytes do. */
  advance(bytes: Uint8Array, at: Position): boolean {
    const [classes, rows, onlyClass] = [this.#classes, this.#rows, this.#onlyClass];
    const [onlyNext, fail] = [this.#onlyNext, this.#fail];
    const [end, tails] = [bytes.length, rows.length];
    let { index, state } = at;
    // The casts say what these tables hold at these places; a default would cost a tenth of the speed.
    while (index < end) {
      const kind = classes[bytes[index++] as number] as number;
      while (state >= tails && onlyClass[state - tails] !== kind)
        state = fail[state - tails] as number;
      state = (state >= tails ? onlyNext[state - tails] : rows[state + kind]) as number;
      if (state < 0) {
        at.index = index;
        at.state = ~state;
        return true;
      }
    }
    at.index = index;
    at.state = state;
    return false;
  }

  /** Nearest to the root first: what a state needs of the one it fails to is there already. */
  #fill(trie: Trie, states: Int32Array): void {
    const fails = new Int32Array(states.length);
    for (const node of trie.order) {
      const state = states[node] ?? 0;
      const parent = trie.parent[node] ?? 0;
      const fail = parent === 0 ? 0 : this.#step(fails[parent] ?? 0, trie.kind[node] ?? 0);
      fails[node] = fail;
      const number = this.#numberOf(state);
      this.#depth[number] = trie.depth[node] ?? 0;
      const own = trie.pattern[node] ?? -1;
      this.#found[number] = own >= 0 || node === 0 ? own : this.found(fail);
      this.#writeWays(trie, node, states, fail);
    }
  }

  #writeWays(trie: Trie, node: number, states: Int32Array, fail: number): void {
    const state = states[node] ?? 0;
    const tail = state - this.#rows.length;
    if (tail < 0 && node !== 0)
      for (let kind = 0; kind < this.#width; kind++)
        this.#rows[state + kind] = this.#step(fail, kind);
    if (tail >= 0) this.#fail[tail] = fail;
    for (
      let child = trie.firstChild[node] ?? 0;
      child !== 0;
      child = trie.nextSibling[child] ?? 0
    ) {
      const kind = trie.kind[child] ?? 0;
      if (tail < 0) this.#rows[state + kind] = states[child] ?? 0;
      else [this.#onlyClass[tail], this.#onlyNext[tail]] = [kind, states[child] ?? 0];
    }
  }

  /** One transition, before any is marked. */
  #step(from: number, kind: number): number {
    const tails = this.#rows.length;
    let state = from;
    while (state >= tails && this.#onlyClass[state - tails] !== kind)
      state = this.#fail[state - tails] ?? 0;
    return (state >= tails ? this.#onlyNext[state - tails] : this.#rows[state + kind]) ?? 0;
  }

  #numberOf(state: number): number {
    const tails = this.#rows.length;
    return state < tails ? state / this.#width : tails / this.#width + state - tails;
  }
}

/** Gives each byte of the patterns a class, both cases of a letter the same, and answers how many there are. */
function classify(patterns: readonly Uint8Array[], classes: Uint8Array): number {
  let count = 1;
  for (const pattern of patterns)
    for (const byte of pattern) if (classes[fold(byte)] === 0) classes[fold(byte)] = count++;
  for (let byte = 0; byte < 256; byte++) classes[byte] = classes[fold(byte)] ?? 0;
  return count;
}

function hasTwo(trie: Trie, node: number): boolean {
  const first = trie.firstChild[node] ?? 0;
  return first !== 0 && trie.nextSibling[first] !== 0;
}

function fold(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
}
