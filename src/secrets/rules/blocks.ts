/** Characters that a block may have and still be one thing's settings. */
export const LONGEST_BLOCK = 240;

/** What opens a block behind its name: `acme: {`, `'acme' => [`, `provider "acme" {`, `Acme.new({`. */
const OPENING = /["'`\]]{0,2}\s{0,4}(?:=>|[:=])?\s{0,4}\(?\s{0,4}[{[(]/y;
/** A table of YAML, a section of INI or TOML: the next line is its first. */
const TABLE = /["']?:[ \t]{0,8}\r?\n(?=[ \t])/y;
const SECTION = /["']?\][ \t]{0,8}\r?\n/y;

/** Where the block ends that a name heads, at most {@link LONGEST_BLOCK} behind it; `nameEnd` where it heads none. */
export function blockEnd(text: string, nameStart: number, nameEnd: number): number {
  const most = Math.min(text.length, nameEnd + LONGEST_BLOCK);
  const opened = behind(OPENING, text, nameEnd);
  if (opened) return closing(text, opened, most);
  const table = behind(TABLE, text, nameEnd);
  if (table) return tableEnd(text, table, most, indentation(text, lineStart(text, nameStart)));
  const section = behind(SECTION, text, nameEnd);
  if (!section || !/^[ \t]*\[/.test(text.slice(lineStart(text, nameStart), nameStart)))
    return nameEnd;
  const next = text.indexOf('\n[', section);
  return next < 0 ? most : Math.min(next, most);
}

/** Behind the bracket that closes the one before `from`. Strings are not told from the rest. */
function closing(text: string, from: number, most: number): number {
  let depth = /\([^(]*[{[]$/.test(text.slice(from - 12, from)) ? 2 : 1;
  for (let at = from; at < most; at += 1) {
    if ('([{'.includes(text[at] as string)) depth += 1;
    else if (')]}'.includes(text[at] as string) && (depth -= 1) === 0) return at;
  }
  return most;
}

/** The lines that are further in than the name. */
function tableEnd(text: string, from: number, most: number, outer: number): number {
  let line = from;
  while (line < most) {
    if (indentation(text, line) <= outer && !/^[ \t]*\r?\n/.test(text.slice(line, line + 80)))
      return line;
    const end = text.indexOf('\n', line);
    if (end < 0) return most;
    line = end + 1;
  }
  return most;
}

/** `- ` of a list counts, as YAML has it. */
function indentation(text: string, line: number): number {
  return /^[ \t]{0,60}(?:- )?/.exec(text.slice(line, line + 64))?.[0].length ?? 0;
}

function lineStart(text: string, at: number): number {
  return text.lastIndexOf('\n', at - 1) + 1;
}

function behind(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}
