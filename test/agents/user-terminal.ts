import { spawn, type IPty } from '@lydell/node-pty';
import xterm from '@xterm/headless';
import { expect } from 'vitest';
import type { Place } from '../harness/guard.ts';

/** A user's terminal: a real pseudo-terminal with a terminal emulator at its end, which answers what programs ask of it. */
export interface UserTerminal {
  type: (keys: string) => void;
  /** The screen as text, one line a row. */
  screen: () => string;
  /** All there is of it: every cell with its attributes, the cursor, which buffer is shown, and the modes. */
  state: () => unknown;
  scrollback: () => string;
  shows: (text: string | RegExp) => Promise<void>;
  /** Waits until nothing has been drawn for a while: an agent at rest. */
  rests: () => Promise<void>;
  resize: (columns: number, rows: number) => void;
  exited: Promise<number>;
}

export function openTerminal(
  [file, ...args]: readonly [string, ...string[]],
  place: Pick<Place, 'repository' | 'atEnd'>,
  { columns, rows, env }: { columns: number; rows: number; env: Record<string, string> },
): UserTerminal {
  const pty: IPty = spawn(file, args, {
    cols: columns,
    rows,
    cwd: place.repository,
    env: { ...env, TERM: 'xterm-256color' },
  });
  const emulator = new xterm.Terminal({
    cols: columns,
    rows,
    scrollback: 5000,
    allowProposedApi: true,
  });
  let drawn = 0;
  pty.onData((data) => emulator.write(data, () => drawn++));
  emulator.onData((reply) => pty.write(reply));
  const exited = new Promise<number>((resolve) => pty.onExit(({ exitCode }) => resolve(exitCode)));
  place.atEnd(() => {
    try {
      pty.kill('SIGKILL');
    } catch {
      // Ended by itself.
    }
    emulator.dispose();
  });
  const lines = (from: number, to: number): string =>
    Array.from({ length: to - from }, (_, index) =>
      emulator.buffer.active.getLine(from + index)?.translateToString(true),
    ).join('\n');
  const screen = (): string => {
    const { baseY } = emulator.buffer.active;
    return lines(baseY, baseY + emulator.rows);
  };
  return {
    type: (keys) => pty.write(keys),
    screen,
    state: () => ({
      cells: cells(emulator),
      cursor: [emulator.buffer.active.cursorX, emulator.buffer.active.cursorY],
      buffer: emulator.buffer.active.type,
      modes: { ...emulator.modes },
    }),
    scrollback: () => {
      const { normal } = emulator.buffer;
      return Array.from({ length: normal.length }, (_, index) =>
        normal.getLine(index)?.translateToString(true),
      ).join('\n');
    },
    shows: async (text) => {
      const poll = expect.poll(screen, { timeout: 60_000, interval: 50 });
      await (typeof text === 'string' ? poll.toContain(text) : poll.toMatch(text));
    },
    rests: async () => {
      for (let before = -1; before !== drawn;) {
        before = drawn;
        await new Promise((resolve) => setTimeout(resolve, 1500));
      }
    },
    resize: (columns, rows) => {
      emulator.resize(columns, rows);
      pty.resize(columns, rows);
    },
    exited,
  };
}

function cells(emulator: xterm.Terminal): unknown[] {
  const { active } = emulator.buffer;
  return Array.from({ length: emulator.rows }, (_, row) => {
    const line = active.getLine(active.baseY + row);
    return Array.from({ length: emulator.cols }, (_, column) => {
      const cell = line?.getCell(column);
      return cell
        ? [
            cell.getChars() || ' ',
            cell.getFgColorMode(),
            cell.getFgColor(),
            cell.getBgColorMode(),
            cell.getBgColor(),
            cell.isBold(),
            cell.isDim(),
            cell.isItalic(),
            cell.isUnderline(),
            cell.isInverse(),
          ].join(',')
        : '';
    });
  });
}
