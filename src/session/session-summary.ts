import { join } from 'node:path';
import { readEvents } from './journal-read.ts';
import type { SessionFolder } from './session-folder.ts';
import { isRunning, readSessionFile } from './session-file.ts';

/** One line of the list of sessions. Strings as recorded: escape before showing. */
export interface SessionSummary {
  id: string;
  /** ISO 8601; null when the session never got as far. */
  started: string | null;
  /** The agent, or the command where there is none. */
  agent: string;
  repository: string;
  state: 'ended' | 'running' | 'died';
  exitCode: number | null;
  signal: string | null;
  refused: number;
  asked: number;
}

/** Reads `session.json`, and for a session that has not ended also its journal, to count. Never throws. */
export async function summarise(folder: SessionFolder): Promise<SessionSummary> {
  const file = readSessionFile(folder.path);
  if (typeof file === 'string')
    return {
      id: folder.id,
      started: null,
      agent: '?',
      repository: '?',
      state: 'died',
      exitCode: null,
      signal: null,
      refused: 0,
      asked: 0,
    };
  const ended = file.ended !== undefined;
  const counts =
    file.refused !== undefined && file.asked !== undefined
      ? { refused: file.refused, asked: file.asked }
      : await count(join(folder.path, 'journal.jsonl'));
  return {
    id: folder.id,
    started: file.started,
    agent: file.agent ?? file.argv0,
    repository: file.repository,
    state: ended ? 'ended' : isRunning(file) ? 'running' : 'died',
    exitCode: file.exitCode ?? null,
    signal: file.signal ?? null,
    ...counts,
  };
}

async function count(journal: string): Promise<{ refused: number; asked: number }> {
  const counts = { refused: 0, asked: 0 };
  try {
    for await (const event of readEvents(journal)) {
      if (event.type === 'decision' && event.outcome === 'deny') counts.refused++;
      if (event.type !== 'request') continue;
      const { action } = event.verdict;
      if (action === 'ask') counts.asked++;
      if (action === 'deny' || action === 'kill') counts.refused++;
    }
  } catch {
    return counts;
  }
  return counts;
}
