import { printable, printableArgv } from '../printable.ts';
import { operationText } from '../policy/operation-text.ts';
import type { Request, Verdict } from '../policy/types.ts';
import type { DecisionEvent, RequestEvent, SessionStart } from './events.ts';
import type { RecordedEvent } from './journal-read.ts';

export type Colour = 'red' | 'green' | 'yellow' | 'dim' | 'bold';
export type Paint = (colour: Colour, text: string) => string;

export interface TimelineOptions {
  /** When the session started, milliseconds since 1970. */
  start: number;
  /** How the asks ended, by the id of their request. */
  decisions: ReadonlyMap<number, DecisionEvent>;
  paint: Paint;
  /** Is guard still running the session? An ask without an answer is then waiting for one. */
  running: boolean;
}

const WHAT_LIMIT = 400;
const WHO: Record<DecisionEvent['by'], string> = {
  user: 'by you',
  'user-earlier': 'you had said no already',
  timeout: 'nobody answered',
  'no-terminal': 'nobody could be asked',
  'full-screen': 'a full-screen program held the terminal',
  gone: 'the asker was gone',
  'queue-full': 'too many questions were waiting',
};

/** Settled without asking anybody: how long that took says nothing. */
const UNASKED = new Set<DecisionEvent['by']>([
  'user-earlier',
  'no-terminal',
  'full-screen',
  'queue-full',
]);

/** One event for people, already safe for a terminal; null for what another line shows already. */
export function timelineEntry(event: RecordedEvent, options: TimelineOptions): string | null {
  const body = describe(event, options);
  if (body === null) return null;
  const since = options.paint('dim', elapsed(Date.parse(event.time) - options.start).padStart(11));
  return body
    .split('\n')
    .map((line, index) => (index ? `${' '.repeat(13)}${line}` : `${since}  ${line}`))
    .join('\n');
}

/** A request that was let through without asking anybody, and that no rule finds worth a line. */
export function isPlainAllow(event: RecordedEvent): boolean {
  if (event.type !== 'request') return false;
  const { action, tier } = event.verdict;
  return action === 'allow' && tier !== 'log';
}

function describe(event: RecordedEvent, options: TimelineOptions): string | null {
  const { paint } = options;
  switch (event.type) {
    case 'session-start':
      return started(event, paint);
    case 'request':
      return judged(event, options);
    case 'decision':
      return null;
    case 'brokered':
      return `${word('ran')} request ${event.id}, exit code ${event.exitCode} after ${(event.ms / 1000).toFixed(1)} s`;
    case 'cover':
      return `${paint('yellow', word('covered'))} ${printable(event.path)} (${event.kind}, ${printable(event.pattern)})`;
    case 'exposed':
      return `${paint('yellow', word('exposed'))} ${printable(event.rule)} in ${printable(event.path)}, in git's history since ${event.commit.slice(0, 7)}`;
    case 'held':
      return `${paint('yellow', word('held'))} ${printable(event.path)}, kept at ${printable(event.kept)}`;
    case 'kept':
      return `${paint('yellow', word('kept'))} edits of ${printable(event.path)} at ${printable(event.kept)}: ${printable(event.why)}`;
    case 'notice':
      return `${paint('yellow', word('notice'))} ${printable(event.text, 2000)}`;
    case 'session-end':
      return paint('bold', `${word('ended')} ${ending(event)}`);
    default:
      // A journal written by a newer guard may hold more.
      return `${word('?')} ${printable(JSON.stringify(event))}`;
  }
}

function started(event: SessionStart, paint: Paint): string {
  const lines = [
    paint('bold', `${word('started')} ${printableArgv(event.argv, WHAT_LIMIT)}`),
    `in ${printable(event.repository)}${event.commit ? ` at ${printable(event.commit.slice(0, 12))}` : ''}`,
    `as ${printable(event.user)} (${event.uid}), guard ${printable(event.guard)}${event.agent ? `, agent ${printable(event.agent)}` : ''}`,
  ];
  if (event.program)
    lines.push(
      `program ${printable(event.program.path)} sha256 ${printable(event.program.sha256.slice(0, 16))}…`,
    );
  if (event.task) lines.push(`task ${printable(event.task)}`);
  for (const { file, layer, sha256, trusted } of event.profiles)
    lines.push(
      `profile ${printable(file)} (${layer}${trusted ? '' : ', not trusted'}) sha256 ${printable(sha256.slice(0, 16))}…`,
    );
  for (const { name, to, expires, grants } of event.credentials ?? [])
    lines.push(
      `credential ${printable(name, 100)} for ${printable(to, 300)}${grants ? `, granted ${printable(grants.join(', '), 300)}` : ''}${expires ? `, until ${printable(expires, 40)}` : ''}`,
    );
  lines.push(
    `${event.withheldEnv.length} environment variables withheld, ${event.covered.length} files covered`,
  );
  return lines.join('\n');
}

