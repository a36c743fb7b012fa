import { formDecode, percentEncode } from './percent.ts';

export interface QueryPiece {
  /** As sent. */
  raw: string;
  name: string;
  value: string;
}

/** The path before its query, and the pieces of the query in order. */
export function splitTarget(target: string): { path: string; pieces: QueryPiece[] | null } {
  const mark = target.indexOf('?');
  if (mark < 0) return { path: target, pieces: null };
  return { path: target.slice(0, mark), pieces: splitQuery(target.slice(mark + 1)) };
}

export function splitQuery(query: string): QueryPiece[] {
  return query.split('&').map((raw) => {
    const equals = raw.indexOf('=');
    return {
      raw,
      name: formDecode(equals < 0 ? raw : raw.slice(0, equals)),
      value: equals < 0 ? '' : formDecode(raw.slice(equals + 1)),
    };
  });
}

/** The same piece with another value, the name as it was sent. */
export function withValue({ raw }: QueryPiece, value: string): string {
  const equals = raw.indexOf('=');
  return `${equals < 0 ? raw : raw.slice(0, equals)}=${percentEncode(value)}`;
}

export function joinTarget(path: string, pieces: readonly { raw: string }[] | null): string {
  return pieces ? `${path}?${pieces.map(({ raw }) => raw).join('&')}` : path;
}
