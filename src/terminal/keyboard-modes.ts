/** Flags a program can push: terminals keep a few and forget the oldest (kitty, "Comprehensive keyboard handling"). */
const STACK_LIMIT = 32;

/** Ways of reporting keys that a program has asked for: kitty's flags, a stack for each screen, and modifyOtherKeys. */
export class KeyboardModes {
  /** Per screen (main, alternate): what is in force without a push, then what was pushed. */
  #stacks: [number[], number[]] = [[0], [0]];
  #otherKeys = 0;
  #touched = false;

  reset(): void {
    this.#stacks = [[0], [0]];
    this.#otherKeys = 0;
  }

  /** `CSI prefix parameters u` and `CSI > 4 ; n m`. */
  see(prefix: string, parameters: string, final: string, alternate: boolean): void {
    const [first, second] = parameters.split(';').map(Number);
    if (final === 'm') {
      if (prefix === '>' && first === 4) this.#setOtherKeys(second ?? 0);
      else if (prefix === '>' && parameters === '') this.#setOtherKeys(0);
    } else if (prefix === '>') this.#push(first || 0, alternate);
    else if (prefix === '<') this.#pop(first || 1, alternate);
    else if (prefix === '=') this.#change(first || 0, second || 1, alternate);
  }

  /** Takes back what is in force on the one screen; what the other has pushed stays with it. */
  undo(alternate: boolean): string {
    if (!this.#touched) return '';
    const kitty = this.#stack(alternate);
    const flags = kitty.length > 1 || kitty[0] ? `\x1b[<${STACK_LIMIT}u\x1b[=0;1u` : '';
    return flags + (this.#otherKeys ? '\x1b[>4;0m' : '');
  }

  /** Whether anything was ever asked for: taking it back once more does no harm. */
  get touched(): boolean {
    return this.#touched;
  }

  /** Puts `undo` right again. */
  redo(alternate: boolean): string {
    const [base = 0, ...pushed] = this.#stack(alternate);
    return (
      (base ? `\x1b[=${base};1u` : '') +
      pushed.map((flags) => `\x1b[>${flags}u`).join('') +
      this.otherKeys()
    );
  }

  otherKeys(): string {
    return this.#otherKeys ? `\x1b[>4;${this.#otherKeys}m` : '';
  }

  #stack(alternate: boolean): number[] {
    return this.#stacks[alternate ? 1 : 0];
  }

  #setOtherKeys(level: number): void {
    this.#touched = true;
    this.#otherKeys = level === 1 || level === 2 ? level : 0;
  }

  #push(flags: number, alternate: boolean): void {
    this.#touched = true;
    const stack = this.#stack(alternate);
    stack.push(flags & 31);
    if (stack.length > STACK_LIMIT) stack.splice(1, 1);
  }

  #pop(count: number, alternate: boolean): void {
    const stack = this.#stack(alternate);
    if (count >= stack.length) stack[0] = 0;
    stack.splice(Math.max(1, stack.length - count));
  }

  #change(flags: number, how: number, alternate: boolean): void {
    this.#touched = true;
    const stack = this.#stack(alternate);
    const now = stack.at(-1) ?? 0;
    const next = how === 2 ? now | flags : how === 3 ? now & ~flags : flags;
    stack[stack.length - 1] = next & 31;
  }
}
