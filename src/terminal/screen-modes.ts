import { ASCII_CHARSETS, Charsets, type CharsetState } from './charsets.ts';
import { Colours, RESET_COLOURS } from './colours.ts';
import type { Control } from './control-stream.ts';
import { KeyboardModes } from './keyboard-modes.ts';

/** DEC private modes that guard follows, and what they are when no program has set them (xterm, "Control Sequences"). */
const DEFAULTS = new Map<number, boolean>([
  [1, false], // cursor keys
  [5, false], // reverse video
  [6, false], // origin
  [7, true], // wrapping
  [12, false], // blinking cursor
  [25, true], // cursor shown
  [45, false], // reverse wrapping
  [66, false], // keypad
  [69, false], // left and right margins
  [1004, false], // focus
  [1007, false], // wheel as arrow keys
  [1045, false], // extended reverse wrapping
  [2004, false], // bracketed paste
  [2026, false], // synchronized output
  [2027, false], // grapheme clusters
  [2031, false], // colour scheme reports
  [2048, false], // size reports
]);
/** Each a choice: setting one takes the place of another, and resetting any turns all off (xterm, tmux, xterm.js). */
const MOUSE = [9, 1000, 1001, 1002, 1003];
const MOUSE_ENCODING = [1005, 1006, 1015, 1016];
const ALTERNATE = [47, 1047, 1049];
/** Those that come back on their own terms: a default that the user can have changed. */
const USERS_OWN = [12, 1007, 2027];
const ANSI = [4, 8, 12, 20];

export interface SavedCursor {
  charsets: CharsetState;
  origin: boolean;
}

/** What a program has switched on in the terminal, followed from its output as it passes. */
export class ScreenModes {
  alternate = false;
  readonly keyboard = new KeyboardModes();
  readonly colours = new Colours();
  readonly #charsets = new Charsets();
  #modes = new Map<number, boolean>();
  #ansi = new Map<number, boolean>();
  #kept = new Map<number, boolean>();
  #mouse = 0;
  #encoding = 0;
  #cursorStyle = '';
  #sideMargins = '';
  #pen = false;
  /** What was ever on: for a text that is right at any later moment too. */
  readonly #ever = new Set<number>();
  /** Cursor saved (DECSC), per screen. */
  #saved: [SavedCursor | null, SavedCursor | null] = [null, null];
  #margins: [boolean, boolean] = [false, false];

  /** Grows whenever what `undoWhenever` says could have changed. */
  version = 0;

  see(control: Control): void {
    this.version += 1;
    if (control.kind === 'shift') this.#charsets.shift(control.byte);
    else if (control.kind === 'string') {
      if (control.introducer === ']') this.colours.see(control.text);
    } else if (control.kind === 'escape') this.#escape(control.intermediates, control.final);
    else this.#csi(control);
  }

