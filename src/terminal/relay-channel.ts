import type { PromptScreen, TerminalChannel } from '../approval/types.ts';
import type { TerminalRelay } from './terminal-relay.ts';

/** Typed ahead and pasted text kept for a reader that is slow: a person's keys are far fewer. Bytes. */
const KEPT_INPUT = 64 * 1024;

/** Questions on the terminal whose other end the agent has: its output waits, its keyboard is guard's meanwhile. */
export function relayChannel(relay: TerminalRelay): TerminalChannel {
  return {
    available: () => (relay.hasKeyboard ? 'yes' : 'no-terminal'),
    acquire: () => screenOver(relay),
  };
}

async function screenOver(relay: TerminalRelay): Promise<PromptScreen> {
  const typed: Buffer[] = [];
  let kept = 0;
  let wake: (() => void) | null = null;
  const hold = await relay.take((data) => {
    // A burst too long to keep is no answer, with or without its rest.
    if (kept + data.length > KEPT_INPUT) return;
    kept += data.length;
    typed.push(data);
    wake?.();
  });
  const next = (): Buffer | undefined => {
    const data = typed.shift();
    kept -= data?.length ?? 0;
    return data;
  };
  let left: string | null = null;
  return {
    get columns() {
      return relay.columns;
    },
    get rows() {
      return relay.rows;
    },
    onResize: (listener) => relay.onResize(listener),
    write: (text) => relay.show(text),
    readKey: (signal) =>
      new Promise((resolve, reject) => {
        const finish = (act: () => void): void => {
          wake = null;
          signal.removeEventListener('abort', onAbort);
          act();
        };
        const onAbort = (): void => finish(() => reject(signal.reason as Error));
        if (signal.aborted) return reject(signal.reason as Error);
        const first = next();
        if (first) return resolve(first);
        signal.addEventListener('abort', onAbort);
        wake = () => finish(() => resolve(next() ?? Buffer.alloc(0)));
      }),
    farewell: (line) => (left = line),
    release: async () => {
      const line = left;
      left = null;
      if (!hold.released) return hold.release(line);
      // The session has ended under the question, and the terminal is the user's again.
      if (line !== null) relay.sayLast(line);
    },
  };
}
