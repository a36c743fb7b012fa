import { spawn } from '@lydell/node-pty';
import { expect, onTestFinished } from 'vitest';
import { GUARD, type Place } from '../harness/guard.ts';
import { referenceTerminal } from './reference.ts';

/** What stands on the screen once a key would answer. */
export const ASK = ' allow ';

interface Window {
  columns?: number;
  rows?: number;
  term?: string;
  /** Left away: a bare terminal, to compare with. */
  guarded?: boolean;
}

/** A person before a terminal that answers and shows what a real one would. `script` runs inside a session of guard's. */
export function atTerminal(place: Place, script: string, window: Window = {}) {
  const { columns = 80, rows = 24, term = 'xterm-256color', guarded = true } = window;
  const user = referenceTerminal(columns, rows, 500);
  const command = guarded ? '"$1" "$2" run -q -- sh -c "$3"' : 'sh -c "$3"';
  const process_ = spawn(
    'sh',
    ['-c', `${command}; echo "code $?"`, 'sh', process.execPath, GUARD, script],
    {
      cols: columns,
      rows,
      cwd: place.repository,
      env: { ...place.env, TERM: term },
    },
  );
  onTestFinished(() => {
    try {
      process_.kill('SIGKILL');
    } catch {
      // Ended by itself.
    }
  });
  let written = Promise.resolve();
  let all = '';
  process_.onData((data) => {
    all += data;
    written = user.write(data);
  });
  user.terminal.onData((reply) => process_.write(reply));
  const exited = new Promise<void>((resolve) => process_.onExit(() => resolve()));
  return {
    user,
    all: () => all,
    exited,
    type: (keys: string) => process_.write(keys),
    resize(cols: number, newRows: number) {
      user.terminal.resize(cols, newRows);
      process_.resize(cols, newRows);
    },
    text: () => user.screen().join('\n'),
    shows: (text: string | RegExp) =>
      expect
        .poll(
          async () => {
            await written;
            return user.screen().join('\n');
          },
          { timeout: 20_000, interval: 20 },
        )
        .toMatch(
          text instanceof RegExp
            ? text
            : new RegExp(text.replaceAll(/[[\]/\\^$.*+?()|{}]/g, '\\$&')),
        ),
    says: (text: string) =>
      expect.poll(() => all, { timeout: 20_000, interval: 20 }).toContain(text),
  };
}
