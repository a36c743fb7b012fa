import type { Json } from '../../policy/types.ts';

const MAX_DEPTH = 16;

interface Branch {
  [name: string]: Branch | Json[];
}

/** `a[b][]=1` and `a.b=1` as the trees that servers make of them; null where no name is nested. */
export function nestNames(pairs: readonly (readonly [name: string, value: Json])[]): Json | null {
  if (!pairs.some(([name]) => /[[.]/.test(name))) return null;
  const root = branch();
  for (const [name, value] of pairs) put(root, segments(name), value);
  return tree(root);
}

function segments(name: string): string[] {
  const parts = name.split(/[[\].]+/).filter((part) => part !== '');
  return parts.length === 0 || parts.length > MAX_DEPTH ? [name] : parts;
}

function put(root: Branch, path: readonly string[], value: Json): void {
  let node = root;
  for (const part of path.slice(0, -1)) {
    const next = node[part];
    // A name that is both a value and a branch: the value stays beside it, under no name.
    if (next === undefined || Array.isArray(next)) {
      const made = branch();
      if (next !== undefined) made[''] = next;
      node[part] = made;
      node = made;
    } else node = next;
  }
  const last = path.at(-1) ?? '';
  const there = node[last];
  if (Array.isArray(there)) there.push(value);
  else if (there === undefined) node[last] = [value];
  else put(there, [''], value);
}

function tree(node: Branch | Json[]): Json {
  if (Array.isArray(node)) return node.length === 1 ? (node[0] as Json) : node;
  return Object.fromEntries(Object.entries(node).map(([name, below]) => [name, tree(below)]));
}

function branch(): Branch {
  return Object.create(null) as Branch;
}
