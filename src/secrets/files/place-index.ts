/**
 * Where files of a kind are, as the end of a path: `.npmrc`, `.docker/config.json`, with `*` in the last part only:
 * `*.tfstate`, `.env*`, `*-sa*.json`, `private-keys-v1.d/*.key`. Compared without regard to case.
 */
export type PlacePattern = string;

interface Entry<T> {
  /** Folders that must stand before the last part, with `/` behind each. */
  folders: string;
  /** Pieces of the last part: before, between and behind the stars; one alone is the whole name. */
  start: string;
  between: readonly string[];
  end: string | null;
  of: T;
}

/** Characters of the beginning that the index goes by. */
const STEM = 3;

/**
 * Finds what is registered for a path in a few look-ups, however many patterns there are, because it is asked of every
 * file of a repository.
 */
export class PlaceIndex<T> {
  readonly #names = new Map<string, Entry<T>[]>();
  readonly #endings = new Map<string, Entry<T>[]>();
  readonly #stems = new Map<string, Entry<T>[]>();
  readonly #folders = new Map<string, Entry<T>[]>();
  #lastPath: string | undefined;
  #last: readonly T[] = [];

  add(pattern: PlacePattern, of: T): void {
    const lower = pattern.toLowerCase();
    const slash = lower.lastIndexOf('/') + 1;
    const folders = lower.slice(0, slash);
    const base = lower.slice(slash);
    const [start = '', ...between] = base.split('*');
    const end = between.pop() ?? null;
    const entry = { folders, start, between, end, of };
    if (end === null) push(this.#names, base, entry);
    else if (end.includes('.')) push(this.#endings, extension(end), entry);
    else if (start.length >= STEM) push(this.#stems, start.slice(0, STEM), entry);
    else if (folders) push(this.#folders, lastFolder(folders), entry);
    else throw new Error(`${pattern}: too general to look up`);
  }

  /** In the order they were added. */
  at(path: string): readonly T[] {
    if (path === this.#lastPath) return this.#last;
    this.#lastPath = path;
    this.#last = this.#find(path.toLowerCase());
    return this.#last;
  }

  #find(path: string): readonly T[] {
    const slash = path.lastIndexOf('/') + 1;
    const base = path.slice(slash);
    const lists = [
      this.#names.get(base),
      this.#endings.get(extension(base)),
      this.#stems.get(base.slice(0, STEM)),
      slash > 0 ? this.#folders.get(lastFolder(path.slice(0, slash))) : undefined,
    ];
    let found: T[] | undefined;
    for (const list of lists)
      for (const entry of list ?? []) {
        if (!fits(entry, base) || !below(path, slash, entry.folders)) continue;
        if (!found?.includes(entry.of)) (found ??= []).push(entry.of);
      }
    return found ?? [];
  }
}

function push<T>(map: Map<string, Entry<T>[]>, key: string, entry: Entry<T>): void {
  const list = map.get(key);
  if (list) list.push(entry);
  else map.set(key, [entry]);
}

function fits<T>({ start, between, end }: Entry<T>, base: string): boolean {
  if (end === null) return true;
  if (!base.startsWith(start) || !base.endsWith(end)) return false;
  let at = start.length;
  for (const piece of between) {
    const found = base.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return at + end.length <= base.length;
}

function extension(base: string): string {
  return base.slice(base.lastIndexOf('.') + 1);
}

/** Of `a/b/`: `b`. */
function lastFolder(folders: string): string {
  return folders.slice(folders.lastIndexOf('/', folders.length - 2) + 1, -1);
}

/** Do `folders` stand before the last part, as whole names? */
function below(path: string, slash: number, folders: string): boolean {
  if (folders === '') return true;
  const at = slash - folders.length;
  return at >= 0 && path.startsWith(folders, at) && (at === 0 || path[at - 1] === '/');
}
