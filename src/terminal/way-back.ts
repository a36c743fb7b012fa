import { ASCII_CHARSETS, redoCharsets } from './charsets.ts';
import { CLEAR_OWN_SCREEN, LEAVE_OWN_SCREEN } from './own-screen.ts';
import type { ScreenModel } from './screen-model.ts';
import type { ScreenModes } from './screen-modes.ts';

/** DECSC, and back to the ASCII that the rest is written in. */
const SAVE_CURSOR = '\x1b7';
const ASCII = '\x1b(B\x1b)B\x1b*B\x1b+B\x0f';
const PLAIN = '\x1b[0m';

/** From a blank screen to the program's, where the terminal has not kept it: drawn from the model. */
export function redrawn(model: ScreenModel, modes: ScreenModes): string {
  return model.drawScreen() + PLAIN + modes.redo() + placed(model, modes) + modes.redoWriting();
}

/** Saved cursor, margins and cursor, all by their place on the screen. */
function placed(model: ScreenModel, modes: ScreenModes): string {
  const { top, bottom } = model.margins;
  const { cursor, savedCursor: at } = model;
  return (
    `\x1b[${at.y + 1};${at.x + 1}H${save(model, modes)}` +
    modes.redoMargins(top, bottom, model.rows) +
    model.placeCursor(cursor.y + 1 - (modes.is(6) ? top : 0))
  );
}

function save(model: ScreenModel, modes: ScreenModes): string {
  const { charsets } = modes.saved ?? { charsets: ASCII_CHARSETS };
  return `${model.savedPen()}${redoCharsets(charsets)}${SAVE_CURSOR}${ASCII}`;
}

/** To the program's screen after a shell has had the terminal. */
export function comingBack(model: ScreenModel, modes: ScreenModes): string {
  const keys = modes.keyboard.redo(false);
  if (modes.alternate)
    return `${keys}\x1b[?1049h${modes.keyboard.redo(true)}${PLAIN}\x1b[H\x1b[2J${redrawn(model, modes)}`;
  const { top, bottom } = model.margins;
  const margins = modes.redoMargins(top, bottom, model.rows);
  return (
    keys +
    modes.redo() +
    // Setting margins moves the cursor, which stands below what the shell has said.
    (margins && `${SAVE_CURSOR}${margins}\x1b8${modes.is(6) ? '\x1b[?6h' : ''}`) +
    model.pen() +
    modes.redoWriting()
  );
}

/** Back to the main screen that the terminal has kept, cursor included; `line` is left where the cursor was. */
export function kept(model: ScreenModel, modes: ScreenModes, line: string | null): string {
  // Setting margins moves the cursor, and a program that has set them knows the rows of the screen.
  const byPlace = modes.hasMargins || modes.is(6);
  const back = byPlace ? `\x1b[r\x1b[?69l\x1b[?6l${placed(model, modes)}` : resaved(model, modes);
  return (
    CLEAR_OWN_SCREEN +
    modes.redo() +
    LEAVE_OWN_SCREEN +
    back +
    (line === null ? asLeft(model) : leftLine(model, line) + model.pen()) +
    modes.redoWriting()
  );
}

/** A line of guard's on a line of its own, below what stands at the cursor. */
export function leftLine(model: ScreenModel, line: string): string {
  return `${PLAIN}${ASCII}${model.cursor.x > 0 ? '\r\n' : ''}${line}${PLAIN}\r\n`;
}

/** Where the terminal has put the cursor back itself, past the last column is the one place it can have lost. */
export function asLeft(model: ScreenModel): string {
  return model.cursor.wraps ? ASCII + model.placeCursor(null) : model.pen();
}

/** Entering the alternate screen saves the cursor (1049): what the program had saved goes there again. */
export function resaved(model: ScreenModel, modes: ScreenModes): string {
  const { cursor, savedCursor: saved } = model;
  return (
    `${ASCII}${down(saved.y - cursor.y)}\x1b[${saved.x + 1}G${save(model, modes)}` +
    `${down(cursor.y - saved.y)}\x1b[${cursor.x + 1}G`
  );
}

/**
 * Puts a line into the scrollback above a program that redraws itself relative to its cursor, which stands in `row` (from
 * 1, not the first): what scrolls out of a region that begins in the first row is kept by terminals. The cursor's row makes
 * room for it meanwhile and is drawn again.
 */
export function insertedAbove(model: ScreenModel, row: number, line: string): string {
  return (
    `${PLAIN}${ASCII}\x1b[4l\x1b[?7h\x1b[1;${row}r\x1b[H\x1b[L${line}${PLAIN}\x1b[${row};1H\n\x1b[r` +
    `\x1b[${row};1H${model.drawCursorRow()}${model.placeCursor(row)}`
  );
}

function down(rows: number): string {
  if (rows === 0) return '';
  return rows > 0 ? `\x1b[${rows}B` : `\x1b[${-rows}A`;
}
