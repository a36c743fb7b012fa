import type { Json } from '../../policy/types.ts';

/** One way to read the bytes of a body. */
export interface BodyReading {
  /** What it was read as, which need not be what its content type says. */
  kind: 'empty' | 'json' | 'form' | 'multipart' | 'text' | 'binary';
  /**
   * The JSON value; an object of a form's names, each with a string, or a list of them where a name is repeated (a file in
   * multipart is `UNSEEN`); the text; null for `empty`, `binary` and what does not parse.
   */
  value: Json;
  /** Why two servers may read these bytes differently, or none as guard did; a clause for people, no text from the wire. */
  doubtful: string | null;
}

/** How the bytes read, and how else a lenient server may read them; conditions look in all of them. */
export interface Arguments extends BodyReading {
  /** The first or the last of repeated names, nested names (`a[b]`, `a.b`), a type that lies. Not in doubt by themselves. */
  also: readonly BodyReading[];
}

/** Names and values of a query string, decoded; every value of a repeated name. */
export interface Query {
  values: ReadonlyMap<string, readonly string[]>;
  doubtful: string | null;
}
