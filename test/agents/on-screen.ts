import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { guard, GUARD } from '../harness/guard.ts';
import type { Agent } from './agent.ts';
import { binFolder, install } from './install.ts';
import { startModelServer } from './model-server.ts';
import { sessionProfile } from './rehearsal.ts';
import { ENDING } from './scenario.ts';
import { openTerminal, type UserTerminal } from './user-terminal.ts';
import { makeWorkplace, write, type Workplace } from './workplace.ts';

/** What stands on the agent's screen: wide characters and one outside the basic plane are where columns get lost. */
const TASK = 'Bring it up again: 環境を再起動 🚀 été.';
const QUESTION = 'git push --force origin main';
/** Drawn when they count. */
const KEYS = /n(?:, Enter)? deny/;

/** The same agent, with its own interface on a person's terminal. */
export interface OnScreen {
  agent: Agent;
  args: (task: string) => string[];
  /** Further files of its home, relative to it. */
  home: (place: Workplace) => Record<string, string>;
  /** Ends it by its keys. */
  leave: (terminal: UserTerminal) => Promise<void>;
}

/** A question of guard's over a real agent's interface: seen, answered, and the interface as it was. */
export function isAskedAboutOnScreen(subject: OnScreen): void {
  describe(`${subject.agent.package} on a terminal`, () => {
    it.each([60, 80, 200])('comes back as it was at %i columns', async (columns) => {
      const { place, terminal } = await atRest(subject, columns);
      const before = terminal.state();
      writeFileSync(join(place.repository, 'go'), '');
      await terminal.shows('guard asks');
      await terminal.shows(KEYS);
      expect(terminal.screen()).not.toContain(ENDING);
      terminal.type('n');
      await expect
        .poll(() => existsSync(join(place.repository, 'answered')), { timeout: 20_000 })
        .toBe(true);
      await terminal.rests();
      expect(terminal.state()).toEqual(before);
      await subject.leave(terminal);
      await terminal.exited;
      expect(terminal.scrollback()).toContain('guard: denied');
      await expectRecorded(place);
    });

    it('can be resized while the question is up', async () => {
      const { place, terminal } = await atRest(subject, 80);
      writeFileSync(join(place.repository, 'go'), '');
      await terminal.shows(KEYS);
      for (const [columns, rows] of [
        [60, 20],
        [200, 50],
        [100, 30],
      ] as const) {
        terminal.resize(columns, rows);
        // Drawn anew for this size: what is left of the time stands at the right edge.
        await terminal.shows(new RegExp(`^(?=.{${columns - 3},${columns}}$).*deny.* left *$`, 'm'));
        expect(terminal.screen()).toContain(QUESTION);
      }
      terminal.type('n');
      await terminal.shows(ENDING);
      await terminal.rests();
      expect(terminal.screen()).not.toMatch(KEYS);
      await subject.leave(terminal);
      await terminal.exited;
      await expectRecorded(place);
    });
  });
}

/** Starts the agent, and waits until it has done its part: a command of its making waits in the background for `go`. */
async function atRest(
  { agent, args, home }: OnScreen,
  columns: number,
): Promise<{ place: Workplace; terminal: UserTerminal }> {
  const folder = install(agent);
  const place = makeWorkplace(onTestFinished);
  const waiting = `until [ -e go ]; do sleep 0.1; done; ${QUESTION}; echo >answered`;
  const server = await startModelServer(
    agent.wire,
    [agent.call({ name: 'push', run: `setsid nohup sh -c '${waiting}' >/dev/null 2>&1 &` })],
    ENDING,
  );
  onTestFinished(() => void server.close());
  for (const [file, content] of Object.entries({ ...agent.home(server.port), ...home(place) }))
    write(join(place.home, file), content);
  const profile = join(place.home, 'session.yaml');
  write(profile, sessionProfile(folder, server.port));
  const terminal = openTerminal(
    [process.execPath, GUARD, 'run', '--profile', profile, agent.name, ...args(TASK)],
    place,
    {
      columns,
      rows: 30,
      env: {
        ...place.env,
        ...agent.env(server.port),
        PATH: `${binFolder(folder)}:${place.env.PATH}`,
      },
    },
  );
  await terminal.shows(ENDING);
  await terminal.rests();
  return { place, terminal };
}

async function expectRecorded(place: Workplace): Promise<void> {
  const { stdout } = await guard(place, ['log', 'latest', '--json']);
  expect(stdout).toContain('"outcome":"deny","by":"user"');
  expect(await guard(place, ['log', 'verify'])).toMatchObject({ code: 0 });
}
