import { writeSync } from 'node:fs';
import { isatty } from 'node:tty';

/**
 * A line of guard's own on stderr. Not through `process.stderr`: opening that makes a pipe non-blocking, and the agent
 * shares it (its writes would fail with EAGAIN). A reader that is gone or behind loses the line, never the session.
 */
export function say(line: string): void {
  try {
    // The terminal may be in raw mode, where a line feed alone does not return to the first column.
    writeSync(2, isatty(2) ? `${line}\r\n` : `${line}\n`);
  } catch {
    // EAGAIN, EPIPE: nothing that could be told to anybody.
  }
}
