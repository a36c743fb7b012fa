import type { Json } from '../../policy/types.ts';
import type { Query } from './types.ts';

/** More than any form has; the time to read one stays bounded. */
const MAX_PAIRS = 20_000;

export interface Pairs {
  pairs: readonly (readonly [name: string, value: string])[];
  doubtful: string | null;
}

/** The query of a path in origin form. */
export function readQuery(path: string): Query {
  const mark = path.indexOf('?');
  const { pairs, doubtful } = readPairs(mark < 0 ? '' : path.slice(mark + 1));
  const values = new Map<string, string[]>();
  for (const [name, value] of pairs) {
    const list = values.get(name);
    if (list) list.push(value);
    else values.set(name, [value]);
  }
  return { values, doubtful };
}

/** `application/x-www-form-urlencoded`, as the URL standard has it; what others read differently is in doubt. */
export function readPairs(text: string): Pairs {
  const pairs: [string, string][] = [];
  let doubtful: string | null = null;
  // Older servers split at semicolons as well (HTML 4.01, appendix B.2.2).
  if (/;[^&;=]*=/.test(text)) doubtful = 'it has a semicolon that some servers split at';
  let start = 0;
  while (start < text.length) {
    if (pairs.length === MAX_PAIRS) return { pairs, doubtful: 'it has too many parameters' };
    const next = text.indexOf('&', start);
    const end = next < 0 ? text.length : next;
    if (end > start) {
      const pair = text.slice(start, end);
      const equals = pair.indexOf('=');
      const name = decode(equals < 0 ? pair : pair.slice(0, equals));
      const value = decode(equals < 0 ? '' : pair.slice(equals + 1));
      if (name.doubt || value.doubt) doubtful ??= 'it has an escape that cannot be read';
      pairs.push([name.text, value.text]);
    }
    start = end + 1;
  }
  return { pairs, doubtful };
}

/** A string for a name, a list for a repeated one. */
export function asObject<Value extends Json>(
  pairs: readonly (readonly [string, Value])[],
): { [name: string]: Json } {
  const values = new Map<string, Value[]>();
  for (const [name, value] of pairs) {
    const list = values.get(name);
    if (list) list.push(value);
    else values.set(name, [value]);
  }
  return Object.fromEntries(
    [...values].map(([name, list]) => [name, list.length === 1 ? (list[0] as Json) : list]),
  );
}

function decode(raw: string): { text: string; doubt: boolean } {
  const spaced = raw.replaceAll('+', ' ');
  if (!spaced.includes('%')) return { text: spaced, doubt: spaced.includes('\0') };
  try {
    const text = decodeURIComponent(spaced);
    return { text, doubt: text.includes('\0') };
  } catch {
    const text = spaced.replace(/(?:%[0-9a-f]{2})+/gi, (run) =>
      Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'),
    );
    return { text, doubt: true };
  }
}
