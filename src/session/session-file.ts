import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { processStat } from '../process-stat.ts';
import { asciiJson } from './journal-line.ts';

/** `session.json`: what the list of sessions needs, and after a clean end what the journal must end in. */
export interface SessionFile {
  id: string;
  /** guard's own process. */
  pid: number;
  /** When that process started, in clock ticks since boot, so that another one with its number is not taken for it. */
  pidStart: string | null;
  started: string;
  agent: string | null;
  argv0: string;
  repository: string;
  /** Names of the credentials it can use. */
  credentials?: string[];
  ended?: string;
  exitCode?: number | null;
  signal?: string | null;
  /** Lines of the journal, and the hash of the last. */
  lines?: number;
  head?: string;
  refused?: number;
  asked?: number;
}

/** Replaces the file as a whole: a reader never sees half of it. Throws what `node:fs` throws. */
export function writeSessionFile(folder: string, content: SessionFile): void {
  const path = join(folder, 'session.json');
  const next = `${path}.next`;
  writeFileSync(next, `${asciiJson(JSON.stringify(content, null, 2))}\n`, { mode: 0o600 });
  renameSync(next, path);
}

/** `missing` when there is none, `malformed` when it is not what guard wrote. */
export function readSessionFile(folder: string): SessionFile | 'missing' | 'malformed' {
  let text: string;
  try {
    text = readFileSync(join(folder, 'session.json'), 'utf8');
  } catch {
    return 'missing';
  }
  try {
    const content = JSON.parse(text) as SessionFile;
    return wellFormed(content) ? content : 'malformed';
  } catch {
    return 'malformed';
  }
}

/** Is guard still running this session? */
export function isRunning(session: SessionFile): boolean {
  const stat = session.ended === undefined ? processStat(session.pid) : null;
  return stat !== null && (session.pidStart === null || stat.start === session.pidStart);
}

function wellFormed(content: unknown): content is SessionFile {
  if (content === null || typeof content !== 'object') return false;
  const { id, pid, started, argv0, repository, ended, lines, head } = content as SessionFile;
  const { credentials = [] } = content as SessionFile;
  if (!Array.isArray(credentials) || credentials.some((name) => typeof name !== 'string'))
    return false;
  const strings = [id, started, argv0, repository].every((field) => typeof field === 'string');
  if (!strings || !Number.isSafeInteger(pid)) return false;
  return ended === undefined || (Number.isSafeInteger(lines) && typeof head === 'string');
}
