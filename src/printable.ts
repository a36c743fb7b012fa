/**
 * Characters that a terminal acts on or that change what a reader sees: C0, DEL and C1 controls, zero-width and
 * bidirectional controls (Unicode TR9, TR36), line and paragraph separators, tags, variation selectors, lone surrogates.
 */
const UNSAFE =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb]|[\u{e0000}-\u{e0fff}]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/gu;

const NAMED: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\x1b': '\\e' };

function escape(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return (
    NAMED[character] ??
    (code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`)
  );
}

/**
 * Text from an agent, a file, a server or a repository, made safe to show: whatever could move the cursor, hide or
 * reorder text is written out as an escape, and the result is cut at `limit` characters with `…` at the cut.
 */
export function printable(text: string, limit = 500): string {
  const cut = text.length > limit;
  const safe = (cut ? text.slice(0, limit) : text).replace(UNSAFE, escape);
  return cut ? `${safe}…` : safe;
}

/** One argument as a reader can tell it from its neighbours: quoted when it holds a space, a quote or nothing. */
function quoted(argument: string, limit: number): string {
  const safe = printable(argument, limit);
  return /^[\w@%+=:,./~^-]+$/u.test(safe) && safe === argument
    ? safe
    : `'${safe.replaceAll("'", "\\'")}'`;
}

/** An argument vector for people: never to be given to a shell. */
export function printableArgv(argv: readonly string[], limit = 500): string {
  let out = '';
  for (const [index, argument] of argv.entries()) {
    if (out.length > limit) return `${out} … (${argv.length - index} more)`;
    out += (index ? ' ' : '') + quoted(argument, limit);
  }
  return out;
}
