import type { AgentScreen } from './agent-screen.ts';
import type { KeptLines } from './kept-lines.ts';
import { CLEAR_OWN_SCREEN, enterOwnScreen, LEAVE_OWN_SCREEN } from './own-screen.ts';
import { cursorReport, Replies } from './replies.ts';
import type { ScreenModel } from './screen-model.ts';
import { insertedAbove, kept, leftLine, redrawn, resaved } from './way-back.ts';

export interface HeldTerminal {
  screen: AgentScreen;
  kept: KeptLines;
  /** The terminal has no alternate screen. */
  single: boolean;
  raw: () => boolean;
  show: (text: string | Buffer) => void;
  /** The agent may go on; `replies` of the terminal are for it. */
  ended: (replies: Buffer) => void;
}

/** How long the terminal has to say where its cursor is. Milliseconds. */
const CURSOR_WAIT = 300;
const WHERE = '\x1b[0m\x1b(B\x0f\x1b[6n';
/** Replies kept for the agent. Bytes. */
const REPLIES = 64 * 1024;

/** Guard has the terminal: its own screen is shown, keys are its own, and the agent's output waits. */
export class PromptHold {
  readonly #terminal: HeldTerminal;
  readonly #onKeys: (data: Buffer) => void;
  readonly #replies = new Replies();
  #forAgent = '';
  #shown = false;
  /** What the agent had begun to send when its output was held. */
  #begun: Buffer = Buffer.alloc(0);
  #released = false;
  #onCursor: ((row: number) => void) | null = null;

  constructor(terminal: HeldTerminal, onKeys: (data: Buffer) => void) {
    this.#terminal = terminal;
    this.#onKeys = onKeys;
  }

  get released(): boolean {
    return this.#released;
  }

  /** Shows guard's own screen, once it is known how to go back. */
  async enter(): Promise<void> {
    await this.#terminal.screen.sync();
    if (this.#released) return;
    this.#begun = this.#terminal.screen.interrupt();
    this.draw();
  }

  /** Guard's own screen, blank. */
  draw(): void {
    const { modes } = this.#terminal.screen;
    this.#shown = true;
    this.#terminal.show(
      enterOwnScreen({
        alternate: modes.alternate,
        single: this.#terminal.single,
        colours: modes.colours.touched,
      }),
    );
  }

  /** Something came from the keyboard, or from the terminal itself. */
  key(data: Buffer): void {
    for (const reply of this.#replies.see(data)) {
      const cursor = this.#onCursor && cursorReport(reply);
      if (cursor) this.#onCursor?.(cursor.row);
      else if (this.#forAgent.length + reply.length <= REPLIES) this.#forAgent += reply;
    }
    this.#onKeys(data);
  }

  /** Takes guard's screen away, with nothing of the agent's restored: the session ends or stops. */
  leaving(): string {
    if (!this.#shown) return '';
    const { screen, single } = this.#terminal;
    return CLEAR_OWN_SCREEN + (screen.modes.alternate || single ? '' : LEAVE_OWN_SCREEN);
  }

  /** Gives everything back, without having shown anything. */
  forget(): void {
    if (this.#released) return;
    this.#released = true;
    this.#terminal.ended(Buffer.alloc(0));
  }

  /** Puts the agent's screen back; `line` says there what was decided, now or when there is a place for it. */
  async release(line: string | null): Promise<void> {
    if (this.#released) return;
    this.#released = true;
    try {
      // A window of another size meanwhile is in there, too.
      const model = await this.#terminal.screen.sync();
      if (this.#shown) {
        await this.#restore(model, line);
        this.#terminal.show(this.#begun);
      }
    } finally {
      this.#shown = false;
      this.#terminal.ended(Buffer.from(this.#forAgent, 'latin1'));
    }
  }

  async #restore(model: ScreenModel, line: string | null): Promise<void> {
    const { screen, single, kept: lines, show } = this.#terminal;
    const { modes } = screen;
    if (line !== null) lines.add(line);
    const apart = modes.alternate || single;
    if (apart) show(CLEAR_OWN_SCREEN + redrawn(model, modes));
    if (modes.alternate) return;
    if (this.#terminal.raw()) {
      if (apart) return;
      const movable = lines.any && !modes.hasMargins && !modes.is(6);
      if (movable) await this.#insert(model);
      else show(kept(model, modes, null));
      return;
    }
    const said = lines.any ? lines.take().join('\r\n') : null;
    if (said !== null) {
      const text = leftLine(model, said) + model.pen() + modes.redoWriting();
      if (apart) show(text);
      else show(kept(model, modes, said));
      screen.add({ data: Buffer.from(text), plain: false, whole: false });
    } else if (!apart) show(kept(model, modes, null));
  }

  /** The main screen of a program that draws relative to its cursor: the line goes above it, into the scrollback. */
  async #insert(model: ScreenModel): Promise<void> {
    const { screen, kept: lines, show } = this.#terminal;
    const row = await this.#cursorRow(CLEAR_OWN_SCREEN + LEAVE_OWN_SCREEN + WHERE);
    this.#shown = false;
    const { modes } = screen;
    const above =
      row > 1
        ? lines
            .take()
            .map((line) => insertedAbove(model, row, line))
            .join('')
        : '';
    const back = model.cursor.wraps ? model.placeCursor(null) : model.pen();
    show(above + modes.redo() + resaved(model, modes) + back + modes.redoWriting());
  }

  /** 0 when the terminal does not say. */
  #cursorRow(question: string): Promise<number> {
    return new Promise((resolve) => {
      const done = (row: number): void => {
        clearTimeout(timer);
        this.#onCursor = null;
        resolve(row);
      };
      const timer = setTimeout(() => done(0), CURSOR_WAIT);
      this.#onCursor = done;
      this.#terminal.show(question);
    });
  }
}
