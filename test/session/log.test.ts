import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { registerLogCommand } from '../../src/cli/log.ts';
import type { JournalEvent } from '../../src/session/events.ts';
import { Journal } from '../../src/session/journal.ts';
import { createSession } from '../../src/session/session-folder.ts';
import { execEvent, sessionEnd, sessionStart } from './sample-events.ts';

let state: string;
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'guard-log-'));
  vi.stubEnv('XDG_STATE_HOME', state);
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  process.exitCode = undefined;
  rmSync(state, { recursive: true, force: true });
});

async function guard(...words: string[]): Promise<string> {
  const shown: string[] = [];
  vi.spyOn(console, 'log').mockImplementation((line: string) => void shown.push(line));
  const program = new Command().exitOverride();
  registerLogCommand(program);
  await program.parseAsync(['node', 'guard', 'log', ...words]);
  return shown.join('\n');
}

function record(events: JournalEvent[], close = true) {
  const folder = createSession();
  const journal = new Journal(folder, (text) => text);
  for (const event of events) journal.append(event);
  if (close) journal.close();
  else journal.flush();
  return { folder, journal };
}

const EVENTS: JournalEvent[] = [
  sessionStart(),
  execEvent(1, ['ls']),
  execEvent(3, ['rm', '-rf', '/'], 'deny'),
  execEvent(5, ['git', 'push', '\x1b[2J\u202e'], 'ask'),
  { type: 'decision', id: 5, outcome: 'allow', by: 'user', ms: 3210 },
  { type: 'held', path: '/p/.envrc', kept: '/s/held/1' },
  sessionEnd(),
];

describe('guard log', () => {
  it('lists sessions, newest first', async () => {
    const one = record(EVENTS).folder;
    const two = record([sessionStart()], false);
    const lines = (await guard()).split('\n');
    expect(lines[0]).toMatch(
      new RegExp(`^${two.folder.id} .* codex .* running .* 0 refused, 0 asked`),
    );
    expect(lines[1]).toMatch(
      new RegExp(`^${one.id} .* codex .* exit 0 .* 1 refused, 1 asked .*/home/me/project`),
    );
    two.journal.close();
    expect(await guard('--json')).toContain('"refused":1');
  });

  it('says so when there is none', async () => {
    expect(await guard()).toMatch(/No session yet/);
  });

  it('shows what was refused, asked and held, and how much it hides', async () => {
    record(EVENTS);
    const text = await guard('latest');
    expect(text).toMatch(/\+0:0\d\.\d{3} {2}denied {3}exec {3}codex ▸ bash: rm -rf \/ \(default\)/);
    expect(text).toMatch(
      /allowed {2}exec .*git push '\\e\[2J\\u\{202e\}' \(default, by you in 3\.2 s\)/,
    );
    expect(text).toMatch(/held +\/p\/\.envrc/);
    expect(text).toMatch(/ended +with exit code 0/);
    expect(text).toMatch(/1 allowed without asking are not shown/);
    expect(text).not.toMatch(/: ls /);
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/u);
    expect(await guard('latest', '--all')).toMatch(/codex ▸ bash: ls /);
  });

  it('shows what a yes took, and what a rule finds worth a line', async () => {
    const judged = (id: number, action: 'ask' | 'allow', more: object) => {
      const event = execEvent(id, [`command-${id}`], action);
      return { ...event, verdict: { ...event.verdict, ...more } };
    };
    const decided = { type: 'decision', outcome: 'allow', by: 'user', ms: 1000 } as const;
    record([
      sessionStart(),
      judged(1, 'ask', { tier: 'type', resource: 'shop-prod\x1b[2J' }),
      { ...decided, id: 1 },
      judged(3, 'ask', { tier: 'confirm', resource: 'x' }),
      { ...decided, id: 3, outcome: 'deny', tier: 'review' },
      judged(5, 'ask', { tier: 'confirm' }),
      { ...decided, id: 5, by: 'user-earlier' },
      judged(7, 'allow', { tier: 'log', rule: 'fs.rm.ignored' }),
      judged(9, 'allow', {}),
    ]);
    const text = await guard('latest');
    expect(text).toMatch(/allowed.*command-1 \(default, asks for a name: shop-prod\\e\[2J, by you/);
    expect(text).toMatch(
      /denied.*command-3 \(default, asks for a review after refusals: x, by you/,
    );
    expect(text).toMatch(/allowed.*command-5 \(default, you had said yes to exactly this\)/);
    expect(text).toMatch(/allowed.*command-7 \(fs\.rm\.ignored\)/);
    expect(text).not.toContain('command-9');
  });

  it('works while the session runs', async () => {
    const { journal } = record(EVENTS.slice(0, 4), false);
    const text = await guard('latest');
    expect(text).toMatch(/waiting +exec .*git push/);
    expect(text).toMatch(/still running/);
    expect(await guard('verify')).toMatch(/unfinished/);
    expect(process.exitCode).toBe(0);
    journal.close();
  });

  it('verifies, with 1 for a record that was tampered with', async () => {
    const { folder, journal } = record(EVENTS);
    expect(await guard('verify', folder.id)).toMatch(/: ok: every line/);
    expect(process.exitCode).toBe(0);
    writeFileSync(journal.path, readFileSync(journal.path, 'latin1').replace('"rm"', '"ls"'));
    expect(await guard('verify')).toMatch(/edited: line 3/);
    expect(process.exitCode).toBe(1);
  });

  it('refuses an ID that is none', async () => {
    record(EVENTS);
    await expect(guard('1999')).rejects.toThrow(/no session 1999/);
  });
});
