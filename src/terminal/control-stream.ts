// Longer than most files here: one state machine over bytes, whose states share what has been read so far.
import { endOfPen, NextControl } from './next-control.ts';

/**
 * What a terminal would take for a control sequence (ECMA-48, and the parser of the VT500 that terminals follow).
 * `string` is OSC, DCS, SOS, PM and APC; its text is cut off at `STRING_KEPT`.
 */
export type Control =
  | { kind: 'escape'; intermediates: string; final: string }
  | { kind: 'csi'; prefix: string; parameters: string; intermediates: string; final: string }
  | { kind: 'string'; introducer: string; text: string }
  | { kind: 'shift'; byte: number };

export interface ControlListener {
  /** Attributes were changed: the same as hearing that control, of which there are most. */
  onPen(): void;
  /** A whole sequence has come; false withholds it from the terminal. */
  onControl(control: Control): boolean;
  /** A string has begun like this: whether it is to be withheld, null while that is open. */
  withholds(introducer: string, text: string): boolean | null;
}

export interface Passed {
  /** What the terminal is to get. */
  data: Buffer;
  /** Nothing but text, line ends, tabs and colours. */
  plain: boolean;
  /** It begins between sequences. */
  whole: boolean;
}

const [BEL, SO, SI, CAN, SUB, ESC, DEL, C1_LEAD] = [7, 14, 15, 0x18, 0x1a, 0x1b, 0x7f, 0xc2];
/** Ends a sequence that the terminal has had the start of, and, where CAN does not do it, a string (ST). */
const ABORT = Buffer.from([CAN]);
const ABORT_STRING = Buffer.from([CAN, ESC, 0x5c]);
/** Longer ones are of no use: terminals keep 16 to 32 parameters. */
const PARAMETERS_KEPT = 512;
const STRING_KEPT = 4096;
const STRINGS = 'PX]^_';

type State =
  'ground' | 'escape' | 'csi' | 'string' | 'string-escape' | 'swallow' | 'swallow-escape';

/**
 * Finds the control sequences in output, wherever reads cut it, and can withhold some. Nothing is held back: of one that
 * turns out to be withheld when its start has been shown, the rest is replaced by what makes a terminal forget it.
 */
export class ControlStream {
  readonly #listener: ControlListener;
  #state: State = 'ground';
  #prefix = '';
  #parameters = '';
  #intermediates = '';
  #introducer = '';
  #text = '';
  #judged = false;
  /** The last byte was the first of a C1 control in UTF-8. */
  #lead = false;
  /** The bytes of the sequence that has not ended; null when they are too many. */
  #open: Buffer | null = Buffer.alloc(0);
  /** Where in this chunk the sequence began; -1 when in an earlier one. */
  #start = -1;
  #chunk: Buffer = Buffer.alloc(0);
  #pieces: Buffer[] = [];
  #passed: Passed[] = [];
  #cut = false;
  /** This chunk has more than text and attributes. */
  #other = false;
  /** Up to where the chunk is shown or withheld. */
  #done = 0;

  constructor(listener: ControlListener) {
    this.#listener = listener;
  }

  /** Between sequences. */
  get inText(): boolean {
    return this.#state === 'ground' && !this.#lead;
  }

