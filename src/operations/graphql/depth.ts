const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const HASH = 0x23;
const LINE_ENDS = [0x0a, 0x0d];
const OPEN = new Set([...'{[('].map((character) => character.charCodeAt(0)));
const CLOSE = new Set([...'}])'].map((character) => character.charCodeAt(0)));

/** How deep the brackets of a document nest: to be known before a recursive parser sees it. */
export function bracketDepth(document: string): number {
  let depth = 0;
  let deepest = 0;
  for (let at = 0; at < document.length; at++) {
    const code = document.charCodeAt(at);
    if (OPEN.has(code)) deepest = Math.max(deepest, ++depth);
    else if (CLOSE.has(code)) depth--;
    else if (code === HASH) at = endOfLine(document, at);
    else if (code === QUOTE)
      at = document.startsWith('"""', at)
        ? endOfBlock(document, at + 3)
        : endOfString(document, at + 1);
  }
  return deepest;
}

function endOfLine(text: string, from: number): number {
  let at = from;
  while (at < text.length && !LINE_ENDS.includes(text.charCodeAt(at))) at++;
  return at;
}

/** Of the closing quote, or of the line: a string does not go beyond it. */
function endOfString(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE || LINE_ENDS.includes(code)) return at;
    if (code === BACKSLASH) at++;
  }
  return text.length;
}

/** Only `\"""` is an escape in a block string. */
function endOfBlock(text: string, from: number): number {
  let at = text.indexOf('"""', from);
  while (at > 0 && text.charCodeAt(at - 1) === BACKSLASH) at = text.indexOf('"""', at + 3);
  return at < 0 ? text.length : at + 2;
}
