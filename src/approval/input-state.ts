/** Where in a terminal's input we stand. Names as in ECMA-48 and xterm's control sequences. */
type State =
  | 'ground'
  | 'escape'
  | 'control-sequence'
  | 'single-shift'
  | 'string'
  | 'string-escape'
  | 'mouse'
  | 'paste';

/** A control sequence (CSI) as it ended, or what followed SS3 with `O` for its parameters. */
export interface Sequence {
  parameters: string;
  final: string;
}

const [BEL, CAN, SUB, ESC] = [0x07, 0x18, 0x1a, 0x1b];
/** What follows ESC, or in its 8-bit form stands alone, and begins a string: DCS, SOS, OSC, PM, APC. */
const STRING_STARTS = new Set([0x90, 0x98, 0x9d, 0x9e, 0x9f]);
const [CSI, SS3, ST] = [0x9b, 0x8f, 0x9c];
/** Bracketed paste: CSI 200 ~ and CSI 201 ~. */
const [PASTE_START, PASTE_END] = ['200', '201'];
/** CSI M without parameters is followed by button, column and row, a byte each (xterm, "Mouse Tracking"). */
const [MOUSE, MOUSE_BYTES] = [0x4d, 3];
/** More parameters than any real sequence has. */
const PARAMETERS = 64;

/**
 * Follows escape sequences through raw input, so that no byte of one is taken for a key: not the `y` in the reply of a
 * terminal to a query, however it is split over reads and however long it pauses in between.
 */
export class InputState {
  #state: State = 'ground';
  #parameters = '';
  #inPaste = false;
  /** Bytes of a UTF-8 character still to come, and whether it may be a C1 control (U+0080–U+009F: C2 80–C2 9F). */
  #continuation = 0;
  #maybeC1 = false;
  #mouseBytes = 0;
  #ended: Sequence[] = [];

  /** True between keys; false inside a sequence or a paste. */
  get ground(): boolean {
    return this.#state === 'ground' && this.#continuation === 0;
  }

  /** The sequences that ended in these bytes, but for those in a paste. */
  take(bytes: Uint8Array): Sequence[] {
    this.#ended = [];
    for (const byte of bytes) this.#state = this.#next(byte);
    return this.#ended;
  }

  #next(byte: number): State {
    switch (this.#state) {
      case 'ground':
      case 'paste':
        return this.#plain(byte);
      case 'escape':
        return byte === ESC ? 'escape' : this.#introduced(byte + 0x40);
      case 'control-sequence':
        return this.#controlSequence(byte);
      case 'single-shift':
        if (byte === ESC) return 'escape';
        this.#end('O', byte);
        return this.#back();
      case 'mouse':
        return --this.#mouseBytes > 0 ? 'mouse' : this.#back();
      case 'string':
        if (byte === ESC) return 'string-escape';
        return byte === BEL || byte === CAN || byte === SUB || byte === ST
          ? this.#back()
          : 'string';
      case 'string-escape':
        // ESC \ ends the string; anything else after ESC begins anew.
        return byte === 0x5c
          ? this.#back()
          : byte === ESC
            ? 'string-escape'
            : this.#introduced(byte + 0x40);
    }
  }

  #plain(byte: number): State {
    const here = this.#back();
    if (this.#continuation > 0 && byte >= 0x80 && byte < 0xc0) {
      this.#continuation--;
      return this.#maybeC1 && byte < 0xa0 ? this.#introduced(byte) : here;
    }
    this.#continuation = 0;
    if (byte === ESC) return 'escape';
    if (byte >= 0xc2) {
      this.#continuation = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
      this.#maybeC1 = byte === 0xc2;
      return here;
    }
    return byte >= 0x80 && byte < 0xa0 ? this.#introduced(byte) : here;
  }

  /** A C1 control, given as its 8-bit form. */
  #introduced(control: number): State {
    this.#continuation = 0;
    if (control === CSI) {
      this.#parameters = '';
      return 'control-sequence';
    }
    if (control === SS3) return 'single-shift';
    // ESC with an intermediate byte (0x20–0x2f) is followed by more, up to a final byte: as in a control sequence.
    if (control >= 0x60 && control < 0x70) {
      this.#parameters = String.fromCharCode(control - 0x40);
      return 'control-sequence';
    }
    return STRING_STARTS.has(control) ? 'string' : this.#back();
  }

  #controlSequence(byte: number): State {
    if (byte === ESC) return 'escape';
    if (byte === CAN || byte === SUB) return this.#back();
    if (byte < 0x40 || byte > 0x7e) {
      if (this.#parameters.length < PARAMETERS) this.#parameters += String.fromCharCode(byte);
      return 'control-sequence';
    }
    if (byte === MOUSE && this.#parameters === '') {
      this.#mouseBytes = MOUSE_BYTES;
      return 'mouse';
    }
    this.#end(this.#parameters, byte);
    if (byte === 0x7e && this.#parameters === PASTE_START) this.#inPaste = true;
    if (byte === 0x7e && this.#parameters === PASTE_END) this.#inPaste = false;
    return this.#back();
  }

  #end(parameters: string, final: number): void {
    if (!this.#inPaste) this.#ended.push({ parameters, final: String.fromCharCode(final) });
  }

  #back(): State {
    return this.#inPaste ? 'paste' : 'ground';
  }
}
