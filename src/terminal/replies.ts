/**
 * Answers of the terminal to questions of the agent's, among what is typed: device attributes, reports of modes, settings,
 * colours, size and cursor (xterm, "Control Sequences"). Nothing that a key sends looks like one.
 */
const REPLY =
  /^\x1b(?:\[[?>=][\d;:]*c|\[\??[\d;]*\$y|\[\?\d+u|\[[03]n|\[\?[\d;]+n|\[\??\d+;\d+(?:;\d+)?R|\[\d+;\d+;\d+t|\][\d;]+(?:rgba?|#)[^\x1b\x07]*(?:\x07|\x1b\\)|P[^\x1b]*\x1b\\)/;
/** F3 with a modifier is sent as a cursor report from the first row would be. */
const F3 = /^\x1b\[1;\d{1,2}R$/;
const CURSOR = /^\x1b\[(\d+);(\d+)R$/;
/** The last escape could begin the end of a string (ST). */
const UNFINISHED = /^\x1b(?:[\]P][^\x07\x1b]*\x1b?|[^\x1b]*)$/;
const LIMIT = 4096;
const PASTE_START = '\x1b[200~';
const PASTE_END = '\x1b[201~';

/** Takes the replies out of what comes from the keyboard; keys are left to whoever reads them. */
export class Replies {
  #tail = '';
  #pasting = false;

  /** The whole replies that this chunk ends. */
  see(chunk: Buffer): string[] {
    let text = this.#tail + chunk.toString('latin1');
    this.#tail = '';
    const found: string[] = [];
    for (let at = text.indexOf('\x1b'); at >= 0; at = text.indexOf('\x1b')) {
      text = text.slice(at);
      if (this.#pasting || text.startsWith(PASTE_START)) {
        const end = text.indexOf(PASTE_END);
        this.#pasting = end < 0;
        if (end < 0) return this.#keep(text.slice(-PASTE_END.length), found);
        text = text.slice(end + PASTE_END.length);
        continue;
      }
      const reply = REPLY.exec(text)?.[0];
      if (reply) {
        if (!F3.test(reply)) found.push(reply);
        text = text.slice(reply.length);
      } else if (UNFINISHED.test(text) && text.length < LIMIT) return this.#keep(text, found);
      else text = text.slice(1);
    }
    return found;
  }

  #keep(tail: string, found: string[]): string[] {
    this.#tail = tail;
    return found;
  }
}

/** Row and column of a cursor report, from 1. */
export function cursorReport(reply: string): { row: number; column: number } | null {
  const [, row, column] = CURSOR.exec(reply) ?? [];
  return row && column ? { row: Number(row), column: Number(column) } : null;
}
