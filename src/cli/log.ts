import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import { GuardError } from '../guard-error.ts';
import { printable } from '../printable.ts';
import type { DecisionEvent } from '../session/events.ts';
import { asciiJson } from '../session/journal-line.ts';
import { readEvents } from '../session/journal-read.ts';
import { isPlainAllow, timelineEntry } from '../session/journal-timeline.ts';
import { verify, type VerifyKind } from '../session/journal-verify.ts';
import { findSession, listSessions, type SessionFolder } from '../session/session-folder.ts';
import { isRunning, readSessionFile } from '../session/session-file.ts';
import { summarise, type SessionSummary } from '../session/session-summary.ts';
import { paintFor } from './paint.ts';

const BROKEN: readonly VerifyKind[] = ['edited', 'cut', 'reordered', 'torn'];

/** `guard log`: the sessions, the record of one, and whether that record still is what was written. */
export function registerLogCommand(program: Command): void {
  const log = program
    .command('log')
    .description('show what sessions did, what was refused and who decided')
    .argument(
      '[session]',
      'ID, the beginning of one, or `latest`; without it, the list of sessions',
    )
    .option('--all', 'also show what was allowed without asking')
    .option('--json', 'print the record as it is, one JSON object a line')
    .action(async (session: string | undefined, options: { all?: boolean; json?: boolean }) => {
      stopQuietlyWhenNobodyReads();
      if (session === undefined) await showSessions(options.json === true);
      else if (options.json)
        await pipeline(createReadStream(journalOf(session)), process.stdout, { end: false });
      else await showTimeline(findSession(session), options.all === true);
    });
  log
    .command('verify')
    .description(
      'check that no line of the record was edited, cut out or moved; exits with 1 if one was',
    )
    .argument('[session]', 'ID, the beginning of one, or `latest`', 'latest')
    .action(async (session: string) => {
      const folder = findSession(session);
      const result = await verify(journalOf(folder.id));
      const broken = BROKEN.includes(result.kind);
      const at = result.line === undefined ? '' : `line ${result.line}: `;
      const paint = paintFor(process.stdout);
      const kind = paint(broken ? 'red' : result.kind === 'ok' ? 'green' : 'yellow', result.kind);
      console.log(
        `${folder.id}: ${kind}: ${at}${printable(result.detail)} (${result.lines} lines hold)`,
      );
      process.exitCode = broken ? 1 : 0;
    });
}

async function showSessions(json: boolean): Promise<void> {
  const paint = paintFor(process.stdout);
  const sessions = listSessions();
  if (sessions.length === 0 && !json) console.log('No session yet: guard run starts one.');
  for (const folder of sessions) {
    const summary = await summarise(folder);
    if (json) {
      console.log(asciiJson(JSON.stringify(summary)));
      continue;
    }
    const started = summary.started === null ? '?' : localTime(summary.started);
    const columns = [
      paint('bold', summary.id),
      started.padEnd(16),
      printable(summary.agent, 24).padEnd(14),
      ending(summary).padEnd(10),
      `${summary.refused} refused, ${summary.asked} asked`.padEnd(22),
      printable(summary.repository, 200),
    ];
    console.log(columns.join('  '));
  }
}

async function showTimeline(folder: SessionFolder, all: boolean): Promise<void> {
  const journal = journalOf(folder.id);
  const decisions = new Map<number, DecisionEvent>();
  let start: number | undefined;
  for await (const event of readEvents(journal)) {
    start ??= Date.parse(event.time);
    if (event.type === 'decision') decisions.set(event.id, event);
  }
  const session = readSessionFile(folder.path);
  const running = typeof session !== 'string' && isRunning(session);
  const options = { start: start ?? 0, decisions, running, paint: paintFor(process.stdout) };
  let hidden = 0;
  for await (const event of readEvents(journal)) {
    if (!all && isPlainAllow(event)) hidden++;
    else {
      const entry = timelineEntry(event, options);
      if (entry !== null) console.log(entry);
    }
  }
  const dim = (text: string) => console.log(options.paint('dim', text));
  if (hidden > 0) dim(`${hidden} allowed without asking are not shown: --all shows them.`);
  if (running) dim('The session is still running.');
  else if (typeof session === 'string' || session.ended === undefined)
    dim('The session did not end cleanly.');
}

function journalOf(session: string): string {
  const folder = findSession(session);
  if (readSessionFile(folder.path) === 'missing')
    throw new GuardError({
      what: `session ${folder.id} has no record`,
      why: 'guard ended before it wrote the first line',
      fix: 'Nothing ran in it',
      exitCode: 1,
    });
  return join(folder.path, 'journal.jsonl');
}

function ending({ state, exitCode, signal }: SessionSummary): string {
  if (state !== 'ended') return state;
  return signal ? printable(signal) : `exit ${exitCode ?? '?'}`;
}

function localTime(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return '?';
  const two = (value: number) => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** `guard log | head`: the reader left, which is no error. */
function stopQuietlyWhenNobodyReads(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
}
