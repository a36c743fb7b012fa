import { fieldAt, firstCharacter, Quotes, type Field } from './field.ts';

/** How far before a string its name is looked for. */
const LOOK_BACK = 200;
/** `name =`, `'name' =>`, `["name"] =`, `name:`, `->name =`, with a call that only wraps, or a prefix of Python's, before the string. */
const NAMED =
  /(?:(["'])([\w.@ -]{1,80})\1|([A-Za-z_$][\w.-]{0,80}))[ \t\r\n]{0,32}\]?[ \t\r\n]{0,32}(?:=>|:=|:|=)[ \t\r\n]{0,32}(?:[uUbBrRfF]{1,2}|(?:str|bytes|String|Secret|SecretStr|Buffer\.from|b64decode|base64\.b64decode|sensitive)\()?$/;
/** `define('NAME', `, `env("NAME", `, `.set('name', `. */
const PASSED = /\([ \t\r\n]{0,32}(["'])([\w.@ -]{1,80})\1[ \t\r\n]{0,32},[ \t\r\n]{0,32}$/;
/** Behind a string, this makes it a key and not a value. */
const KEY_FOLLOWS = /[ \t]{0,32}(?:\][ \t]{0,32}=[^=>]|=>|:(?!:))/y;

/**
 * String literals of a program or of HCL with the names they are assigned to: PHP, Python, JavaScript, Ruby, Terraform.
 * Not parsed: a string is what stands between quotes of one line, or between three of them.
 */
export function codeFields(text: string): Field[] {
  const fields: Field[] = [];
  const quotes = new Quotes(text);
  let at = firstCharacter(text);
  while (at < text.length) {
    const quote = text[at] ?? '';
    if (quote !== '"' && quote !== "'") {
      at++;
      continue;
    }
    const name = nameBefore(text, at);
    const three = quote.repeat(3);
    const long = text.startsWith(three, at) ? quotes.closing(three, at + 3, true) : -1;
    const start = long > 0 ? at + 3 : at + 1;
    const end = long > 0 ? long : stringEnd(text, start, quote);
    at = long > 0 ? end + 3 : end + 1;
    KEY_FOLLOWS.lastIndex = at;
    if (name && !KEY_FOLLOWS.test(text)) fields.push(fieldAt(text, name, [], { start, end }));
  }
  return fields;
}

function nameBefore(text: string, at: number): string {
  const before = text.slice(Math.max(0, at - LOOK_BACK), at);
  const named = NAMED.exec(before);
  // PHP's variables have a sign before their name.
  return (named?.[2] ?? named?.[3] ?? PASSED.exec(before)?.[2] ?? '').replace(/^\$/, '');
}

function stringEnd(text: string, from: number, quote: string): number {
  for (let at = from; at < text.length; at++) {
    const character = text[at];
    if (character === '\\') at++;
    else if (character === quote || character === '\n' || character === '\r') return at;
  }
  return text.length;
}
