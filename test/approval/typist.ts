import { pause, type FakeTerminal } from './fake-terminal.ts';

/** Key by key, as a person types: each has been read before the next comes. */
export async function typeKeys(terminal: FakeTerminal, text: string): Promise<void> {
  for (const key of text) {
    terminal.type(key);
    await pause(5);
  }
}

/** A line: Enter with silence on both sides of it. */
export async function typeLine(terminal: FakeTerminal, text: string): Promise<void> {
  await typeKeys(terminal, text);
  await pause(90);
  terminal.type('\r');
  await pause(120);
}
