import type { PromptScreen, TerminalChannel } from '../approval/types.ts';
import type { TerminalRelay } from '../sandbox/terminal-relay.ts';

/**
 * A screen of its own, and what an agent could have left behind to hide part of a question taken back: a sequence cut
 * short (CAN), then, on the new screen because it moves the cursor, margins, origin and insert mode, no wrapping, another
 * character set, another palette (xterm, "Control Sequences").
 */
const OWN_SCREEN =
  '\x18\x1b[?1049h\x1b[r\x1b[?6l\x1b[?69l\x1b[4l\x1b[?7h\x1b(B\x0f\x1b]104\x07\x1b]110\x07\x1b]111\x07\x1b[H\x1b[2J';
const LEAVE_ALTERNATE = '\x1b[?1049l';

/** Questions on the terminal whose other end the agent has: its output waits, its keyboard is guard's meanwhile. */
export function relayChannel(relay: TerminalRelay): TerminalChannel {
  return {
    available: () =>
      !relay.hasKeyboard ? 'no-terminal' : relay.fullScreen ? 'full-screen' : 'yes',
    acquire: () => Promise.resolve(screenOver(relay)),
  };
}

function screenOver(relay: TerminalRelay): PromptScreen {
  const typed: Buffer[] = [];
  let wake: (() => void) | null = null;
  const give = relay.take((data) => {
    typed.push(data);
    wake?.();
  });
  // Nothing the agent has drawn stands above a question, and a program that edits its own lines finds them as they were.
  relay.show(OWN_SCREEN);
  let left = '';
  let released = false;
  return {
    columns: relay.columns,
    rows: relay.rows,
    write: (text) => relay.show(text),
    readKey: (signal) =>
      new Promise((resolve, reject) => {
        const finish = (act: () => void): void => {
          wake = null;
          signal.removeEventListener('abort', onAbort);
          act();
        };
        const onAbort = (): void => finish(() => reject(signal.reason as Error));
        const deliver = (): void => finish(() => resolve(typed.shift() ?? Buffer.alloc(0)));
        if (signal.aborted) return reject(signal.reason as Error);
        if (typed.length) return resolve(typed.shift() ?? Buffer.alloc(0));
        signal.addEventListener('abort', onAbort);
        wake = deliver;
      }),
    farewell: (line) => (left = line),
    release: () => {
      if (released) return Promise.resolve();
      released = true;
      // Below the cursor of a program that edits its own lines there is no room for a line of guard's.
      relay.show(LEAVE_ALTERNATE + (left && !relay.raw ? `${left}\r\n` : ''));
      give();
      return Promise.resolve();
    },
  };
}
