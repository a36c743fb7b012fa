import { appendFileSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { GuardError } from '../guard-error.ts';
import { everyFile } from './hard-links.ts';
import { identityOf } from './identity.ts';
import { lstatAt, readRegular } from './inside.ts';
import type { CoverKind } from './name-patterns.ts';
import type { FoundSecret } from './walk.ts';

/** Stands for a pattern in reports: a session has moved the folder of this file, to where nothing else covers it. */
export const MOVED = 'covered before it was moved';

/** Bytes: a line for as many covers as there can be mounts (fs.mount-max), each with the longest of paths. */
const LONGEST = 512 * 1024 * 1024;

export interface EarlierCover {
  /** Relative to the repository. */
  path: string;
  /** By `identity.ts`. */
  file: string;
  kind: CoverKind;
  /** Nothing covers it where it is but that it was covered before. */
  moved: boolean;
}

/**
 * Which files sessions in this repository have had covered. A session can rename the folder of such a file to one that is
 * not walked (`.git`), or in which less counts as secret: the next finds it there by what the kernel tells it apart by.
 * One JSON line each, in guard's state folder; nothing of what is in the files.
 */
export class EarlierCovers {
  readonly #file: string;
  #lines: string[] = [];
  /** Of what was moved: where it is now it may be covered otherwise. */
  readonly #kinds = new Map<string, CoverKind>();

  constructor(file: string) {
    this.#file = file;
  }

  /**
   * Those that are not where they were, and those that nothing else covers. `found`: what is covered anyway. Of kind `spans`
   * is what is where it was: something less may be found in it, and counts.
   */
  moved(repository: string, found: readonly FoundSecret[]): FoundSecret[] {
    this.#lines = this.#read();
    const covered = new Set(found.map(({ path }) => path));
    const gone = new Map<string, EarlierCover>();
    const out: FoundSecret[] = [];
    const add = (path: string, cover: EarlierCover, kind: CoverKind): void => {
      // What is secret by its content and found so is shown without its secrets.
      if (cover.kind !== 'spans' || !covered.has(path)) out.push({ path, kind, pattern: MOVED });
    };
    for (const cover of this.#lines.flatMap(parse)) {
      this.#kinds.set(cover.file, cover.kind);
      const stat = lstatAt(`${repository}/${cover.path}`);
      if (!stat || identityOf(stat) !== cover.file) gone.set(cover.file, cover);
      else if (cover.moved) add(cover.path, cover, whole(cover.kind));
      else if (cover.kind === 'spans') add(cover.path, cover, 'spans');
    }
    if (gone.size > 0)
      for (const { path, stat } of everyFile(repository)) {
        const cover = gone.get(identityOf(stat));
        // The session cannot rename the file itself: who did so has decided what it is.
        if (cover && basename(cover.path) === basename(path)) add(path, cover, whole(cover.kind));
      }
    return out;
  }

  /** These are covered now. What another session has added meanwhile stays. */
  start(covers: readonly EarlierCover[]): void {
    const known = new Set(this.#lines);
    const added = this.#read().filter((line) => !known.has(line));
    const own = covers.map(({ kind, ...cover }) => {
      const before = cover.moved ? this.#kinds.get(cover.file) : undefined;
      return JSON.stringify({ ...cover, kind: before ?? kind });
    });
    const lines = [...new Set([...own, ...added])];
    const made = `${this.#file}.${process.pid}`;
    mkdirSync(dirname(this.#file), { recursive: true, mode: 0o700 });
    writeFileSync(made, lines.map((line) => `${line}\n`).join(''), { mode: 0o600 });
    renameSync(made, this.#file);
  }

  add(cover: EarlierCover): void {
    appendFileSync(this.#file, `${JSON.stringify(cover)}\n`, { mode: 0o600 });
  }

  #read(): string[] {
    if (!lstatAt(this.#file)) return [];
    const bytes = readRegular(this.#file, LONGEST);
    if (bytes) return bytes.toString('utf8').split('\n').slice(0, -1);
    throw new GuardError({
      what: 'cannot read which files were covered before',
      why: `${this.#file} is no file that can be read, or too long`,
      fix: 'Look for files that sessions have moved, then remove it',
    });
  }
}

function whole(kind: CoverKind): CoverKind {
  return kind === 'spans' ? 'hide' : kind;
}

/** Nothing for a line that was not written whole. */
function parse(line: string): EarlierCover[] {
  try {
    return [JSON.parse(line) as EarlierCover];
  } catch {
    return [];
  }
}
