import type { Reading } from './dialects.ts';
import { isMark, isName, isWord } from './finding.ts';
import type { SqlToken } from './lexer.ts';

/** More rows than this are not "some". */
const FEW = 10_000;
/** Tokens. What is longer is not read, and counts for nothing. */
const LONGEST = 50_000;
/** Deeper brackets than this are not looked into, and count for nothing. */
const DEEPEST = 8;
const ENDS = new Set(['RETURNING', 'ORDER', 'LIMIT', 'OPTION', 'SETTINGS', 'GROUP', 'WINDOW']);
const COMPARES = new Set(['=', '==', '<>', '!=', '<', '>', '<=', '>=', '<=>', 'LIKE', 'ILIKE']);
const OPPOSITE: Readonly<Record<string, string>> = { '=': '<>', '<': '>=', '>': '<=' };
/** Words of a condition that are no columns. */
const KEYWORDS = new Set(
  `TRUE FALSE NULL UNKNOWN AND OR NOT IS IN LIKE ILIKE SIMILAR TO BETWEEN EXISTS SELECT DISTINCT CASE WHEN THEN ELSE END
   AS XOR DIV MOD ANY ALL SOME COLLATE ESCAPE INTERVAL ISNULL NOTNULL`.split(/\s+/),
);

/** Whether a condition that leaves rows out follows before the statement, or the bracket it stands in, ends. */
export function isFiltered(
  tokens: readonly SqlToken[],
  start: number,
  reading: Reading,
  word = 'WHERE',
): boolean {
  let depth = 0;
  for (let index = start + 1; index < tokens.length; index += 1) {
    const token = tokens[index];
    if (isMark(token, '(')) depth += 1;
    if (isMark(token, ')') && --depth < 0) return false;
    if (depth > 0) continue;
    if (isWord(token, word)) return isReal(tokens, index + 1, reading);
    if (limits(tokens, index)) return true;
  }
  return false;
}

function isReal(tokens: readonly SqlToken[], start: number, reading: Reading): boolean {
  let depth = 0;
  let clause = -1;
  let end = start;
  for (; end < tokens.length; end += 1) {
    if (isMark(tokens[end], '(')) depth += 1;
    if (isMark(tokens[end], ')') && --depth < 0) break;
    if (depth > 0) continue;
    if (limits(tokens, end)) return true;
    const token = tokens[end];
    if (clause < 0 && token?.kind === 'word' && ENDS.has(token.text)) clause = end;
  }
  // Not every server reserves the words that end a condition: with and without what follows it must hold.
  const whole = tokens.slice(start, end);
  if (whole.length > LONGEST) return false;
  if (isEmpty(whole, reading, 0)) return false;
  return clause < 0 || !isEmpty(tokens.slice(start, clause), reading, 0);
}

function limits(tokens: readonly SqlToken[], index: number): boolean {
  const number = tokens[index + 1];
  return isWord(tokens[index], 'LIMIT') && number?.kind === 'number' && Number(number.text) <= FEW;
}

/** Whether a condition, by its form alone, says nothing about a row: `1 = 1`, `id = id`, `a = 1 OR true`. */
function isEmpty(condition: readonly SqlToken[], reading: Reading, depth: number): boolean {
  const tokens = unwrapped(condition);
  if (tokens.length === 0 || depth > DEEPEST) return true;
  const or = parts(tokens, reading, 'OR', '||');
  if (or.length > 1) {
    if (or.some((part) => isEmpty(part, reading, depth + 1))) return true;
    return complete(or);
  }
  const and = parts(tokens, reading, 'AND', '&&');
  if (and.length > 1) return and.every((part) => isEmpty(part, reading, depth + 1));
  const bare = unwrapped(tokens);
  if (bare.length < condition.length && depth < DEEPEST) return isEmpty(bare, reading, depth + 1);
  return isEmptyTerm(tokens);
}

function isEmptyTerm(tokens: readonly SqlToken[]): boolean {
  if (!tokens.some((_, index) => isColumn(tokens, index))) return true;
  if (isEveryKey(tokens)) return true;
  if (isWord(tokens[0], 'EXISTS') && !tokens.some((token) => isWord(token, 'WHERE', 'JOIN')))
    return true;
  const middle = comparison(tokens);
  if (middle < 0) return false;
  const [left, right] = [tokens.slice(0, middle), tokens.slice(middle + 1)];
  if (
    isWord(tokens[middle], 'LIKE', 'ILIKE') &&
    right.length === 1 &&
    /^%+$/.test(right[0]?.text ?? '')
  )
    return true;
  return sameSide(left, right);
}

/** Columns by which every row is told from the others: never null, and never 0 or less where they are numbers. */
const KEY = /^(?:id|rowid|_rowid_|ctid|oid|uuid|\*)$/i;

