import { bitsOf, LEAST_BITS } from './span-text.ts';

/** Characters by whose end a placeholder is looked up: the start may be a prefix that many have. */
const END = 6;

/**
 * Tells text that is one of guard's own placeholders, a part of one, or something around one. All text has one byte a character
 * (latin1). A placeholder that says little is in much text by chance, and a session can have guard make any number of those.
 */
export function ownPlaceholders(placeholders: readonly string[]): (text: string) => boolean {
  const all = placeholders.join('\0');
  const byEnd = new Map<string, string[]>();
  for (const placeholder of new Set(placeholders)) {
    if (placeholder.length < END || bitsOf(placeholder) < LEAST_BITS) continue;
    const end = placeholder.slice(-END);
    const same = byEnd.get(end);
    if (same) same.push(placeholder);
    else byEnd.set(end, [placeholder]);
  }
  return (text) => {
    if (all.includes(text)) return true;
    for (let end = END; end <= text.length; end++)
      if (byEnd.get(text.slice(end - END, end))?.some((each) => text.endsWith(each, end)))
        return true;
    return false;
  };
}
