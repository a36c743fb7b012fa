import type { Attributes, Cell, Line } from './xterm-internals.ts';

/** Longest link set again, as in the specification of OSC 8. */
const LINK = 2083;

/** Writes cells of a terminal model as the text that draws them again. */
export class CellText {
  readonly #link: (id: number) => string;
  #text = '';
  #pen = '';

  /** `link` gives the parameters of OSC 8 for an id, '' for none. */
  constructor(link: (id: number) => string) {
    this.#link = link;
  }

  get text(): string {
    return this.#text;
  }

  /** One row, from its first column on; it must be blank. */
  row(line: Line, columns: number): void {
    let at = 0;
    for (let x = 0; x < columns; x += 1) {
      const cell = line.getCell(x);
      if (!cell || cell.getWidth() === 0) continue;
      if (cell.getChars() === '' && !showsBlank(cell)) {
        if (cell.isBgDefault()) continue;
        const erased = blanks(line, x, columns);
        this.#move(at, x);
        this.pen(cell);
        this.#text += `\x1b[${erased}X`;
        at = x;
        x += erased - 1;
        continue;
      }
      this.#move(at, x);
      this.cell(cell);
      // What the terminal takes for wide may differ: after such a one the column is set again.
      const plain = cell.getWidth() === 1 && (cell.getChars() || ' ') < '\x7f';
      at = plain && x + 1 < columns ? x + 1 : -1;
    }
  }

  cell(cell: Cell): void {
    this.pen(cell);
    this.#text += cell.getChars() || ' ';
  }

  pen(attributes: Attributes): void {
    const link = this.#link(attributes.bg & HAS_EXTENDED ? attributes.extended.urlId : 0);
    const pen = `\x1b[0${sgr(attributes)}m\x1b]8;${link.length > LINK ? ';' : link || ';'}\x1b\\`;
    if (pen === this.#pen) return;
    const [looks] = this.#pen.split('\x1b]');
    this.#text += pen.startsWith(`${looks}\x1b]`) ? pen.slice(looks?.length) : pen;
    this.#pen = pen;
  }

  write(text: string): void {
    this.#text += text;
  }

  #move(from: number, to: number): void {
    if (from !== to) this.#text += `\x1b[${to + 1}G`;
  }
}

/** Half of an overwritten wide character is blank and has the looks of text all the same. */
export function showsBlank(cell: Attributes): boolean {
  return Boolean(
    cell.isInverse() || cell.isStrikethrough() || cell.isOverline() || cell.fg & UNDERLINED,
  );
}

/** How many cells from `x` on were erased with the same colours. */
function blanks(line: Line, x: number, columns: number): number {
  const { bg, fg } = line.getCell(x) ?? {};
  let end = x + 1;
  for (; end < columns; end += 1) {
    const cell = line.getCell(end);
    if (!cell || cell.getChars() !== '' || cell.getWidth() !== 1 || showsBlank(cell)) break;
    if (cell.bg !== bg || cell.fg !== fg) break;
  }
  return end - x;
}

/** Select graphic rendition, after 0 (ECMA-48 8.3.117; 4:n and 58 as kitty has them; 53 overlined). */
function sgr(cell: Attributes): string {
  const flags: [number, number][] = [
    [1, cell.isBold()],
    [2, cell.isDim()],
    [3, cell.isItalic()],
    [5, cell.isBlink()],
    [7, cell.isInverse()],
    [8, cell.isInvisible()],
    [9, cell.isStrikethrough()],
    [53, cell.isOverline()],
  ];
  let text = '';
  for (const [code, on] of flags) if (on) text += `;${code}`;
  if (cell.fg & UNDERLINED) {
    const style = (cell.extended._ext >> 26) & 7;
    text += style > 1 ? `;4:${style}` : ';4';
  }
  if (!cell.isFgDefault()) text += colour(cell.isFgRGB(), cell.isFgPalette(), cell.fg, 30);
  if (!cell.isBgDefault()) text += colour(cell.isBgRGB(), cell.isBgPalette(), cell.bg, 40);
  return text + underlineColour(cell);
}

/** In `bg`: what `extended` says counts. */
const HAS_EXTENDED = 0x10000000;
/** In `fg`; asking for the style instead would have every link underlined. */
const UNDERLINED = 0x10000000;
/** The two low bits of the colour mode tell the 16 colours (1) from the 256 (2). */
const MODE = 0x3000000;
const SIXTEEN = 0x1000000;

function colour(rgb: boolean, palette: boolean, packed: number, base: number): string {
  const value = packed & 0xffffff;
  if (rgb) return `;${base + 8};2;${value >> 16};${(value >> 8) & 255};${value & 255}`;
  if (!palette) return '';
  const index = value & 255;
  if ((packed & MODE) !== SIXTEEN) return `;${base + 8};5;${index}`;
  return `;${index < 8 ? base + index : base + 60 + index - 8}`;
}

function underlineColour(cell: Attributes): string {
  const { underlineColor } = cell.extended;
  // SGR 59 leaves all bits set, as white does.
  if (underlineColor === (MODE | 0xffffff)) return ';59';
  const value = underlineColor & 0xffffff;
  switch (underlineColor & MODE) {
    case MODE:
      return `;58:2::${value >> 16}:${(value >> 8) & 255}:${value & 255}`;
    case 0:
      return '';
    default:
      return `;58:5:${value & 255}`;
  }
}