function judged(event: RequestEvent, { decisions, paint, running }: TimelineOptions): string {
  const { verdict, ancestry = [], gate } = event;
  const decision = decisions.get(event.id);
  const through = ancestry.map((name) => printable(name, 60)).join(' ▸ ');
  const why = [printable(verdict.rule, 100), ...takes(verdict, decision)];
  if (decision)
    why.push(
      `${whoDecided(decision)}${UNASKED.has(decision.by) ? '' : ` in ${(decision.ms / 1000).toFixed(1)} s`}`,
    );
  const outcome = decision?.outcome ?? verdict.action;
  const said = {
    allow: () => paint('green', word('allowed')),
    deny: () => paint('red', word('denied')),
    kill: () => paint('red', word('killed')),
    ask: () => paint('yellow', word(running ? 'waiting' : 'asked')),
  }[outcome]();
  const from = through && paint('dim', `${through}: `);
  const line = `${said} ${gate.padEnd(6)} ${from}${what(event.request)} ${paint('dim', `(${why.join(', ')})`)}`;
  return [line, ...brokered(event)].join('\n');
}

function whoDecided({ by, outcome }: DecisionEvent): string {
  if (by === 'user-earlier' && outcome === 'allow') return 'you had said yes to exactly this';
  return WHO[by] ?? printable(by);
}

/** What a yes took, where it was more than a key. */
function takes({ action, tier, resource }: Verdict, decision: DecisionEvent | undefined): string[] {
  const asked = decision?.tier ?? tier;
  if (action !== 'ask' || (asked !== 'review' && asked !== 'type')) return [];
  const what = asked === 'type' ? 'asks for a name' : 'asks for a review';
  const raised = decision?.tier && decision.tier !== tier ? `${what} after refusals` : what;
  return [resource ? `${raised}: ${printable(resource, 100)}` : raised];
}

/** What guard ran instead. */
function brokered({ broker }: RequestEvent): string[] {
  if (!broker) return [];
  return [
    `by guard (${printable(broker.name, 60)}): ${printableArgv(broker.argv, WHAT_LIMIT)}`,
    ...broker.facts.map(
      ({ label, text }) => `${printable(label, 60)}: ${printable(text, WHAT_LIMIT)}`,
    ),
  ];
}

function what(request: Request): string {
  if (request.kind === 'exec')
    return request.argv.length
      ? printableArgv(request.argv, WHAT_LIMIT)
      : printable(request.path, WHAT_LIMIT);
  if (request.kind === 'call') {
    const done = request.operations.map(operationText).join(', ');
    return `${printable(done, WHAT_LIMIT)} at ${printable(request.provider ?? request.host, 260)}`;
  }
  const { host, address, port } = request;
  return `${printable(host ?? address)}:${port}${host === null ? ' (no name)' : ''}`;
}

function ending(event: {
  exitCode: number | null;
  signal: string | null;
  killedBy?: string;
}): string {
  const how = event.signal
    ? `by signal ${printable(event.signal)}`
    : `with exit code ${event.exitCode ?? 'unknown'}`;
  return event.killedBy ? `${how}, killed by the rule ${printable(event.killedBy)}` : how;
}

/** `+1:02:03.456` */
function elapsed(ms: number): string {
  const safe = Number.isFinite(ms) ? Math.max(0, ms) : 0;
  const seconds = (safe / 1000) % 60;
  const minutes = Math.floor(safe / 60_000) % 60;
  const hours = Math.floor(safe / 3_600_000);
  const tail = seconds.toFixed(3).padStart(6, '0');
  return hours ? `+${hours}:${String(minutes).padStart(2, '0')}:${tail}` : `+${minutes}:${tail}`;
}

function word(text: string): string {
  return text.padEnd(8);
}
