/** Colours kept to be set again; a palette has 256. */
const KEPT = 300;
/** A colour's words are short: `rgb:ffff/ffff/ffff`. */
const WORDS = 64;
/** OSC numbers that change no colour: titles, folder, links, notices, shell marks, progress. */
const COLOURLESS = new Set([0, 1, 2, 7, 8, 9, 99, 133, 633, 777]);
/** Palette, foreground, background, cursor and the like to what the user has configured (xterm, "Control Sequences"). */
export const RESET_COLOURS = [104, 105, 110, 111, 112, 117, 119]
  .map((number) => `\x1b]${number}\x1b\\`)
  .join('');

/** What a program has done to the terminal's colours. */
export class Colours {
  /** Anything came that could have changed one, known here or not. */
  touched = false;
  readonly #set = new Map<string, string>();

  /** One is set that the program has not taken back. */
  get changed(): boolean {
    return this.#set.size > 0;
  }

  /** The text of an operating system command (OSC). */
  see(text: string): void {
    const [word = '', ...rest] = text.split(';');
    const number = /^\d{1,6}$/.test(word) ? Number(word) : NaN;
    if (COLOURLESS.has(number)) return;
    if (rest.length && rest.every((part, at) => part === '?' || (number < 10 && at % 2 === 0)))
      return;
    this.touched = true;
    if (number === 4 || number === 5)
      for (let at = 0; at + 1 < rest.length; at += 2)
        this.#keep(`${number};${rest[at]}`, rest[at + 1] ?? '');
    else if (number >= 10 && number <= 19)
      rest.forEach((colour, at) => this.#keep(String(number + at), colour));
    else if (number === 104 || number === 105) this.#forget(number - 100, rest);
    else if (number >= 110 && number <= 119) this.#set.delete(String(number - 100));
  }

  /** RIS gives a terminal its colours back, or leaves them: it could be either. */
  reset(): void {
    this.#set.clear();
  }

  /** Puts right again what `RESET_COLOURS` took back. */
  redo(): string {
    return [...this.#set].map(([what, colour]) => `\x1b]${what};${colour}\x1b\\`).join('');
  }

  #keep(what: string, colour: string): void {
    if (colour === '?' || colour === '' || colour.length > WORDS || what.length > 8) return;
    if (this.#set.size < KEPT || this.#set.has(what)) this.#set.set(what, colour);
  }

  #forget(number: number, indices: string[]): void {
    const all = indices.length === 0 || indices[0] === '';
    for (const what of [...this.#set.keys()])
      if (what.startsWith(`${number};`) && (all || indices.includes(what.slice(2))))
        this.#set.delete(what);
  }
}
