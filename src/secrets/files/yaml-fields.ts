import { DEEPEST, fieldAt, linesOf, Quotes, trimmed, type Field, type Line } from './field.ts';
import { jsonFields } from './json-fields.ts';

interface Level {
  indent: number;
  name: string;
}

/** A key and the colon behind it, in a block or between braces. */
const KEY =
  /(?:"([^"\n\r]{1,256})"|'([^'\n\r]{1,256})'|((?:[^\s:#"'{}[\],&*!|>%@`-]|:(?=\S))(?:[^:\n\r]|:(?=\S)){0,256}?))[ \t]{0,32}:(?=[ \t\r\n]|$)[ \t]*/y;
const FLOW_ENTRY =
  /(?<![\w.-])"?([\w.-]{1,128})"?[ \t]*:[ \t]+(?:"([^"\n\r]*)"|'([^'\n\r]*)'|([^\s,{}[\]"'][^,{}[\]\n\r]*))/g;
const BLOCK = /^[|>][-+\d]{0,3}[ \t]*(?:#.*)?$/;

/**
 * Scalars of a YAML text with the keys above them, told by indentation alone: enough for what tools write, and linear
 * and bounded for everything else. A tagged value (`!vault`, `!Ref`) is made by something else and is none.
 */
export function yamlFields(text: string): Field[] {
  if (/^(?:\xef\xbb\xbf)?\s{0,100}[{[]/.test(text)) return jsonFields(text);
  const fields: Field[] = [];
  const quotes = new Quotes(text);
  const lines = [...linesOf(text)];
  let levels: Level[] = [];
  let skipTo = 0;
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] as Line;
    if (line.start < skipTo) continue;
    let { start } = trimmed(text, line.start, line.end);
    const { end } = trimmed(text, line.start, line.end);
    if (start === end || text[start] === '#') continue;
    while (text[start] === '-' && /[ \t]/.test(text[start + 1] ?? '')) {
      levels = levels.filter(({ indent }) => indent < start - line.start + 1);
      start = trimmed(text, start + 1, end).start;
    }
    const indent = start - line.start;
    KEY.lastIndex = start;
    const key = KEY.exec(text);
    if (!key || key.index + key[0].length > end + 1) {
      const list = levels.at(-1);
      if (list)
        skipTo = addScalar(
          { text, fields, quotes },
          { start, end },
          list.name,
          levels.slice(0, -1),
        );
      continue;
    }
    const name = key[1] ?? key[2] ?? key[3] ?? '';
    levels = levels.filter((level) => level.indent < indent);
    const at = trimmed(text, Math.min(key.index + key[0].length, end), end);
    const bare = withoutTag(text, at);
    if (bare === null) {
      skipTo = blockEnd(text, lines, index + 1, indent).next;
    } else if (BLOCK.test(text.slice(bare.start, bare.end))) {
      const block = blockEnd(text, lines, index + 1, indent);
      if (block.end > block.start)
        fields.push(
          fieldAt(
            text,
            name,
            levels.map((l) => l.name),
            block,
          ),
        );
      skipTo = block.next;
    } else if (bare.start < bare.end)
      skipTo = addScalar({ text, fields, quotes }, bare, name, levels);
    if (levels.length < DEEPEST) levels.push({ indent, name });
  }
  return fields;
}

interface Sink {
  text: string;
  fields: Field[];
  quotes: Quotes;
}

/** Adds the value that begins at `start`; returns where reading goes on when it covers further lines. */
function addScalar(
  { text, fields, quotes }: Sink,
  { start, end }: Line,
  name: string,
  levels: readonly Level[],
): number {
  const above = levels.map((level) => level.name);
  const quote = text[start] ?? '';
  if (quote === '"' || quote === "'") {
    const close = quotes.closing(quote, start + 1, quote === '"');
    if (close > 0) {
      fields.push(fieldAt(text, name, above, { start: start + 1, end: close }));
      return close + 1;
    }
  }
  if (quote === '{' || quote === '[') {
    for (const match of text.slice(start, end).matchAll(FLOW_ENTRY)) {
      const value = match[2] ?? match[3] ?? match[4]?.trimEnd() ?? '';
      const from = start + match.index + match[0].length - (match[4] ?? `${value}"`).length;
      const span = { start: from, end: from + value.length };
      fields.push(fieldAt(text, match[1] ?? '', [...above, name], span));
    }
    return 0;
  }
  let stop = end;
  for (let at = start; at < end; at++)
    if (text[at] === '#' && /[ \t]/.test(text[at - 1] ?? '')) {
      stop = at;
      break;
    }
  fields.push(fieldAt(text, name, above, trimmed(text, start, stop)));
  return 0;
}

/** Past an anchor and a tag of YAML's own; null for a tag that means something to a program. */
function withoutTag(text: string, { start, end }: Line): Line | null {
  const lead = /^(?:&\S{1,128}[ \t]+)?(?:(![^\s]{0,128})(?:[ \t]+|$))?/.exec(
    text.slice(start, Math.min(end, start + 300)),
  );
  const tag = lead?.[1];
  if (tag && !/^!!(?:str|binary)$/.test(tag)) return null;
  return { start: start + (lead?.[0].length ?? 0), end };
}

/** The lines of a block scalar: those indented deeper than its key, and empty ones between them. */
function blockEnd(
  text: string,
  lines: readonly Line[],
  from: number,
  indent: number,
): Line & { next: number } {
  let start = -1;
  let end = -1;
  for (let index = from; index < lines.length; index++) {
    const line = lines[index] as Line;
    const inner = trimmed(text, line.start, line.end);
    if (inner.start === inner.end) continue;
    if (inner.start - line.start <= indent) break;
    if (start < 0) start = inner.start;
    end = inner.end;
  }
  return { start, end, next: end < 0 ? 0 : end };
}
