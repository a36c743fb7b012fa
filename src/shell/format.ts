/** The escapes of `echo -e` and `printf`, and printf(1)'s formats. */

const LETTERS: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  e: '\x1b',
  E: '\x1b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

export function escaped(text: string): string {
  return text.replace(
    /\\(?:x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|0?([0-7]{1,3})|(.))/gs,
    (whole, hex?: string, short?: string, long?: string, octal?: string, letter?: string) => {
      const digits = hex ?? short ?? long;
      if (digits !== undefined) return character(parseInt(digits, 16));
      if (octal !== undefined) return character(parseInt(octal, 8) & 0xff);
      return LETTERS[letter ?? ''] ?? (letter === '\\' || letter === '"' ? letter : whole);
    },
  );
}

function character(code: number): string {
  return code <= 0x10ffff ? String.fromCodePoint(code) : '';
}

/** The format is used again until no argument is left: printf(1). */
export function formatted([format = '', ...args]: readonly string[]): string {
  const pattern = escaped(format);
  let out = '';
  let at = 0;
  do {
    const before = at;
    out += pattern.replace(/%(?:[-+ #0]*\d*(?:\.\d+)?)([%a-zA-Z])/g, (_, kind: string) => {
      if (kind === '%') return '%';
      const value = args[at++] ?? '';
      return kind === 'b' ? escaped(value) : kind === 'c' ? value.slice(0, 1) : value;
    });
    if (at === before) break;
  } while (at < args.length && out.length < 64 * 1024);
  return out;
}