  seePen(): void {
    if (this.#pen) return;
    this.#pen = true;
    this.version += 1;
  }

  is(mode: number): boolean {
    return this.#modes.get(mode) ?? DEFAULTS.get(mode) ?? false;
  }

  /** Lines scroll within less than the screen. */
  get hasMargins(): boolean {
    return this.#margins[this.#screen] || this.#sideMargins !== '';
  }

  /** The cursor that the program would find again on this screen (DECRC). */
  get saved(): SavedCursor | null {
    return this.#saved[this.#screen];
  }

  /** Keyboard, mouse and looks, from what `OWN_SCREEN` has made of them to what the program wants. */
  redo(): string {
    const flags = [1, 5, 45, 66, 1004, 1045, 2031, 2048].filter((mode) => this.is(mode));
    const own = USERS_OWN.filter((mode) => this.#modes.has(mode));
    return (
      this.keyboard.otherKeys() +
      flags.map(switchOn).join('') +
      own.map((mode) => `\x1b[?${mode}${this.is(mode) ? 'h' : 'l'}`).join('') +
      (this.is(2004) ? '\x1b[?2004h' : '\x1b[?2004l') +
      (this.#mouse ? `\x1b[?${this.#mouse}h` : '') +
      (this.#encoding ? `\x1b[?${this.#encoding}h` : '') +
      this.#cursorStyle +
      (this.colours.touched ? this.colours.redo() : '')
    );
  }

  /** Those that move the cursor to the first place. */
  redoMargins(top: number, bottom: number, rows: number): string {
    return (
      (top > 0 || bottom < rows - 1 ? `\x1b[${top + 1};${bottom + 1}r` : '') +
      (this.is(69) ? `\x1b[?69h${this.#sideMargins}` : '') +
      (this.is(6) ? '\x1b[?6h' : '')
    );
  }

  /** Those that change how text is written: after everything has been. */
  redoWriting(): string {
    return (
      this.#charsets.redo() +
      (this.#ansi.get(4) ? '\x1b[4h' : '') +
      (this.#ansi.get(20) ? '\x1b[20h' : '') +
      (this.#ansi.get(12) === false ? '\x1b[12l' : '') +
      (this.#ansi.get(8) === false ? '\x1b[8l' : '') +
      (this.is(7) ? '' : '\x1b[?7l') +
      (this.is(25) ? '\x1b[?25h' : '\x1b[?25l') +
      (this.is(2026) ? '\x1b[?2026h' : '')
    );
  }

  /** Takes back all that the program has on now, for the shell that comes after. */
  undo(): string {
    const on = (mode: number): boolean => this.is(mode) !== DEFAULTS.get(mode);
    const modes = [...DEFAULTS.keys()].filter((mode) => on(mode) && !USERS_OWN.includes(mode));
    return this.#undo(modes, this.#mouse > 0, this.#encoding, this.#pen, (alternate) =>
      this.keyboard.undo(alternate),
    );
  }

  /** The same, still right when the program has switched harmless things off since. */
  undoWhenever(): string {
    const modes = [...this.#ever].filter((mode) => DEFAULTS.has(mode) && !USERS_OWN.includes(mode));
    const mouse = MOUSE.some((mode) => this.#ever.has(mode));
    const encoding = MOUSE_ENCODING.find((mode) => this.#ever.has(mode)) ?? 0;
    return this.#undo(modes, mouse, encoding, this.#pen, () =>
      this.keyboard.touched ? '\x1b[<32u\x1b[>4;0m' : '',
    );
  }

  #undo(
    modes: number[],
    mouse: boolean,
    encoding: number,
    pen: boolean,
    keyboard: (alternate: boolean) => string,
  ): string {
    const margins = this.#margins.some(Boolean) || modes.includes(6) || modes.includes(69);
    return (
      (modes.includes(2026) ? '\x1b[?2026l' : '') +
      keyboard(this.alternate) +
      (this.alternate ? '\x1b[?1049l' + keyboard(false) : '') +
      modes
        .filter((mode) => ![6, 69, 2026].includes(mode))
        .map(off)
        .join('') +
      (mouse
        ? MOUSE.filter((mode) => mode !== 1001)
            .map(off)
            .join('')
        : '') +
      (encoding ? MOUSE_ENCODING.map(off).join('') : '') +
      // Margins and origin mode move the cursor.
      (margins ? '\x1b7\x1b[r\x1b[?69l\x1b[?6l\x1b8\x1b[?6l' : '') +
      (this.#ansi.get(4) ? '\x1b[4l' : '') +
      (this.#ansi.get(20) ? '\x1b[20l' : '') +
      (this.#ansi.get(12) === false ? '\x1b[12h' : '') +
      (this.#ansi.get(8) === false ? '\x1b[8h' : '') +
      this.#charsets.undo() +
      (this.#cursorStyle ? '\x1b[0 q' : '') +
      (pen ? '\x1b[0m' : '') +
      (this.colours.changed ? RESET_COLOURS : '')
    );
  }

  get #screen(): 0 | 1 {
    return this.alternate ? 1 : 0;
  }

  #escape(intermediates: string, final: string): void {
    if (this.#charsets.see(intermediates, final) || intermediates !== '') return;
    if (final === 'c') this.#reset();
    else if (final === '=' || final === '>') this.#set(66, final === '=');
    else if (final === '7') this.#save();
    else if (final === '8') this.#recall();
  }

  #csi({ prefix, parameters, intermediates, final }: Extract<Control, { kind: 'csi' }>): void {
    const is = (wanted: string): boolean => wanted === prefix + intermediates + final;
    const numbers = parameters.split(';').map(Number);
    if (is('?h') || is('?l')) for (const mode of numbers) this.#set(mode, final === 'h');
    else if (is('?s')) {
      for (const mode of numbers) if (isKnown(mode)) this.#kept.set(mode, this.#value(mode));
    } else if (is('?r')) for (const mode of numbers) this.#putBack(mode);
    else if (is('h') || is('l')) {
      for (const mode of numbers) if (ANSI.includes(mode)) this.#ansi.set(mode, final === 'h');
    } else if (is('m')) this.seePen();
    else if (final === 'u' && intermediates === '' && prefix !== '' && prefix !== '?')
      this.keyboard.see(prefix, parameters, final, this.alternate);
    else if (is('>m')) this.keyboard.see(prefix, parameters, final, this.alternate);
    else if (is('r')) this.#margins[this.#screen] = parameters.replace(/[0;]/g, '') !== '';
    else if (is('s')) this.#sideMarginsOrSave(parameters);
    else if (is('u')) this.#recall();
    else if (is(' q')) this.#cursorStyle = numbers[0] ? `\x1b[${numbers[0]} q` : '';
    else if (is('!p')) this.#softReset();
    else if (is('#P') || is('#Q')) this.colours.touched = true;
  }

  #set(mode: number, on: boolean): void {
    // A program can name millions.
    if (!isKnown(mode)) return;
    if (on !== (DEFAULTS.get(mode) ?? false)) this.#ever.add(mode);
    if (ALTERNATE.includes(mode)) this.#switch(mode, on);
    else if (mode === 1048 && on) this.#save();
    else if (mode === 1048) this.#recall();
    else if (MOUSE.includes(mode)) this.#mouse = on ? mode : 0;
    else if (MOUSE_ENCODING.includes(mode)) this.#encoding = on ? mode : 0;
    else if (DEFAULTS.has(mode)) this.#modes.set(mode, on);
    if (mode === 69 && !on) this.#sideMargins = '';
  }

  #switch(mode: number, on: boolean): void {
    if (mode === 1049 && on) this.#save();
    if (on && !this.alternate) this.#margins[1] = false;
    this.alternate = on;
    if (mode === 1049 && !on) this.#recall();
  }

  /** XTSAVE and XTRESTORE keep any mode. */
  #value(mode: number): boolean {
    if (ALTERNATE.includes(mode)) return this.alternate;
    if (MOUSE.includes(mode)) return this.#mouse === mode;
    return MOUSE_ENCODING.includes(mode) ? this.#encoding === mode : this.is(mode);
  }

  #putBack(mode: number): void {
    const kept = this.#kept.get(mode);
    if (kept !== undefined) this.#set(mode, kept);
  }

  #sideMarginsOrSave(parameters: string): void {
    if (this.is(69)) this.#sideMargins = parameters === '' ? '' : `\x1b[${parameters}s`;
    else this.#save();
  }

  #save(): void {
    this.#saved[this.#screen] = { charsets: this.#charsets.state, origin: this.is(6) };
  }

  #recall(): void {
    const saved = this.saved;
    this.#charsets.state = saved?.charsets ?? ASCII_CHARSETS;
    this.#modes.set(6, saved?.origin ?? false);
  }

  #softReset(): void {
    for (const mode of [1, 6, 66, 69]) this.#modes.delete(mode);
    this.#modes.set(25, true);
    this.#modes.set(7, true);
    this.#ansi.clear();
    this.#charsets.state = ASCII_CHARSETS;
    this.#saved[this.#screen] = null;
    this.#margins = [false, false];
    this.#sideMargins = '';
    this.keyboard.reset();
  }

  #reset(): void {
    this.#softReset();
    this.alternate = false;
    this.#modes.clear();
    this.#kept.clear();
    this.#mouse = this.#encoding = 0;
    this.#cursorStyle = '';
    this.#saved = [null, null];
    this.#pen = false;
    this.colours.reset();
  }
}

const KNOWN = new Set([...DEFAULTS.keys(), ...MOUSE, ...MOUSE_ENCODING, ...ALTERNATE, 1048]);
const isKnown = (mode: number): boolean => KNOWN.has(mode);

/** Not every terminal knows the keypad by number (DECNKM); all know DECKPAM and DECKPNM. */
const switchOn = (mode: number): string => (mode === 66 ? '\x1b=' : `\x1b[?${mode}h`);
const off = (mode: number): string =>
  mode === 66 ? '\x1b>' : `\x1b[?${mode}${DEFAULTS.get(mode) ? 'h' : 'l'}`;
