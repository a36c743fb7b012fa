import { DEEPEST, fieldAt, firstCharacter, type Field } from './field.ts';

interface Level {
  names: readonly string[];
  list: boolean;
}

/** What no quotes hold: numbers, words, and in what is no JSON anything else up to the next mark. */
const BARE = /[^\s,:[\]{}"]{1,65536}/y;

/**
 * Strings and numbers of a JSON text with the keys above them. Comments and trailing commas (JSON5, JSONC) are passed
 * over, and what is cut off or malformed gives what could be read of it. A list's entries have the list's name.
 */
export function jsonFields(text: string): Field[] {
  const fields: Field[] = [];
  const levels: Level[] = [];
  /** Open brackets beyond the deepest level that is followed. */
  let beyond = 0;
  let key = '';
  let at = firstCharacter(text);
  const names = (): readonly string[] => levels.at(-1)?.names ?? [];
  while (at < text.length) {
    const character = text[at] ?? '';
    if (character === '"') {
      const end = stringEnd(text, at + 1);
      const after = skipSpace(text, end + 1);
      if (text[after] === ':' && !(levels.at(-1)?.list ?? false)) {
        key = text.slice(at + 1, end);
        at = after + 1;
      } else {
        fields.push(fieldAt(text, key, names(), { start: at + 1, end }));
        at = end + 1;
      }
    } else if (character === '{' || character === '[') {
      const inList = levels.at(-1)?.list ?? false;
      if (levels.length < DEEPEST)
        levels.push({
          names: key && !inList ? [...names(), key] : names(),
          list: character === '[',
        });
      else beyond++;
      at++;
    } else if (character === '}' || character === ']') {
      if (beyond > 0) beyond--;
      else levels.pop();
      key = levels.at(-1)?.list ? (names().at(-1) ?? '') : '';
      at++;
    } else if (character === ',') {
      if (levels.at(-1)?.list !== true) key = '';
      at++;
    } else if (text.startsWith('//', at)) at = lineEnd(text, at);
    else if (text.startsWith('/*', at)) {
      const close = text.indexOf('*/', at + 2);
      at = close < 0 ? text.length : close + 2;
    } else {
      BARE.lastIndex = at;
      const bare = BARE.exec(text)?.[0] ?? '';
      if (bare && key)
        fields.push(fieldAt(text, key, names(), { start: at, end: at + bare.length }));
      at += Math.max(1, bare.length);
    }
  }
  return fields;
}

/** A JSON string ends in its line, whatever quotes are missing. */
function stringEnd(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const character = text[at];
    if (character === '\\') at++;
    else if (character === '"' || character === '\n' || character === '\r') return at;
  }
  return text.length;
}

function skipSpace(text: string, at: number): number {
  while (at < text.length && /\s/.test(text[at] ?? '')) at++;
  return at;
}

function lineEnd(text: string, from: number): number {
  const at = text.indexOf('\n', from);
  return at < 0 ? text.length : at;
}
