/**
 * How sure a finding is. `certain`: its shape, checksum or place leaves no other reading. `likely`: shape and surroundings
 * say so. `weak`: worth hiding from an agent, not worth stopping a commit. The audit reports the first two, the view covers
 * all three.
 */
export type Tier = 'certain' | 'likely' | 'weak';

/**
 * A secret as it stands in a file: bytes `start` up to, not including, `end`. Two rules are the engine's own, for what it
 * did not look at so that hostile files cannot exhaust it: `engine.too-many`, up to the file's end, behind ten thousand
 * findings, and `engine.too-dense`, always weak, in long stretches made of nothing but words to look at.
 */
export interface SecretSpan {
  rule: string;
  tier: Tier;
  start: number;
  end: number;
  /** Where the file holds it encoded: then the span is the encoded text. */
  encoding?: 'base64' | 'hex' | 'percent' | 'unicode-escape' | 'utf-16le' | 'utf-16be';
}

/** What a detector finds: positions in the text it was given. */
export interface Match {
  start: number;
  end: number;
  /** Instead of the detector's own. */
  tier?: Tier;
  /** Instead of the detector's own, where one detector knows several kinds. */
  rule?: string;
}

/** A word of a detector was met. One character of `text` is one byte of the file (latin1). */
export interface Hit {
  /** A piece of the file around the word: at most `reach.before` bytes before it, `reach.after` behind its start. */
  text: string;
  /** Where the word begins and ends in `text`. */
  at: number;
  end: number;
  /** Relative to the repository, with `/`; empty for standard input. */
  path: string;
  /** Does `text` begin where the file does, and end where it does? */
  first: boolean;
  last: boolean;
}

/** Knows one kind of secret, or several of a family, by words that stand in or near it. Pure; linear in the text given. */
export interface Detector {
  /** `provider.kind`, or `family.kind`. */
  id: string;
  tier: Tier;
  /** ASCII, at least 3 characters, compared without regard to case; `look` is called at each. */
  words: readonly string[];
  /** A hit counts only where the word does not go on with a letter or digit on this side. */
  bounded?: { before?: boolean; after?: boolean };
  reach: { before: number; after: number };
  /**
   * Of several findings at one place the highest tier counts, then the highest rank: 3 exact values of the user's, 2 kinds
   * of a provider, 1 files of a known format, 0 surroundings alone.
   */
  rank: 0 | 1 | 2 | 3;
  look(hit: Hit): readonly Match[];
}

/** Reads a whole file of a known format, found by its path; at most {@link LONGEST_READ} bytes of it. */
export interface FileReader {
  id: string;
  tier: Tier;
  /** Such files are secret from the first byte to the last, however long and whatever they hold: `read` tells if this is one. */
  whole?: boolean;
  /** By path (relative, `/`): is this such a file? Cheap: it is asked of every file. */
  takes(path: string): boolean;
  /** `text` holds one byte a character. An empty list where it is not what its name says. */
  read(text: string, path: string): readonly Match[];
}

/** Bytes. No settings file is longer. */
export const LONGEST_READ = 1024 * 1024;

/** A value that is known to be secret wherever it stands: from the user's own credential files. */
export interface KnownValue {
  value: string;
  /** Where it is from, for people: `~/.npmrc`. */
  source: string;
}

/** One look through bytes. The same result on every machine, whatever the locale. */
export interface Scanner {
  /** Spans in order, apart from each other. `path` decides which readers and exceptions apply. */
  scan(path: string, bytes: Buffer): SecretSpan[];
  /** The same of a file of any length, in pieces; throws what reading throws. The descriptor stays open. */
  scanDescriptor(path: string, fd: number, size: number): SecretSpan[];
}
