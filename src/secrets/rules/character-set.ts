/** A set of bytes, as an alphabet or a class of a regular expression says it. */
export type CharacterSet = Uint8Array;

export class SetError extends Error {}

const ESCAPED: Record<string, number> = { n: 10, r: 13, t: 9, f: 12, v: 11, '0': 0 };
const CLASSES: Record<string, (code: number) => boolean> = {
  d: (code) => code >= 48 && code <= 57,
  w: isWord,
  s: (code) => code === 32 || (code >= 9 && code <= 13) || code === 0xa0,
};

/** Letters, digits and `_`: what a name is made of. */
export function isWord(code: number): boolean {
  return (
    (code >= 48 && code <= 57) ||
    (code >= 65 && code <= 90) ||
    (code >= 97 && code <= 122) ||
    code === 95
  );
}

/** What stands between `[` and `]`; `^` in front means all others. @throws SetError */
export function parseSet(text: string): CharacterSet {
  const set = new Uint8Array(256);
  const negated = text.startsWith('^');
  let at = negated ? 1 : 0;
  while (at < text.length) {
    const first = readMember(text, at, set);
    at = first.next;
    if (text[at] !== '-' || at + 1 >= text.length || first.code === undefined) {
      if (first.code !== undefined) set[first.code] = 1;
      continue;
    }
    const last = readMember(text, at + 1, set);
    if (last.code === undefined || last.code < first.code)
      throw new SetError(`"${text}" has a range that goes backwards`);
    for (let code = first.code; code <= last.code; code += 1) set[code] = 1;
    at = last.next;
  }
  return negated ? set.map((member) => 1 - member) : set;
}

/** One character or escape inside a class; a class inside it (`\d`) is put into `set` at once. */
function readMember(
  text: string,
  at: number,
  set: CharacterSet,
): { code: number | undefined; next: number } {
  if (text[at] !== '\\') return { code: byte(text, at), next: at + 1 };
  const escape = readEscape(text, at);
  if (typeof escape.member === 'number') return { code: escape.member, next: escape.next };
  escape.member.forEach((member, code) => (set[code] = (set[code] ?? 0) | member));
  return { code: undefined, next: escape.next };
}

/** `\.`, `\n`, `\x2e`, `\d`, `\W` at `at`. @throws SetError */
export function readEscape(
  text: string,
  at: number,
): { member: number | CharacterSet; next: number } {
  const letter = text[at + 1];
  if (letter === undefined) throw new SetError('it ends in a backslash');
  if (letter === 'x') {
    const code = Number.parseInt(text.slice(at + 2, at + 4), 16);
    if (!Number.isInteger(code)) throw new SetError('\\x takes two hexadecimal digits');
    return { member: code, next: at + 4 };
  }
  const kind = CLASSES[letter.toLowerCase()];
  if (kind) {
    const plain = letter === letter.toLowerCase();
    return {
      member: Uint8Array.from({ length: 256 }, (_, code) => +(kind(code) === plain)),
      next: at + 2,
    };
  }
  if (letter in ESCAPED) return { member: ESCAPED[letter] ?? 0, next: at + 2 };
  if (/[A-Za-z0-9]/.test(letter)) throw new SetError(`\\${letter} is not known here`);
  return { member: byte(text, at + 1), next: at + 2 };
}

function byte(text: string, at: number): number {
  const code = text.charCodeAt(at);
  if (code > 255) throw new SetError('only characters of one byte can be met in a file');
  return code;
}

export function sizeOf(set: CharacterSet): number {
  return set.reduce((sum, member) => sum + member, 0);
}

export function meet(one: CharacterSet, other: CharacterSet): boolean {
  return one.some((member, code) => member === 1 && other[code] === 1);
}

export function union(one: CharacterSet, other: CharacterSet): CharacterSet {
  return one.map((member, code) => member | (other[code] ?? 0));
}

/** The characters of a set as one string, in order. */
export function charactersOf(set: CharacterSet): string {
  return [...set].flatMap((member, code) => (member ? String.fromCharCode(code) : [])).join('');
}

/** An alphabet as the class of a regular expression. */
export function classOf(alphabet: string): string {
  return `[${alphabet.replace(/[\]\\]/g, '\\$&')}]`;
}
