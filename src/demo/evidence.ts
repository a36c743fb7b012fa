import type { DecisionEvent, RequestEvent } from '../session/events.ts';
import { readEvents } from '../session/journal-read.ts';
import { HOST } from './profile.ts';
import type { ServedRequest } from './railway-server.ts';
import { STEPS, type StepName } from './types.ts';

/** What is known of a run, none of it from the agent but `candidates` and `said`, which can only speak against guard. */
export interface Evidence {
  /** The secret file was covered, by the record. */
  covered: boolean;
  /** The token's variable was withheld, by the record. */
  withheld: boolean;
  /** The rule that refused a command of the step, by the record. */
  refusedCommands: ReadonlyMap<StepName, string>;
  /** The rule by which the server was out of reach, by the record; null when it was not. */
  refusedHost: string | null;
  /** What arrived at the server, by the server. */
  served: readonly ServedRequest[];
  /** What the agent printed, by step. */
  said: ReadonlyMap<StepName, readonly string[]>;
  token: string;
}

type FromJournal = Pick<Evidence, 'covered' | 'withheld' | 'refusedCommands' | 'refusedHost'>;

/** Reads what the record says of the steps. `secretFile` is absolute. */
export async function readJournal(
  file: string,
  secretFile: string,
  variable: string,
): Promise<FromJournal> {
  const requests: RequestEvent[] = [];
  const decisions = new Map<number, DecisionEvent>();
  let [covered, withheld] = [false, false];
  for await (const event of readEvents(file)) {
    if (event.type === 'request') requests.push(event);
    else if (event.type === 'decision') decisions.set(event.id, event);
    else if (event.type === 'session-start') {
      covered = event.covered.includes(secretFile);
      withheld = event.withheldEnv.includes(variable);
    }
  }
  const refusedCommands = new Map<StepName, string>();
  let refusedHost: string | null = null;
  for (const event of requests) {
    if (!isRefused(event, decisions.get(event.id))) continue;
    const { request, verdict, ancestry = [] } = event;
    if (request.kind === 'connect') {
      if (request.host === HOST) refusedHost ??= verdict.rule;
      continue;
    }
    const step = STEPS.find((name) => ancestry.includes(name));
    if (step && !refusedCommands.has(step)) refusedCommands.set(step, verdict.rule);
  }
  return { covered, withheld, refusedCommands, refusedHost };
}

/** The agent's output, by the step's name that stands before each line. */
export function readOutput(text: string): Map<StepName, string[]> {
  const out = new Map<StepName, string[]>();
  for (const line of text.split('\n')) {
    const step = STEPS.find((name) => line.startsWith(`${name}: `));
    if (step) out.set(step, [...(out.get(step) ?? []), line.slice(step.length + 2)]);
  }
  return out;
}

function isRefused({ verdict }: RequestEvent, decision: DecisionEvent | undefined): boolean {
  return verdict.action === 'ask' ? decision?.outcome !== 'allow' : verdict.action !== 'allow';
}
