import type { PolicyData } from '../policy/policy-data.ts';
import type { RequestEvent } from '../session/events.ts';

/** The first message to the gate's worker. Everything is plain data. */
export interface GateOrder {
  /** Descriptor of the notifications. */
  listener: number;
  /** Descriptor of an eventfd that wakes the worker when a message waits. */
  wake: number;
  /** The first stage, whose own exec of bubblewrap is guard's. */
  stageOne: number;
  /** The command is started through setsid(1), whose own exec is guard's too. */
  launcher: boolean;
  policy: PolicyData;
  /** Name of the agent's profile; what it runs in may be node. */
  agent: string | null;
  repository: string;
  home: string;
  /** Folders where the programs that rules speak of are looked for. */
  path: string[];
}

/** From guard to the worker. */
export type GateInstruction =
  { type: 'answer'; id: number; outcome: 'allow' | 'deny'; by: string } | { type: 'stop' };

/** From the worker to guard. */
export type GateReport =
  | { type: 'ready' }
  /** The session's command is about to start; `init` is its process 1 as guard sees it. */
  | { type: 'started'; pid: number; init: number }
  | { type: 'requests'; events: RequestEvent[] }
  | { type: 'ask'; event: RequestEvent }
  /** The caller of a pending ask is dead. */
  | { type: 'gone'; id: number }
  /** The session's own command was refused. */
  | { type: 'command-refused' }
  /** A `kill` rule matched; the session is dead already. */
  | { type: 'killed'; event: RequestEvent }
  /** No process of the session is left. */
  | { type: 'end' };
