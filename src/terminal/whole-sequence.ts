import type { ReadStream } from 'node:tty';
import type { AgentScreen } from './agent-screen.ts';

/** How long a prompt waits for the rest of a sequence. Milliseconds. */
const WAIT = 50;

/** Waits a moment for the end of a sequence or character of which the agent has sent the start. */
export async function wholeSequence(master: ReadStream, screen: AgentScreen): Promise<void> {
  const until = performance.now() + WAIT;
  while (screen.cutShort && performance.now() < until)
    await new Promise<void>((resolve) => {
      const go = (): void => {
        clearTimeout(timer);
        master.off('data', go);
        resolve();
      };
      const timer = setTimeout(go, WAIT);
      master.on('data', go);
    });
}
