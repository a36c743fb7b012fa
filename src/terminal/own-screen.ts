import { RESET_COLOURS } from './colours.ts';

/**
 * Whatever a program could have left on that hides, moves or colours part of a prompt, or changes what keys send, taken
 * back without asking whether it was on (xterm, "Control Sequences"; ECMA-48; kitty's keyboard protocol).
 */
const TAKE_BACK = [
  '\x1b[0m\x1b]8;;\x1b\\', // attributes, link
  '\x1b[r\x1b[?69l\x1b[?6l', // margins, origin
  '\x1b[4l\x1b[20l\x1b[2l\x1b[12h', // insert, line feed as new line, locked keyboard, local echo
  '\x1b[?7h\x1b[?45l\x1b[?1045l\x1b[?5l', // wrapping, reverse wrapping, reverse video
  '\x1b(B\x1b)B\x1b*B\x1b+B\x0f', // character sets
  '\x1b[0"q\x1b[0$}', // protected text, status line
  '\x1b[8l\x1b[0 k', // letters from right to left put in another order (terminal-wg, "BiDi in Terminal Emulators")
  '\x1b[?9l\x1b[?1000l\x1b[?1001l\x1b[?1002l\x1b[?1003l\x1b[?1005l\x1b[?1006l\x1b[?1015l\x1b[?1016l', // mouse
  '\x1b[?1004l\x1b[?2031l\x1b[?2048l', // reports of focus, colours, size
  '\x1b[?1l\x1b>\x1b[?66l\x1b[?2004h', // cursor keys, keypad, bracketed paste
].join('');

/** A sequence cut short, VT52 mode, another encoding, a frame not finished, output to the printer. */
const INTERRUPT = '\x18\x1b\\\x1b<\x1b%G\x1b[?2026l\x1b[4i\x1b[?4i';
const KEYS_PLAIN = '\x1b[>0u\x1b[>4;0m';
const KEYS_AGAIN = '\x1b[<u';
const CLEAR = '\x1b[H\x1b[2J';
const ENTER = '\x1b[?1049h';
const LEAVE = '\x1b[?1049l';

export interface ScreenBelow {
  /** The program's own screen is the alternate one. */
  alternate: boolean;
  /** The terminal has no other screen to go to. */
  single: boolean;
  /** Colours may have been changed; else the user's own are left alone, which a reset would lose. */
  colours: boolean;
}

/** A screen of guard's own, over the program's. */
export function enterOwnScreen({ alternate, single, colours }: ScreenBelow): string {
  const enter = alternate || single ? '' : ENTER;
  const reset = colours ? RESET_COLOURS : '';
  return `${INTERRUPT}${enter}${KEYS_PLAIN}${TAKE_BACK}${reset}${CLEAR}\x1b[?25h`;
}

/** Clears it, and undoes what has a stack; the screen below is to be restored after that. */
export const CLEAR_OWN_SCREEN = `\x18\x1b[0m\x1b]8;;\x1b\\\x1b[r\x1b[8h${KEYS_AGAIN}${CLEAR}`;
/** From the main screen's point of view. */
export const LEAVE_OWN_SCREEN = LEAVE;

/** Terminals that know no alternate screen (terminfo: no smcup). */
const SINGLE_SCREEN = /^(?:dumb|linux|ansi|cons25|vt(?:52|100|102|220)?)(?:-|$)|^$/;

export function hasSingleScreen(term: string | undefined): boolean {
  return SINGLE_SCREEN.test(term ?? '');
}
