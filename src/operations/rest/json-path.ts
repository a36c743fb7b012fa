import type { Json } from '../../policy/types.ts';
import { readJson } from '../body/json.ts';
import { UNSEEN } from '../unseen.ts';

/** Beyond it what is left counts as unseen. */
const MAX_VISITS = 30_000;
/** JSON in a string in JSON. */
const MAX_UNWRAPPED = 4;

export interface Found {
  /** Names from the root, as they stand in the value. */
  at: string;
  /** `UNSEEN` where it, or what it lies in, cannot be told. */
  value: Json;
  /** With names as they are written, and no JSON in a string on the way: not every server would find it otherwise. */
  exact: boolean;
}

export interface JsonPath {
  written: string;
  find(value: Json): Found[];
}

/**
 * Names with dots; `*` is any name or index, `**` any number of them. A string that holds JSON is looked into as if the value
 * stood there. With `anyCase` names are compared as lenient servers do.
 */
export function compileJsonPath(written: string, anyCase: boolean): JsonPath {
  const words = written === '' ? [] : written.split('.');
  const folded = words.map((word) => word.toLowerCase());
  return { written, find: (value) => new Search(words, folded, anyCase).run(value) };
}

/** Names from here to the root; written out only for what is found. */
interface Trail {
  name: string;
  exact: boolean;
  above: Trail | null;
}

class Search {
  readonly #words: readonly string[];
  readonly #folded: readonly string[];
  readonly #anyCase: boolean;
  readonly #found: Found[] = [];
  #visits = 0;

  constructor(words: readonly string[], folded: readonly string[], anyCase: boolean) {
    this.#words = words;
    this.#folded = folded;
    this.#anyCase = anyCase;
  }

  run(value: Json): Found[] {
    this.#walk(value, 0, null, 0);
    return this.#found;
  }

  #walk(value: Json, index: number, trail: Trail | null, unwrapped: number): void {
    this.#visits += 1;
    if (this.#visits > MAX_VISITS) {
      if (this.#visits === MAX_VISITS + 1)
        this.#found.push({ at: written(trail), value: UNSEEN, exact: false });
      return;
    }
    const word = this.#words[index];
    if (word === undefined || value === UNSEEN) {
      const exact = unwrapped === 0 && (trail?.exact ?? true);
      this.#found.push({ at: written(trail), value, exact });
      return;
    }
    if (word === '**') this.#walk(value, index + 1, trail, unwrapped);
    if (typeof value === 'string') {
      for (const inner of unwrapped < MAX_UNWRAPPED ? jsonIn(value) : [])
        this.#walk(inner, index, trail, unwrapped + 1);
      return;
    }
    if (typeof value !== 'object' || value === null) return;
    const members = value as Record<string, Json>;
    const before = trail?.exact ?? true;
    for (const name of Object.keys(members)) {
      const inner = members[name] ?? null;
      if (word === '**') this.#walk(inner, index, { name, exact: before, above: trail }, unwrapped);
      else if (word === '*' || word === name)
        this.#walk(inner, index + 1, { name, exact: before, above: trail }, unwrapped);
      else if (this.#same(index, name))
        this.#walk(inner, index + 1, { name, exact: false, above: trail }, unwrapped);
    }
  }

  #same(index: number, name: string): boolean {
    // To Go's decoder the long s is an s as well (encoding/json, foldName).
    return this.#anyCase && name.toLowerCase().replaceAll('ſ', 's') === this.#folded[index];
  }
}

function written(trail: Trail | null): string {
  const names: string[] = [];
  for (let at = trail; at && names.length < 20; at = at.above) names.unshift(at.name.slice(0, 60));
  return names.join('.');
}

function jsonIn(text: string): Json[] {
  if (!/^\s*[[{"]/.test(text)) return [];
  const read = readJson(text);
  if (read.kind === 'not') return [];
  return read.first ? [read.value, read.first.value] : [read.value];
}
