/** Patterns by their beginnings. Node 0 is the root; a node is made after its parent. */
export interface Trie {
  /** All nodes, those nearer to the root first. */
  order: readonly number[];
  depth: Int32Array;
  parent: Int32Array;
  /** Class of the byte that leads here. */
  kind: Int16Array;
  /** Index of the pattern that ends here, or -1. */
  pattern: Int32Array;
  firstChild: Int32Array;
  nextSibling: Int32Array;
}

/** Plain arrays: secrets make a hundred thousand nodes, and a Map for each would take longer than the search. */
export function buildTrie(patterns: readonly Uint8Array[], classes: Uint8Array): Trie {
  const most = patterns.reduce((sum, pattern) => sum + pattern.length, 1);
  const trie = {
    depth: new Int32Array(most),
    parent: new Int32Array(most),
    kind: new Int16Array(most),
    pattern: new Int32Array(most).fill(-1),
    firstChild: new Int32Array(most),
    nextSibling: new Int32Array(most),
  };
  let count = 1;
  for (const [index, pattern] of patterns.entries()) {
    let node = 0;
    for (const byte of pattern) {
      const kind = classes[byte] ?? 0;
      let child = trie.firstChild[node] ?? 0;
      while (child !== 0 && trie.kind[child] !== kind) child = trie.nextSibling[child] ?? 0;
      if (child === 0) {
        child = count++;
        trie.kind[child] = kind;
        trie.parent[child] = node;
        trie.depth[child] = (trie.depth[node] ?? 0) + 1;
        trie.nextSibling[child] = trie.firstChild[node] ?? 0;
        trie.firstChild[node] = child;
      }
      node = child;
    }
    if (node !== 0 && trie.pattern[node] === -1) trie.pattern[node] = index;
  }
  return { ...trie, order: byDepth(trie.depth, count) };
}

/** Counting sort. */
function byDepth(depth: Int32Array, count: number): number[] {
  const starts: number[] = [];
  for (let node = 0; node < count; node++) {
    const at = (depth[node] ?? 0) + 1;
    starts[at] = (starts[at] ?? 0) + 1;
  }
  for (let at = 0; at < starts.length; at++) starts[at] = (starts[at] ?? 0) + (starts[at - 1] ?? 0);
  const order = new Array<number>(count).fill(0);
  for (let node = 0; node < count; node++) {
    const at = depth[node] ?? 0;
    const place = starts[at] ?? 0;
    order[place] = node;
    starts[at] = place + 1;
  }
  return order;
}
