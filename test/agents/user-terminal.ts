import { spawn, type IPty } from '@lydell/node-pty';
import { expect } from 'vitest';
import type { Place } from '../harness/guard.ts';
import { referenceTerminal } from '../terminal/reference.ts';

/** A user's terminal: a real pseudo-terminal with an emulator at its end, which answers what programs ask of it. */
export interface UserTerminal {
  type: (keys: string) => void;
  /** The screen as text, one line a row. */
  screen: () => string;
  /** All there is of it: every cell with its attributes, the cursor, which buffer is shown, and the modes. */
  state: () => unknown;
  /** What has left the screen at its top, and the screen. */
  scrollback: () => string;
  shows: (text: string | RegExp) => Promise<void>;
  /** Waits until nothing has been drawn for a while: an agent at rest. */
  rests: () => Promise<void>;
  resize: (columns: number, rows: number) => void;
  exited: Promise<void>;
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
  const user = referenceTerminal(columns, rows, 5000);
  let drawn = 0;
  pty.onData((data) => void user.write(data).then(() => drawn++));
  user.terminal.onData((reply) => pty.write(reply));
  const exited = new Promise<void>((resolve) => pty.onExit(() => resolve()));
  place.atEnd(() => {
    try {
      pty.kill('SIGKILL');
    } catch {
      // Ended by itself.
    }
    user.terminal.dispose();
  });
  const screen = (): string => user.screen().join('\n');
  return {
    type: (keys) => pty.write(keys),
    screen,
    state: user.state,
    scrollback: () => [...user.scrollback(), screen()].join('\n'),
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
    resize: (to, newRows) => {
      user.terminal.resize(to, newRows);
      pty.resize(to, newRows);
    },
    exited,
  };
}
