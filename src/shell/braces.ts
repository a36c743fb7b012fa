/** Brace expansion of a word as written, quotes and substitutions left as they are: bash(1), "Brace Expansion". */

/** More words than this are not written out. */
export const MOST_WORDS = 200;
const RANGE = /^(-?\d+|[A-Za-z])\.\.(-?\d+|[A-Za-z])(?:\.\.(-?\d+))?$/;

/** The words that a written word stands for, at most `MOST_WORDS`; then `complete` is false. */
export function expandBraces(text: string): { words: string[]; complete: boolean } {
  const state = { left: MOST_WORDS, complete: true };
  const words = expand(text, state, 0);
  return { words: words.slice(0, MOST_WORDS), complete: state.complete };
}

interface State {
  left: number;
  complete: boolean;
}

function expand(text: string, state: State, depth: number): string[] {
  const group = depth > 12 ? null : firstGroup(text);
  if (!group) return [text];
  const { start, end, commas } = group;
  const inner = text.slice(start + 1, end);
  const items = commas.length ? split(text, start, end, commas) : range(inner, state);
  const tails = expand(text.slice(end + 1), state, depth + 1);
  const before = text.slice(0, start);
  if (!items) return tails.map((tail) => `${text.slice(0, end + 1)}${tail}`);
  const words: string[] = [];
  for (const item of items)
    for (const middle of expand(item, state, depth + 1))
      for (const tail of tails) {
        if (words.length >= state.left) {
          state.complete = false;
          return words;
        }
        words.push(`${before}${middle}${tail}`);
      }
  return words;
}

function split(text: string, start: number, end: number, commas: number[]): string[] {
  const marks = [start, ...commas, end];
  return marks.slice(1).map((mark, index) => text.slice((marks[index] ?? 0) + 1, mark));
}

function range(inner: string, state: State): string[] | null {
  const match = RANGE.exec(inner);
  if (!match) return null;
  const [, first = '', last = '', step = ''] = match;
  const letters = /[A-Za-z]/.test(first);
  if (letters !== /[A-Za-z]/.test(last)) return null;
  const from = letters ? first.charCodeAt(0) : Number(first);
  const to = letters ? last.charCodeAt(0) : Number(last);
  const stride = Math.max(1, Math.abs(Number(step || 1)));
  const width =
    /^-?0\d/.test(first) || /^-?0\d/.test(last) ? Math.max(first.length, last.length) : 0;
  const words: string[] = [];
  for (let at = from; from <= to ? at <= to : at >= to; at += from <= to ? stride : -stride) {
    if (words.length >= MOST_WORDS) {
      state.complete = false;
      break;
    }
    words.push(letters ? String.fromCharCode(at) : String(at).padStart(width, '0'));
  }
  return words;
}

interface Group {
  start: number;
  end: number;
  commas: number[];
}

/** The first pair of braces with a comma or a range in it, outside quotes and substitutions. */
function firstGroup(text: string): Group | null {
  for (let start = text.indexOf('{'); start >= 0; start = text.indexOf('{', start + 1)) {
    if (text[start - 1] === '$' || !isBare(text, start)) continue;
    const group = closed(text, start);
    if (group && (group.commas.length || RANGE.test(text.slice(start + 1, group.end))))
      return group;
  }
  return null;
}

function isBare(text: string, end: number): boolean {
  for (let at = 0; at < end; at += 1) {
    const next = skipped(text, at);
    if (next > end) return false;
    at = next - 1;
  }
  return true;
}

function closed(text: string, start: number): Group | null {
  const commas: number[] = [];
  let depth = 0;
  for (let at = start; at < text.length;) {
    const character = text[at];
    if (character === '{') depth += 1;
    else if (character === '}') {
      depth -= 1;
      if (depth === 0) return { start, end: at, commas };
    } else if (character === ',' && depth === 1) commas.push(at);
    else {
      at = skipped(text, at);
      continue;
    }
    at += 1;
  }
  return null;
}

/** Where what starts here ends: a quoted piece, an escape, a substitution, or one character. */
function skipped(text: string, at: number): number {
  const character = text[at];
  if (character === '\\') return at + 2;
  if (character === "'" || character === '`') {
    const end = text.indexOf(character, at + 1);
    return end < 0 ? text.length : end + 1;
  }
  if (character === '"') {
    for (let end = at + 1; end < text.length; end += text[end] === '\\' ? 2 : 1)
      if (text[end] === '"') return end + 1;
    return text.length;
  }
  if (character !== '$' || !/[({]/.test(text[at + 1] ?? '')) return at + 1;
  const [open, close] = text[at + 1] === '(' ? ['(', ')'] : ['{', '}'];
  let depth = 0;
  for (let end = at + 1; end < text.length; end += 1) {
    if (text[end] === '\\') end += 1;
    else if (text[end] === open) depth += 1;
    else if (text[end] === close && --depth === 0) return end + 1;
  }
  return text.length;
}
