const SO = 14;
const ASCII = 'B';
/** Intermediate bytes that name G0–G3, for sets of 94 and of 96 characters (ISO 2022). */
const NAMES = '()*+';
const NAMES_96: Record<string, number> = { '-': 1, '.': 2, '/': 3 };
/** SI, SO, LS2 and LS3 call one of the four into the left half. */
const SHIFTS = ['\x0f', '\x0e', '\x1bn', '\x1bo'];

export interface CharsetState {
  /** The sequence that chose each of G0–G3, '' for ASCII. */
  sets: readonly string[];
  /** Which of them is in the left half. */
  left: number;
}

export const ASCII_CHARSETS: CharsetState = { sets: ['', '', '', ''], left: 0 };

/** Which character sets a program has chosen. */
export class Charsets {
  #sets = ['', '', '', ''];
  #left = 0;

  /** Whether that was about character sets. */
  see(intermediates: string, final: string): boolean {
    if (intermediates === '' && (final === 'n' || final === 'o')) {
      this.#left = final === 'n' ? 2 : 3;
      return true;
    }
    const name = intermediates[0] ?? '';
    const place = NAMES.includes(name) && name ? NAMES.indexOf(name) : NAMES_96[name];
    if (place === undefined) return false;
    const ascii = intermediates.length === 1 && final === ASCII && place === NAMES.indexOf(name);
    this.#sets[place] = ascii ? '' : `\x1b${intermediates}${final}`;
    return true;
  }

  shift(byte: number): void {
    this.#left = byte === SO ? 1 : 0;
  }

  /** From all ASCII to what is chosen. */
  redo(): string {
    return redoCharsets(this.state);
  }

  undo(): string {
    return this.redo() && '\x1b(B\x1b)B\x1b*B\x1b+B\x0f';
  }

  get state(): CharsetState {
    return { sets: [...this.#sets], left: this.#left };
  }

  set state({ sets, left }: CharsetState) {
    this.#sets = [...sets];
    this.#left = left;
  }
}

export function redoCharsets({ sets, left }: CharsetState): string {
  return sets.join('') + (left ? (SHIFTS[left] ?? '') : '');
}
