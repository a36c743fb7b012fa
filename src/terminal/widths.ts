import type { Core } from './xterm-internals.ts';

const VERSION = 'guard';
/** Two columns in every terminal of today; the model's own table, Unicode 6, has them as one. */
const WIDE = /^\p{Emoji_Presentation}$/u;
const NONE = /^[\p{Mn}\p{Me}\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\u{e0100}-\u{e01ef}]$/u;

/** Gives the model widths of characters as terminals of today have them. */
export function useCurrentWidths({ unicodeService }: Core): void {
  const six = unicodeService._providers['6'];
  if (!six) return;
  const known = new Map<number, 0 | 1 | 2>();
  const wcwidth = (codepoint: number): 0 | 1 | 2 => {
    if (codepoint < 0x300) return six.wcwidth(codepoint);
    let width = known.get(codepoint);
    if (width === undefined)
      known.set(codepoint, (width = widthOf(codepoint, six.wcwidth(codepoint))));
    return width;
  };
  unicodeService.register({
    version: VERSION,
    wcwidth,
    charProperties(codepoint, preceding) {
      // Packed as xterm's UnicodeService does: width in bits 1 and 2, whether it joins the one before in bit 0.
      let width: number = wcwidth(codepoint);
      let joins = width === 0 && preceding !== 0;
      const before = (preceding >> 1) & 3;
      if (joins && before === 0) joins = false;
      else if (joins && before > width) width = before;
      return (width << 1) | (joins ? 1 : 0);
    },
  });
  unicodeService.activeVersion = VERSION;
}

function widthOf(codepoint: number, old: 0 | 1 | 2): 0 | 1 | 2 {
  // Half a pair is no character.
  if (codepoint >= 0xd800 && codepoint < 0xe000) return old;
  const char = String.fromCodePoint(codepoint);
  if (NONE.test(char)) return 0;
  return WIDE.test(char) ? 2 : old;
}
