import { challengeFor, meets, refuses, type Challenge } from './challenge.ts';
import { drawing, readFrame } from './frame.ts';
import type { Painter } from './frame-worker.ts';
import { KeyReader, type Key } from './key-reader.ts';
import { scrolled, type ScrollKey } from './list-window.ts';
import { Measurements } from './measure.ts';
import { promptContent, waitingText, type PromptContent } from './prompt-content.ts';
import {
  layOut,
  SMALLEST,
  type LaidOut,
  type PromptState,
  type Size,
  type WindowLine,
} from './prompt-layout.ts';
import { cut } from './wrap.ts';
import { attemptOf, BELL, listedOf, settleFor, type Pressed, type Prompter } from './subject.ts';

/** Thrown when a prompt cannot be drawn: the plain question takes its place. */
export class Undrawable extends Error {}

const SECOND = 1000;
/** Of what is typed: longer than any name that has to be. */
const LONGEST = 200;
const SCROLL_FIRST = 'Not everything has been on the screen: scroll to the end (End, PgDn) first.';
const TOO_LONG = 'Too long to be shown whole: it can only be denied.';
const MEASURING = 'guard is still measuring: wait for what it finds.';
const NOT_Y = 'Enter says yes here, y does not.';
const TOO_SOON =
  'That Enter came close upon other keys. If it was for this, press it again in a moment.';
const WRONG = 'That is not what has to be typed. Nothing was done.';
const NOTHING_TYPED = 'Type it first, or press Esc.';
const PASTED = 'Pasted text does not count: type it.';
const NOT_KEPT = 'This can only be allowed once.';
const CHANGED = 'What is asked or its screen changed: type it from the beginning.';

export interface DrawnPrompter extends Prompter {
  painter: Painter;
  colour: boolean;
}

/**
 * Draws a prompt on a screen of its own and waits for the answer. Keys count once what they answer has stood for a moment;
 * whenever the list, the size or a fact changes, that moment begins again. Rejects when the subject's signal aborts.
 */
export async function askDrawn(prompter: DrawnPrompter): Promise<Pressed> {
  const prompt = new DrawnPrompt(prompter);
  try {
    return await prompt.run();
  } finally {
    prompt.end();
  }
}

class DrawnPrompt {
  readonly #prompter: DrawnPrompter;
  readonly #keys: KeyReader;
  readonly #ended = new AbortController();
  readonly #measurements: Measurements;
  readonly #undo: (() => void)[] = [];
  /** Marks of the lines that have been on the screen. */
  readonly #seen = new Set<string>();
  readonly #ordinals = new Map<string, number>();
  /** Questions that keys could have answered so far. */
  readonly #asked = new Set<number>();
  #attempt: ReturnType<typeof attemptOf>;
  #content: PromptContent;
  #laid: LaidOut | null = null;
  #scroll = 0;
  #armed = false;
  #note = '';
  readonly #challenge: Challenge;
  #typed = '';
  #failure: Undrawable | null = null;
  #drawing: Promise<void> = Promise.resolve();

