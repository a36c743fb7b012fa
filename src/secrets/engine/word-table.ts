/**
 * An Aho–Corasick automaton (Aho and Corasick, Efficient string matching, CACM 18(6), 1975) as one table: all words are
 * found in a single pass over the bytes, however many there are. Letters of either case are the same.
 */
export interface WordTable {
  /** Which column of `next` a byte takes. Bytes of no word share column 0. */
  columns: Uint8Array;
  /** Binary logarithm of the columns a row has. */
  shift: number;
  /** The state after a byte: `next[(state << shift) | columns[byte]]`. State 0 is the start. */
  next: Uint16Array;
  /** States from this one on end one word or more. */
  firstHit: number;
  /** The words that state `firstHit + i` ends: `words[wordsAt[i]]` up to, not including, `words[wordsAt[i + 1]]`. */
  wordsAt: Uint32Array;
  words: Uint16Array;
  /** Bytes. */
  longest: number;
}

/** States and words are 16 bits wide. */
const MOST = 0xffff;

interface Node {
  children: Map<number, Node>;
  /** The longest proper suffix that is in the tree as well. */
  fallback: Node | null;
  words: number[];
  state: number;
}

const newNode = (): Node => ({ children: new Map(), fallback: null, words: [], state: 0 });

/** @param list in lower case, each once; the table speaks of them by their index */
export function buildWordTable(list: readonly string[]): WordTable {
  const columns = columnsOf(list);
  const root = newNode();
  list.forEach((word, index) => {
    let at = root;
    for (let i = 0; i < word.length; i++) {
      const column = columns[word.charCodeAt(i)] ?? 0;
      let child = at.children.get(column);
      if (!child) at.children.set(column, (child = newNode()));
      at = child;
    }
    at.words.push(index);
  });
  const nodes = inBreadth(root);
  const plain = nodes.filter((node) => node.words.length === 0);
  const hits = nodes.filter((node) => node.words.length > 0);
  [...plain, ...hits].forEach((node, state) => (node.state = state));
  if (nodes.length > MOST || list.length > MOST)
    throw new Error(`${nodes.length} states for ${list.length} words are too many for one table`);
  const shift = Math.ceil(Math.log2(Math.max(...columns) + 1));
  return {
    columns,
    shift,
    next: transitions(nodes, shift),
    firstHit: plain.length,
    wordsAt: startsOf(hits),
    words: Uint16Array.from(hits.flatMap(({ words }) => words)),
    longest: list.reduce((longest, word) => Math.max(longest, word.length), 0),
  };
}

function columnsOf(list: readonly string[]): Uint8Array {
  const columns = new Uint8Array(256);
  const bytes = [...new Set(list.join(''))].map((character) => character.charCodeAt(0)).sort();
  bytes.forEach((byte, index) => {
    if (byte > 0x7f) throw new Error('a word is not ASCII');
    columns[byte] = index + 1;
    if (byte >= 0x61 && byte <= 0x7a) columns[byte - 0x20] = index + 1;
  });
  return columns;
}

/** All nodes, nearer ones first; gives each its fallback, and the words that end there along the fallbacks. */
function inBreadth(root: Node): Node[] {
  const nodes = [root];
  for (const node of nodes) {
    for (const [column, child] of node.children) {
      let suffix = node.fallback;
      while (suffix && !suffix.children.has(column)) suffix = suffix.fallback;
      child.fallback = suffix?.children.get(column) ?? root;
      child.words.push(...child.fallback.words);
      nodes.push(child);
    }
  }
  return nodes;
}

function startsOf(hits: readonly Node[]): Uint32Array {
  const starts = new Uint32Array(hits.length + 1);
  hits.forEach(({ words }, index) => (starts[index + 1] = (starts[index] ?? 0) + words.length));
  return starts;
}

/** In breadth, so that the row of a node's fallback is there to start from. */
function transitions(nodes: readonly Node[], shift: number): Uint16Array {
  const next = new Uint16Array(nodes.length << shift);
  for (const { state, fallback, children } of nodes) {
    if (fallback)
      next.copyWithin(state << shift, fallback.state << shift, (fallback.state + 1) << shift);
    for (const [column, child] of children) next[(state << shift) | column] = child.state;
  }
  return next;
}
