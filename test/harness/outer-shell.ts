import { spawn } from '@lydell/node-pty';
import { readdirSync, readFileSync } from 'node:fs';
import { expect, onTestFinished } from 'vitest';
import { processStat } from '../../src/process-stat.ts';
import { GUARD, type Place } from './guard.ts';

const PROMPT = 'outer$ ';

/** An interactive shell on a terminal, as a user has it, in which `guard` is guard. */
export function outerShell(place: Place, shell: 'bash' | 'dash') {
  const options = shell === 'bash' ? ['--norc', '--noprofile', '-i'] : ['-i'];
  const terminal = spawn(shell, options, {
    cols: 100,
    rows: 30,
    cwd: place.repository,
    env: { ...place.env, TERM: 'xterm-256color', PS1: PROMPT, ENV: '', HISTFILE: '' },
  });
  onTestFinished(() => {
    try {
      process.kill(terminal.pid, 'SIGKILL');
    } catch {
      // Ended by itself.
    }
  });
  let screen = '';
  let seen = 0;
  terminal.onData((data) => (screen += data));
  const exited = new Promise<void>((resolve) => terminal.onExit(() => resolve()));

  /** Waits for what is not yet seen, and takes everything up to it as seen. */
  const shows = async (expected: string | RegExp): Promise<string> => {
    const pattern =
      typeof expected === 'string'
        ? new RegExp(expected.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
        : expected;
    await expect.poll(() => screen.slice(seen), { timeout: 15_000, interval: 10 }).toMatch(pattern);
    const match = pattern.exec(screen.slice(seen));
    seen += (match?.index ?? 0) + (match?.[0].length ?? 0);
    return match?.[0] ?? '';
  };
  const type = (text: string): void => terminal.write(text);
  let commands = 0;
  const self = {
    terminal,
    exited,
    shows,
    type,
    screen: () => screen,
    /** Types a command whose echo cannot be taken for its output, once the prompt is there. */
    run: (line: string) => type(`${line}\r`),
    prompt: () => shows(PROMPT),
    /** Ctrl-Z until it is heard: in the moment between `fg` and the command's going on, nobody is there to stop. */
    stop: async (): Promise<void> => {
      await expect
        .poll(
          () => {
            type('\x1a');
            return screen.slice(seen);
          },
          { timeout: 15_000, interval: 300 },
        )
        .toContain('Stopped');
      await shows('Stopped');
      await self.prompt();
    },
    start: async (words: string) => {
      await self.prompt();
      type(`'${process.execPath}' '${GUARD}' run -q -- ${words}\r`);
    },
    /** What the shell says to a command, on one line. */
    ask: async (command: string): Promise<string> => {
      const mark = `m${(commands += 1)}`;
      type(`echo "${mark}"":$(${command}):${mark}"\r`);
      const said = await shows(new RegExp(`${mark}:[^]*?:${mark}`));
      return said.slice(mark.length + 1, -mark.length - 1);
    },
    /** The terminal is one that a person can type a line into. */
    isSane: async () => {
      const modes = await self.ask('stty -a </dev/tty | tr "\\n" " "');
      for (const mode of ['icanon', 'echo', 'isig', 'icrnl', 'opost'])
        expect(modes).toMatch(new RegExp(` ${mode}[ ;]`));
    },
    /** Process id of the guard that runs in this shell. */
    guard: async (): Promise<number> => {
      await expect
        .poll(() => childrenWith(terminal.pid, `${GUARD}\0`).length, { timeout: 15_000 })
        .toBe(1);
      return childrenWith(terminal.pid, `${GUARD}\0`)[0] ?? 0;
    },
  };
  return self;
}

export type OuterShell = ReturnType<typeof outerShell>;

function childrenWith(parent: number, mark: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return (
          processStat(pid)?.parent === parent &&
          readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(mark)
        );
      } catch {
        return false;
      }
    });
}

/** Children of a process with a word among their arguments, once there is one. */
export async function childrenNamed(parent: number, word: string): Promise<number[]> {
  const find = (): number[] => childrenWith(parent, `${word}\0`);
  await expect.poll(() => find().length, { timeout: 15_000 }).toBeGreaterThan(0);
  return find();
}