  constructor(prompter: DrawnPrompter) {
    this.#prompter = prompter;
    this.#keys = new KeyReader(prompter.screen);
    const changed = (): void => this.#attempt.changed();
    this.#measurements = new Measurements(this.#ended.signal, changed);
    this.#attempt = attemptOf(prompter.subject);
    this.#challenge = challengeFor(listedOf(prompter.subject)[0].verdict.resource);
    this.#content = this.#newContent();
    this.#undo.push(prompter.subject.onChange(changed));
    const offResize = prompter.screen.onResize?.(changed);
    if (offResize) this.#undo.push(offResize);
    const clock = setInterval(() => this.#tick(), SECOND);
    this.#undo.push(() => clearInterval(clock));
  }

  async run(): Promise<Pressed> {
    const { screen, subject } = this.#prompter;
    screen.write(BELL);
    for (;;) {
      this.#attempt.end();
      this.#attempt = attemptOf(subject);
      try {
        return await this.#once();
      } catch (error) {
        if (this.#failure) throw this.#failure;
        if (error instanceof Undrawable || subject.signal.aborted || !this.#attempt.signal.aborted)
          throw error;
      }
    }
  }

  end(): void {
    this.#ended.abort();
    this.#attempt.end();
    for (const undo of this.#undo) undo();
  }

  /** One list, one size: from drawing it to the key that answers it. */
  async #once(): Promise<Pressed> {
    const { signal } = this.#attempt;
    signal.throwIfAborted();
    this.#armed = false;
    // What was typed was for the screen as it was.
    this.#note = this.#typed === '' ? '' : CHANGED;
    this.#typed = '';
    this.#content = this.#newContent();
    const { tier, measuring } = this.#content;
    const listed = listedOf(this.#prompter.subject).map(({ id }) => id);
    await this.#draw();
    const joined = this.#asked.size > 0 && listed.some((id) => !this.#asked.has(id));
    if (!(await this.#keys.drain(signal, settleFor(tier, joined))))
      return { key: 'hang-up', listed };
    for (const id of listed) this.#asked.add(id);
    this.#armed = true;
    await this.#draw();
    for (;;) {
      signal.throwIfAborted();
      const typing = tier === 'type' && !measuring && this.#laid !== null;
      const key = typing
        ? await this.#edited(signal)
        : await this.#keys.next(signal, tier === 'confirm' ? 'letters' : 'enter');
      signal.throwIfAborted();
      if (key === 'no' || key === 'hang-up' || (key === 'deny-all' && tier !== 'type'))
        return { key, listed };
      if (key === 'yes' || key === 'keep') {
        this.#note = tier === 'type' && !typing ? MEASURING : this.#whyNotYet(key);
        if (this.#note === '') return { key, listed };
      } else this.#heed(key);
      // Whoever types is not waited for by what is drawn: when a key came tells what it means.
      if (key === null) this.#tick();
      else await this.#draw();
    }
  }

  /** What is typed into the line, up to a yes or a no; null where it only changed the line. */
  async #edited(signal: AbortSignal): Promise<Key | null> {
    const edit = await this.#keys.edit(signal);
    if (edit.kind === 'no' || edit.kind === 'hang-up') return edit.kind;
    if (edit.kind === 'scroll') return edit.key;
    this.#note = '';
    if (edit.kind === 'character') this.#typed = (this.#typed + edit.character).slice(0, LONGEST);
    else if (edit.kind === 'back') this.#typed = this.#typed.slice(0, -1);
    else if (edit.kind === 'clear') this.#typed = '';
    else if (edit.kind === 'pasted') this.#note = PASTED;
    else if (refuses(this.#typed)) return 'no';
    else if (meets(this.#challenge, this.#typed)) return 'yes';
    else {
      this.#note = this.#typed === '' ? NOTHING_TYPED : WRONG;
      this.#typed = '';
    }
    return null;
  }

  #newContent(): PromptContent {
    const { subject, sign } = this.#prompter;
    const questions = listedOf(subject);
    this.#measurements.begin(questions);
    return promptContent(questions, this.#measurements.done, sign, this.#ordinals);
  }

  #whyNotYet(key: 'yes' | 'keep'): string {
    const { whole, tier, measuring, keeps } = this.#content;
    if (!whole) return TOO_LONG;
    if (tier !== 'confirm' && measuring) return MEASURING;
    if (key === 'keep' && !keeps) return NOT_KEPT;
    return this.#readToEnd() ? '' : SCROLL_FIRST;
  }

  #readToEnd(): boolean {
    return this.#laid !== null && this.#laid.list.every((line) => this.#wasSeen(line));
  }

  #wasSeen(line: WindowLine): boolean {
    return line.kind !== 'command' || this.#seen.has(line.mark);
  }

  #heed(key: ScrollKey | 'not-y' | 'too-soon' | 'deny-all' | null): void {
    if (key === null) return;
    this.#note = key === 'not-y' ? NOT_Y : key === 'too-soon' ? TOO_SOON : '';
    if (key === 'not-y' || key === 'too-soon' || key === 'deny-all') return;
    if (this.#laid)
      this.#scroll = scrolled(this.#laid.list.length, this.#laid.height, this.#scroll, key);
  }

  #tick(): void {
    this.#draw().catch((error: unknown) => {
      this.#failure = error instanceof Undrawable ? error : new Undrawable(String(error));
      this.#attempt.changed();
    });
  }

  /** One after the other: an older frame never covers a newer one. */
  #draw(): Promise<void> {
    const drawn = this.#drawing.then(() => this.#drawNow());
    this.#drawing = drawn.catch(() => undefined);
    return drawn;
  }

  async #drawNow(): Promise<void> {
    const { screen, subject, painter, colour } = this.#prompter;
    if (this.#ended.signal.aborted || subject.signal.aborted) return;
    const size = { columns: screen.columns, rows: screen.rows };
    if (size.columns < SMALLEST.columns || size.rows < SMALLEST.rows) return this.#tooSmall(size);
    const { tier, measuring } = this.#content;
    const before: PromptState = {
      scroll: this.#scroll,
      armed: this.#armed,
      readToEnd: this.#readToEnd(),
      secondsLeft: subject.secondsLeft(),
      waiting: waitingText(subject.waiting()),
      note: this.#note,
      ...(tier === 'type' && !measuring
        ? { entry: { challenge: this.#challenge, typed: this.#typed } }
        : {}),
    };
    let laid = layOut(this.#content, before, size, colour);
    if (laid.cramped) return this.#tooSmall(size);
    const { list, layout } = laid;
    const readToEnd =
      this.#content.whole &&
      list.every((line) => this.#wasSeen(line) || layout.window.includes(line));
    if (readToEnd !== before.readToEnd)
      laid = layOut(this.#content, { ...before, readToEnd }, size, colour);
    const frame = await painter.paint(laid.layout).catch((error: Error) => {
      throw new Undrawable(error.message);
    });
    const lines = readFrame(frame, laid.layout);
    if (!lines) throw new Undrawable('its frame is not as it must be');
    // Of another size by now: that is another attempt's to draw.
    if (screen.columns !== size.columns || screen.rows !== size.rows) return;
    if (this.#ended.signal.aborted) return;
    screen.write(drawing(lines, laid.layout));
    for (const line of laid.layout.window) if (line.kind === 'command') this.#seen.add(line.mark);
    this.#laid = laid;
  }

  /** Nothing can be read here, so a yes is refused; a no is not. */
  #tooSmall({ columns }: Size): void {
    this.#laid = null;
    this.#prompter.screen.write(`\x1b[H\x1b[2J${cut('guard asks: enlarge this', columns - 1)}`);
  }
}
