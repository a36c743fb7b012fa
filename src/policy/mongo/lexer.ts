import { matchAt } from '../sql/match-at.ts';

/** A token of JavaScript as far as a shell's script needs it. */
export interface JsToken {
  kind: 'name' | 'string' | 'number' | 'mark' | 'regex';
  /** The content of quotes, with its escapes undone. */
  text: string;
}

const SKIPPED = /(?:\s+|\/\/[^\n]*|\/\*[^]*?(?:\*\/|$))+/y;
const NAME =
  /(?:[\p{ID_Start}$_#]|\\u[\da-fA-F]{4}|\\u\{[\da-fA-F]+\})(?:[\p{ID_Continue}$\u200c\u200d]|\\u[\da-fA-F]{4}|\\u\{[\da-fA-F]+\})*/uy;
const NUMBER = /(?:0[xXbBoO][\da-fA-F_]+|\d[\d_]*(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+)n?/y;
const STRINGS: Readonly<Record<string, RegExp>> = {
  '"': /"[^"\\\n]*(?:\\[^][^"\\\n]*)*"/y,
  "'": /'[^'\\\n]*(?:\\[^][^'\\\n]*)*'/y,
};
const FLAGS = /[a-z]*/y;
/** Characters in which no end of a pattern is found: where they are used up, a slash only divides. */
const SEARCHED = 2_000_000;
const MARK = /\?\.|=>|\.\.\.|[=!]==?|&&|\|\||\?\?|[^]/y;
/** Behind these a slash divides. */
const VALUE = /^[)\]}]$/;
const ESCAPE = /\\(?:u\{([\da-fA-F]+)\}|u([\da-fA-F]{4})|x([\da-fA-F]{2})|\r?\n|([^]))/g;
const NAMED: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  b: '\b',
  f: '\f',
  v: '\v',
  '0': '\0',
};
const DEEPEST = 200;

/**
 * One pass from left to right. In a template what stands in `${…}` is read as code, in brackets. A slash behind a bracket
 * divides, or begins a pattern as in `if (x) /a/.test(y)`: which, only a parser knows.
 */
export function* jsTokens(text: string, regexBehindBracket = false): Generator<JsToken, void> {
  /** For each template that is open, how many braces are open in its code. */
  const templates: number[] = [];
  const search = { left: SEARCHED };
  let before: JsToken | undefined;
  for (let at = 0; at < text.length;) {
    const skipped = matchAt(SKIPPED, text, at);
    if (skipped) {
      at += skipped.length;
      continue;
    }
    const character = text[at] ?? '';
    const open = templates.length - 1;
    if (character === '`' || (character === '}' && templates[open] === 0)) {
      const resumed = character === '}';
      if (resumed) {
        templates.pop();
        yield mark(')');
        yield mark('+');
      }
      const end = endOfTemplate(text, at + 1);
      yield { kind: 'string', text: unescaped(text.slice(at + 1, end)) };
      before = { kind: 'string', text: '' };
      at = end + 1;
      if (text.startsWith('${', end) && templates.length < DEEPEST) {
        templates.push(0);
        yield mark('+');
        yield mark('(');
        before = mark('(');
        at = end + 2;
      }
      continue;
    }
    const token = plain(text, at, isValue(before, regexBehindBracket) ? null : search);
    at = token.end;
    before = token.token;
    if (open >= 0 && before.kind === 'mark') {
      if (before.text === '{') templates[open] = (templates[open] ?? 0) + 1;
      if (before.text === '}') templates[open] = (templates[open] ?? 0) - 1;
    }
    yield before;
  }
}

function plain(
  text: string,
  at: number,
  search: { left: number } | null,
): { token: JsToken; end: number } {
  const name = matchAt(NAME, text, at);
  if (name) return { token: { kind: 'name', text: unescaped(name) }, end: at + name.length };
  const quote = STRINGS[text[at] ?? ''];
  const string = quote && matchAt(quote, text, at);
  if (string)
    return {
      token: { kind: 'string', text: unescaped(string.slice(1, -1)) },
      end: at + string.length,
    };
  const number = matchAt(NUMBER, text, at);
  if (number) return { token: { kind: 'number', text: number }, end: at + number.length };
  if (text[at] === '/' && search) {
    const end = endOfRegex(text, at, search);
    if (end > at) return { token: { kind: 'regex', text: text.slice(at, end) }, end };
  }
  const found = matchAt(MARK, text, at) ?? text[at] ?? '';
  return { token: mark(found), end: at + found.length };
}

function isValue(token: JsToken | undefined, regexBehindBracket: boolean): boolean {
  if (!token) return false;
  if (token.kind === 'mark') return !regexBehindBracket && VALUE.test(token.text);
  return !(
    token.kind === 'name' &&
    /^(?:return|typeof|case|in|of|delete|void|throw|new|else|do)$/.test(token.text)
  );
}

/** The place behind a regular expression; `start` where none begins. */
function endOfRegex(text: string, start: number, search: { left: number }): number {
  let bracket = false;
  for (let at = start + 1; at < text.length && search.left > 0; at += 1) {
    const character = text[at];
    search.left -= 1;
    if (character === '\n') break;
    if (character === '\\') at += 1;
    else if (character === '[') bracket = true;
    else if (character === ']') bracket = false;
    else if (character === '/' && !bracket)
      return at + 1 + (matchAt(FLAGS, text, at + 1) ?? '').length;
  }
  return start;
}

function endOfTemplate(text: string, start: number): number {
  for (let at = start; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '`' || text.startsWith('${', at)) return at;
  }
  return text.length;
}

function unescaped(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(ESCAPE, (_, braced?: string, four?: string, two?: string, one?: string) => {
    const digits = braced ?? four ?? two;
    if (digits === undefined) return one === undefined ? '' : (NAMED[one] ?? one);
    const code = parseInt(digits, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : '';
  });
}

function mark(text: string): JsToken {
  return { kind: 'mark', text };
}