  get #inString(): boolean {
    return this.#state !== 'ground' && this.#state !== 'escape' && this.#state !== 'csi';
  }

  /** Goes on with the output: one piece, or more where a listener asked for a cut. */
  read(chunk: Buffer): Passed[] {
    this.#chunk = chunk;
    this.#pieces = [];
    this.#passed = [];
    this.#done = 0;
    this.#other = this.#inString;
    const whole = this.inText;
    this.#start = -1;
    const next = new NextControl(chunk);
    for (let at = 0; at < chunk.length; at += 1) {
      if (this.inText) {
        at = next.from(at);
        if (at >= chunk.length) break;
        const end = chunk[at] === ESC ? endOfPen(chunk, at) : 0;
        if (end) {
          this.#listener.onPen();
          at = end;
          continue;
        }
      }
      this.#take(chunk[at] ?? 0, at);
    }
    const plain = !this.#other && !this.#inString;
    if (this.#state.startsWith('swallow')) this.#done = chunk.length;
    this.#keepOpen(chunk);
    if (this.#done === 0 && this.#pieces.length === 0) return [{ data: chunk, plain, whole }];
    this.#finishPiece(chunk.length);
    return this.#passed;
  }

  /**
   * The terminal is going to be told to forget a sequence that it has the start of. Gives what it is to be told again after
   * that; of one too long to keep, the rest is withheld.
   */
  interrupt(): Buffer {
    if (this.inText || this.#state.startsWith('swallow')) return Buffer.alloc(0);
    if (this.#open) return this.#open;
    this.#state = this.#state === 'string-escape' ? 'swallow-escape' : 'swallow';
    return Buffer.alloc(0);
  }

  #keepOpen(chunk: Buffer): void {
    if (this.inText) this.#open = Buffer.alloc(0);
    else if (this.#start >= 0) this.#open = Buffer.from(chunk.subarray(this.#start));
    else if (this.#open) this.#open = Buffer.concat([this.#open, chunk]);
    if (this.#open && this.#open.length > STRING_KEPT) this.#open = null;
  }

  /** To be called while a control is heard: what comes after it is another piece. */
  cut(): void {
    this.#cut = true;
  }

  #finishPiece(end: number): void {
    if (end > this.#done) this.#pieces.push(this.#chunk.subarray(this.#done, end));
    this.#passed.push({ data: Buffer.concat(this.#pieces), plain: false, whole: false });
    this.#pieces = [];
    this.#done = end;
  }

  #take(byte: number, at: number): void {
    if (this.#lead) {
      this.#lead = false;
      if (byte >= 0x80 && byte < 0xa0) return this.#c1(byte, at);
    }
    if (byte === C1_LEAD) {
      this.#lead = true;
      if (this.#state === 'ground') this.#start = at;
      if (this.#state === 'string') this.#keep(byte, at);
      return;
    }
    switch (this.#state) {
      case 'ground':
        if (byte === ESC) this.#begin('escape', at);
        else if (byte === SO || byte === SI) {
          this.#other = true;
          this.#listener.onControl({ kind: 'shift', byte });
        }
        return;
      case 'escape':
        return this.#escape(byte, at);
      case 'csi':
        return this.#csi(byte, at);
      case 'string':
        return this.#string(byte, at);
      case 'string-escape':
        if (byte === 0x5c) return this.#endString(at);
        this.#endString(at - 1);
        this.#closeString(at - 1, ESC);
        this.#begin('escape', at - 1);
        return this.#take(byte, at);
      case 'swallow':
        if (byte === ESC) this.#state = 'swallow-escape';
        else if (byte === CAN || byte === SUB || (byte === BEL && this.#introducer === ']'))
          this.#endSwallow(at);
        return;
      case 'swallow-escape':
        // Inside a string for tmux every ESC is doubled.
        if (byte === ESC && this.#introducer === 'P') this.#state = 'swallow';
        else this.#endSwallow(at);
        return;
    }
  }

  #begin(state: 'escape' | 'csi', at: number): void {
    this.#state = state;
    this.#start = at;
    this.#prefix = this.#parameters = this.#intermediates = '';
  }

  /** A control of 0x80–0x9f is the same as ESC and the byte 0x40 below, in any state. */
  #c1(byte: number, at: number): void {
    if (this.#state.startsWith('swallow')) {
      if (byte === 0x9c) this.#endSwallow(at);
      return;
    }
    if (this.#state === 'string' && byte === 0x9c) return this.#endString(at);
    if (this.#state === 'string') {
      this.#endString(at - 2);
      this.#closeString(at - 1, C1_LEAD);
    }
    const start = at > 0 ? at - 1 : -1;
    this.#begin('escape', start);
    this.#escape(byte - 0x40, at);
  }

  #escape(byte: number, at: number): void {
    const char = String.fromCharCode(byte);
    if (byte === ESC) return this.#begin('escape', at);
    if (byte === CAN || byte === SUB) this.#state = 'ground';
    else if (byte < 0x20 || byte >= DEL) this.#other = true;
    else if (byte < 0x30) this.#intermediates = (this.#intermediates + char).slice(0, 4);
    else if (this.#intermediates === '' && char === '[') this.#state = 'csi';
    else if (this.#intermediates === '' && STRINGS.includes(char)) {
      this.#state = 'string';
      this.#introducer = char;
      this.#text = '';
      this.#judged = false;
    } else {
      this.#state = 'ground';
      this.#settle(at, { kind: 'escape', intermediates: this.#intermediates, final: char });
    }
  }

  #csi(byte: number, at: number): void {
    if (byte === ESC) return this.#begin('escape', at);
    if (byte === CAN || byte === SUB) {
      this.#state = 'ground';
      return;
    }
    if (byte < 0x20 || byte >= DEL) {
      this.#other = true;
      return;
    }
    const char = String.fromCharCode(byte);
    if (byte >= 0x40) {
      this.#state = 'ground';
      const [prefix, parameters, intermediates] = [
        this.#prefix,
        this.#parameters,
        this.#intermediates,
      ];
      this.#settle(at, { kind: 'csi', prefix, parameters, intermediates, final: char });
    } else if (byte < 0x30) this.#intermediates = (this.#intermediates + char).slice(0, 4);
    else if (byte >= 0x3c && this.#parameters === '')
      this.#prefix = (this.#prefix + char).slice(0, 4);
    // Leading zeros could push what counts out of what is kept.
    else if (this.#parameters.length < PARAMETERS_KEPT && !this.#idleZero(char))
      this.#parameters += char;
  }

  #idleZero(char: string): boolean {
    return char >= '0' && char <= '9' && /(?:^|[;:])0$/.test(this.#parameters)
      ? ((this.#parameters = this.#parameters.slice(0, -1) + char), true)
      : false;
  }

  #string(byte: number, at: number): void {
    if (byte === ESC) this.#state = 'string-escape';
    else if (byte === CAN || byte === SUB) this.#state = 'ground';
    else if (byte === BEL && this.#introducer === ']') this.#endString(at);
    else if (byte >= 0x20) this.#keep(byte, at);
  }

  #keep(byte: number, at: number): void {
    if (this.#text.length < STRING_KEPT) this.#text += String.fromCharCode(byte);
    if (this.#judged) return;
    const withheld = this.#listener.withholds(this.#introducer, this.#text);
    if (withheld === null) return;
    this.#judged = true;
    if (!withheld) return;
    this.#state = 'swallow';
    this.#withhold(at, ABORT_STRING);
  }

  #endString(at: number): void {
    this.#state = 'ground';
    this.#settle(at, { kind: 'string', introducer: this.#introducer, text: this.#text });
  }

  /**
   * A string was ended by the control that begins at `at` with `first`, -1 when that byte has been shown. A terminal may take
   * it for more of the string (GNU screen hands a DCS on to the one around it), so it is ended in a way that all know.
   */
  #closeString(at: number, first: number): void {
    if (at > this.#done) this.#pieces.push(this.#chunk.subarray(this.#done, at));
    this.#pieces.push(ABORT_STRING);
    if (at < 0) this.#pieces.push(Buffer.of(first));
    this.#done = Math.max(0, at);
  }

  #endSwallow(at: number): void {
    this.#state = 'ground';
    this.#done = at + 1;
  }

  #settle(at: number, control: Control): void {
    if (!isPen(control)) this.#other = true;
    if (!this.#listener.onControl(control))
      this.#withhold(at, control.kind === 'string' ? ABORT_STRING : ABORT);
    else if (this.#cut) this.#finishPiece(at + 1);
    this.#cut = false;
  }

  /** Takes the sequence that ends at `at` out of what is shown. */
  #withhold(at: number, abort: Buffer): void {
    const shown = this.#start < 0;
    const from = shown ? at : this.#start;
    if (from > this.#done) this.#pieces.push(this.#chunk.subarray(this.#done, from));
    if (shown) this.#pieces.push(abort);
    this.#done = at + 1;
    // What is left of it, in later chunks, has nothing to abort.
    this.#start = 0;
  }
}

function isPen(control: Control): boolean {
  if (control.kind !== 'csi' || control.final !== 'm') return false;
  return control.prefix === '' && control.intermediates === '';
}
