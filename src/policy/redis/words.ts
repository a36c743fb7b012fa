import { matchAt } from '../sql/match-at.ts';

const WORD = /[^\s"']+/y;
const DOUBLE = /"[^"\\]*(?:\\[^][^"\\]*)*"/y;
const SINGLE = /'[^'\\]*(?:\\[^][^'\\]*)*'/y;
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', a: '\x07' };

/** Words of one command as a line that `words` reads back. */
export function asLine(words: readonly string[]): string {
  return words
    .map(
      (word) => `"${word.replace(/[\\"]/g, '\\$&').replace(/\n/g, '\\n').replace(/\r/g, '\\r')}"`,
    )
    .join(' ');
}

/** The words of a line as redis-cli splits one; null where a quote is not closed. */
export function words(line: string): string[] | null {
  const found: string[] = [];
  let word: string | null = null;
  for (let at = 0; at < line.length;) {
    if (/\s/.test(line[at] ?? '')) {
      if (word !== null) found.push(word);
      word = null;
      at += 1;
      continue;
    }
    const piece = matchAt(WORD, line, at) ?? matchAt(DOUBLE, line, at) ?? matchAt(SINGLE, line, at);
    if (piece === null) return null;
    word = (word ?? '') + meant(piece);
    at += piece.length;
  }
  return word === null ? found : [...found, word];
}

function meant(piece: string): string {
  const inner = piece.slice(1, -1);
  if (piece[0] === "'") return inner.replace(/\\'/g, "'");
  if (piece[0] !== '"') return piece;
  return inner.replace(
    /\\(?:x([\da-fA-F]{2})|([^]))/g,
    (_, hex: string | undefined, one: string | undefined) =>
      hex ? String.fromCharCode(parseInt(hex, 16)) : (ESCAPES[one ?? ''] ?? one ?? ''),
  );
}

/** The commands of a text: its lines, or what the protocol itself says (`redis-cli --pipe`). */
export function* commands(text: string): Generator<string[] | null, void> {
  const protocol = /^\*\d+\r?\n/.test(text.trimStart());
  if (protocol) {
    yield* frames(text.trimStart());
    return;
  }
  for (const line of text.split(/\r?\n/)) {
    if (line.trim() === '' || line.trimStart().startsWith('#')) continue;
    yield words(line);
  }
}

const COUNT = /\*(\d+)\r?\n/y;
const LENGTH = /\$(\d+)\r?\n/y;
const END = /\r?\n?/y;

/** RESP: `*2\r\n$3\r\nGET\r\n$1\r\na\r\n`. Lengths are taken as characters; where they do not fit it is not read on. */
function* frames(text: string): Generator<string[] | null, void> {
  for (let at = 0; at < text.length;) {
    COUNT.lastIndex = at;
    const head = COUNT.exec(text);
    if (!head) {
      yield null;
      return;
    }
    at = COUNT.lastIndex;
    const parts: string[] = [];
    for (let left = Number(head[1]); left > 0; left -= 1) {
      LENGTH.lastIndex = at;
      const length = LENGTH.exec(text);
      if (!length) {
        yield null;
        return;
      }
      at = LENGTH.lastIndex + Number(length[1]);
      parts.push(text.slice(LENGTH.lastIndex, at));
      at += matchAt(END, text, at)?.length ?? 0;
    }
    if (parts.length > 0) yield parts;
  }
}
