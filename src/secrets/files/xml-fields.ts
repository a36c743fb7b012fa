import { DEEPEST, fieldAt, trimmed, type Field } from './field.ts';

const ATTRIBUTE = /([\w:.-]{1,128})\s{0,64}=\s{0,64}(?:"([^"<]*)"|'([^'<]*)')/y;
const NAME = /[\w:.-]{1,128}/y;
const WORD = /[\w:.-]+/y;
/** Which attribute holds the name where an element is one setting: `<add key="…" value="…"/>`, `<option name="…">`. */
const NAMING = new Set(['key', 'name']);

interface Open {
  name: string;
  /** Its own name and those above it. */
  path: readonly string[];
  /** Where its text begins, while no element has been met in it. */
  textAt: number;
  /** What `key` or `name` says. */
  called: string;
}

/**
 * Attributes and the text of elements without further elements in them. An element that is one setting by `key` or
 * `name` gives its `value`, or its text, under that name too, in place of its own.
 */
export function xmlFields(text: string): Field[] {
  const fields: Field[] = [];
  const open: Open[] = [];
  let at = text.indexOf('<');
  while (at >= 0 && at < text.length) {
    if (text.startsWith('<!--', at)) at = after(text, '-->', at + 4);
    else if (text.startsWith('<?', at)) at = after(text, '?>', at + 2);
    else if (text.startsWith('<![CDATA[', at)) at = after(text, ']]>', at + 9);
    else if (text[at + 1] === '/') {
      const top = open.pop();
      if (top && top.textAt >= 0) addText(text, fields, top, at);
      at = after(text, '>', at + 2);
    } else at = openTag(text, fields, open, at + 1);
    at = text.indexOf('<', at);
  }
  return fields;
}

function openTag(text: string, fields: Field[], open: Open[], from: number): number {
  NAME.lastIndex = from;
  const name = NAME.exec(text)?.[0] ?? '';
  if (!name) return from;
  const parent = open.at(-1);
  if (parent) parent.textAt = -1;
  const parents = parent?.path ?? [];
  const above = parents.length < DEEPEST ? [...parents, name] : parents;
  const attributes: Field[] = [];
  let at = from + name.length;
  while (at < text.length && text[at] !== '>' && text[at] !== '<') {
    ATTRIBUTE.lastIndex = at;
    const match = ATTRIBUTE.exec(text);
    if (!match) {
      // Past the whole word, so that no long one is tried from each of its characters.
      WORD.lastIndex = at;
      at += WORD.exec(text)?.[0].length ?? 1;
      continue;
    }
    const value = match[2] ?? match[3] ?? '';
    const end = at + match[0].length - 1;
    attributes.push(fieldAt(text, match[1] ?? '', above, { start: end - value.length, end }));
    at += match[0].length;
  }
  const called =
    attributes.find((attribute) => NAMING.has(attribute.name.toLowerCase()))?.value ?? '';
  for (const attribute of attributes) {
    const isValue = called && /^(?:value|connectionString)$/i.test(attribute.name);
    fields.push(isValue && attribute.name === 'value' ? { ...attribute, name: called } : attribute);
  }
  const alone = text[at - 1] === '/' || text[at] !== '>';
  if (!alone && open.length < DEEPEST) open.push({ name, path: above, textAt: at + 1, called });
  return text[at] === '>' ? at + 1 : at;
}

function addText(text: string, fields: Field[], top: Open, end: number): void {
  let span = trimmed(text, top.textAt, end);
  const whole = text.slice(span.start, span.end);
  if (whole.startsWith('<![CDATA[') && whole.endsWith(']]>'))
    span = { start: span.start + 9, end: span.end - 3 };
  if (span.end > span.start)
    fields.push(fieldAt(text, top.called || top.name, top.path.slice(0, -1), span));
}

function after(text: string, what: string, from: number): number {
  const at = text.indexOf(what, from);
  return at < 0 ? text.length : at + what.length;
}
