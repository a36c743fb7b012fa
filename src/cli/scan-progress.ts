import { writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { say } from './say.ts';

/** Milliseconds: sooner nobody wonders. */
const SHOWN_AFTER = 1000;
/** Where no line can be rewritten one has to do. */
const TOLD_AFTER = 10_000;
const REWRITTEN_EVERY = 100;
/** Erases from the cursor to the end of the line (ECMA-48, EL). */
const ERASE = '\x1b[K';

/** How far guard is with looking for secrets in files: a line on the terminal that is rewritten, and gone afterwards. */
export class ScanProgress {
  readonly #start = performance.now();
  readonly #terminal = isatty(2);
  #shown = -Infinity;
  #visible = false;

  readonly hear = (done: number, total: number): void => {
    const now = performance.now();
    if (done >= total) return this.clear();
    const line = `guard: looked for secrets in ${grouped(done)} of ${grouped(total)} files`;
    if (!this.#terminal) {
      if (this.#shown < 0 && now - this.#start > TOLD_AFTER) {
        this.#shown = now;
        say(line);
      }
      return;
    }
    if (now - this.#start < SHOWN_AFTER || now - this.#shown < REWRITTEN_EVERY) return;
    this.#shown = now;
    this.#visible = true;
    write(`\r${line}${ERASE}`);
  };

  clear(): void {
    if (this.#visible) write(`\r${ERASE}`);
    this.#visible = false;
  }
}

function grouped(number: number): string {
  return number.toLocaleString('en');
}

function write(text: string): void {
  try {
    writeSync(2, text);
  } catch {
    // As in `say`: a reader that is behind loses it.
  }
}
