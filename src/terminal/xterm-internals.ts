/**
 * What of @xterm/headless 6.0.0 is used beyond its public interface: the state that a program could ask a terminal to save.
 * The version is pinned, and the tests of the model fail if one of these is gone.
 */
export interface Attributes {
  fg: number;
  bg: number;
  /** `_ext`: style of the underline in bits 26–28. */
  extended: { urlId: number; underlineColor: number; _ext: number };
  isBold(): number;
  isDim(): number;
  isItalic(): number;
  isBlink(): number;
  isInverse(): number;
  isInvisible(): number;
  isStrikethrough(): number;
  isOverline(): number;
  isFgDefault(): boolean;
  isFgRGB(): boolean;
  isFgPalette(): boolean;
  isBgDefault(): boolean;
  isBgRGB(): boolean;
  isBgPalette(): boolean;
}

export interface Cell extends Attributes {
  getChars(): string;
  getWidth(): number;
}

export interface Line {
  getCell(x: number): Cell | undefined;
}

export interface InternalBuffer {
  x: number;
  y: number;
  savedX: number;
  savedY: number;
  savedCurAttrData: Attributes;
  scrollTop: number;
  scrollBottom: number;
}

interface WidthProvider {
  version: string;
  wcwidth(codepoint: number): 0 | 1 | 2;
  charProperties(codepoint: number, preceding: number): number;
}

export interface Core {
  _bufferService: { buffer: InternalBuffer };
  _inputHandler: {
    _curAttrData: Attributes;
    /** The numbers are the parser's own: changed here, they are changed for whoever handles the sequence after that. */
    registerCsiHandler(
      id: { prefix?: string; intermediates?: string; final: string },
      callback: (parameters: { params: Int32Array }) => boolean,
    ): unknown;
  };
  _oscLinkService: { getLinkData(id: number): { id?: string; uri: string } | undefined };
  unicodeService: {
    _providers: Record<string, WidthProvider>;
    register(provider: WidthProvider): void;
    activeVersion: string;
  };
}
