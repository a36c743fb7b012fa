import headless from '@xterm/headless';
import { CellText } from './cell-text.ts';
import type { Attributes, Cell, Core, Line } from './xterm-internals.ts';
import { useCurrentWidths } from './widths.ts';

/** A place on the screen, from 0. `wraps`: the last column is written and the next character goes to the next line. */
export interface Place {
  x: number;
  y: number;
  wraps: boolean;
}

/** The user's terminal as it must look now, computed from all that was sent to it. */
export interface ScreenModel {
  write(data: Uint8Array): Promise<void>;
  resize(columns: number, rows: number): void;
  readonly cursor: Place;
  readonly savedCursor: Place;
  readonly margins: { top: number; bottom: number };
  readonly rows: number;
  /** Draws every row of the screen, on a blank one. */
  drawScreen(): string;
  /** Draws the row of the cursor, on a blank one. */
  drawCursorRow(): string;
  /** Places the cursor in its column and sets attributes; `row` is what its row is called there, null to stay in it. */
  placeCursor(row: number | null): string;
  /** The attributes of what would be written now, and of what was saved with the cursor. */
  pen(): string;
  savedPen(): string;
}

/** Not loaded with guard: a bundle of its own, read when a prompt comes. */
export function createScreenModel(columns: number, rows: number): ScreenModel {
  const terminal = new headless.Terminal({
    cols: columns,
    rows,
    scrollback: 0,
    allowProposedApi: true,
    logLevel: 'off',
  });
  // Why: the public interface has neither the attributes in force nor the margins nor the saved cursor.
  const core = (terminal as unknown as { _core: Core })._core;
  useCurrentWidths(core);
  boundRepetitions(terminal, core);
  const buffer = () => core._bufferService.buffer;
  const line = (y: number) => terminal.buffer.active.getLine(y) as unknown as Line | undefined;
  const link = (id: number): string => {
    const data = id ? core._oscLinkService.getLinkData(id) : undefined;
    return data ? `${data.id ? `id=${data.id}` : ''};${data.uri}` : '';
  };
  const penText = (attributes: Attributes): string => {
    const text = new CellText(link);
    text.pen(attributes);
    return text.text;
  };

  return {
    write: (data) => new Promise((resolve) => terminal.write(data, resolve)),
    resize: (cols, newRows) => terminal.resize(cols, newRows),
    get rows() {
      return terminal.rows;
    },
    get cursor() {
      const { x, y } = buffer();
      return { x: Math.min(x, terminal.cols - 1), y, wraps: x >= terminal.cols };
    },
    get savedCursor() {
      const { savedX, savedY } = buffer();
      return { x: Math.min(savedX, terminal.cols - 1), y: savedY, wraps: false };
    },
    get margins() {
      const { scrollTop: top, scrollBottom: bottom } = buffer();
      return { top, bottom };
    },
    drawScreen() {
      const text = new CellText(link);
      for (let y = 0; y < terminal.rows; y += 1) {
        const row = line(y);
        text.write(`\x1b[${y + 1};1H`);
        if (row) text.row(row, terminal.cols);
      }
      return text.text;
    },
    drawCursorRow() {
      const text = new CellText(link);
      const row = line(buffer().y);
      if (row) text.row(row, terminal.cols);
      return text.text;
    },
    placeCursor(row) {
      const { x, wraps } = this.cursor;
      const column = (at: number): string =>
        row === null ? `\x1b[${at + 1}G` : `\x1b[${row};${at + 1}H`;
      const last = wraps ? lastCell(line(buffer().y), x) : null;
      if (!last) return column(x) + this.pen();
      // Written once more, it leaves the cursor past the last column, where no sequence can place it.
      const text = new CellText(link);
      text.cell(last.cell);
      return column(last.x) + text.text + this.pen();
    },
    pen: () => penText(core._inputHandler._curAttrData),
    savedPen: () => penText(buffer().savedCurAttrData),
  };
}

/** What is done as often as their number says, once after the other: REP, SU, SD, IL, DL, CHT and CBT. */
const REPEATED = ['b', 'S', 'T', 'L', 'M', 'I', 'Z'];

/** Beyond a whole screen nothing changes, and two billion times would keep guard busy for minutes. */
function boundRepetitions(
  terminal: { cols: number; rows: number },
  { _inputHandler: handler }: Core,
): void {
  for (const final of REPEATED)
    handler.registerCsiHandler({ final }, ({ params }) => {
      const most = Math.max(terminal.cols, terminal.rows) * (final === 'b' ? terminal.rows : 1);
      params[0] = Math.min(params[0] ?? 0, most);
      return false;
    });
}

function lastCell(line: Line | undefined, x: number): { cell: Cell; x: number } | null {
  for (const at of [x, x - 1]) {
    const cell = line?.getCell(at);
    if (cell && cell.getWidth() > 0) return cell.getChars() ? { cell, x: at } : null;
  }
  return null;
}