/** `id IS NOT NULL`, `id > 0`, `id`: of a key that says nothing. */
function isEveryKey(tokens: readonly SqlToken[]): boolean {
  const bare = unwrapped(tokens);
  const qualified = isMark(bare[1], '.') ? 2 : 0;
  const [key, ...rest] = bare.slice(qualified);
  if (!key || !KEY.test(key.text)) return false;
  const said = rest.map(({ text }) => text.toUpperCase()).join(' ');
  return /^(?:|IS NOT NULL|NOTNULL|IS DISTINCT FROM NULL|(?:>|>=|<>|!=) (?:0|- \d+)|>= 1)$/.test(
    said,
  );
}

/** `a IS NULL OR a IS NOT NULL`, `a = 1 OR a <> 1`. */
function complete(or: readonly (readonly SqlToken[])[]): boolean {
  const seen = new Set<string>();
  for (const part of or) {
    const tokens = unwrapped(part);
    const negated = tokens.findIndex((token) => isWord(token, 'NOT'));
    const joined = (without: number, operator?: string) =>
      tokens
        .flatMap(({ kind, text }, at) =>
          at === without && operator === undefined
            ? []
            : [`${kind} ${at === without ? operator : text}`],
        )
        .join('\0');
    if (negated >= 0) seen.add(joined(negated));
    const middle = comparison(tokens);
    const operator = tokens[middle]?.text ?? '';
    const plain = operator === '!=' ? '<>' : operator;
    for (const [one, other] of Object.entries(OPPOSITE))
      if (plain === other) seen.add(joined(middle, one));
  }
  return or.some((part) =>
    seen.has(
      unwrapped(part)
        .map(({ kind, text }) => `${kind} ${text}`)
        .join('\0'),
    ),
  );
}

function comparison(tokens: readonly SqlToken[]): number {
  let depth = 0;
  return tokens.findIndex((token) => {
    if (isMark(token, '(')) depth += 1;
    if (isMark(token, ')')) depth -= 1;
    return (
      depth === 0 && token.kind !== 'name' && token.kind !== 'string' && COMPARES.has(token.text)
    );
  });
}

/** Of `t.id` and `id` only the last part is compared. */
function sameSide(left: readonly SqlToken[], right: readonly SqlToken[]): boolean {
  const [a, b] = [unwrapped(left), unwrapped(right)];
  if (a.length === 0 || b.length === 0) return false;
  const [long, short] = a.length > b.length ? [a, b] : [b, a];
  const tail = long.slice(long.length - short.length);
  if (long.length > short.length && !isMark(long[long.length - short.length - 1], '.'))
    return false;
  return tail.every((token, index) => written(token) === written(short[index]));
}

/** Names are the same in any case, texts are not. */
function written(token: SqlToken | undefined): string {
  if (!isName(token)) return `${token?.kind} ${token?.text}`;
  return `name ${token?.text.toLowerCase()}`;
}

function isColumn(tokens: readonly SqlToken[], index: number): boolean {
  const token = tokens[index];
  if (token?.kind === 'name') return true;
  if (token?.kind !== 'word' || KEYWORDS.has(token.text)) return false;
  const [before, after] = [tokens[index - 1], tokens[index + 1]];
  if (isMark(after, '(') || after?.kind === 'string') return false;
  return (
    !isMark(before, ':') && !isMark(before, '@') && !isMark(before, '::') && !isWord(before, 'AS')
  );
}

/** Without brackets around the whole, and without NOT before it. */
function unwrapped(tokens: readonly SqlToken[]): readonly SqlToken[] {
  let [start, end] = [0, tokens.length];
  const closes = closings(tokens);
  for (;;) {
    if (isWord(tokens[start], 'NOT') || isMark(tokens[start], '!')) start += 1;
    else if (isMark(tokens[start], '(') && closes.get(start) === end - 1) {
      start += 1;
      end -= 1;
    } else return tokens.slice(start, end);
  }
}

function closings(tokens: readonly SqlToken[]): Map<number, number> {
  const open: number[] = [];
  const closes = new Map<number, number>();
  tokens.forEach((token, index) => {
    if (isMark(token, '(')) open.push(index);
    else if (isMark(token, ')')) closes.set(open.pop() ?? -1, index);
  });
  return closes;
}

function parts(
  tokens: readonly SqlToken[],
  { family }: Reading,
  word: 'OR' | 'AND',
  mark: string,
): (readonly SqlToken[])[] {
  const found: (readonly SqlToken[])[] = [];
  let [depth, start, between] = [0, 0, false];
  tokens.forEach((token, index) => {
    if (isMark(token, '(')) depth += 1;
    else if (isMark(token, ')')) depth -= 1;
    if (depth > 0) return;
    if (isWord(token, 'BETWEEN')) between = true;
    else if (isWord(token, 'AND') && between) between = false;
    else if (isWord(token, word) || (family === 'mysql' && isMark(token, mark))) {
      found.push(tokens.slice(start, index));
      start = index + 1;
    }
  });
  return [...found, tokens.slice(start)];
}
