import type { PolicyData } from '../policy/policy-data.ts';
import type { Verdict } from '../policy/types.ts';
import type { RequestEvent } from '../session/events.ts';

/** The first message to the gate's worker. Everything is plain data. */
export interface GateOrder {
  /** Descriptor of the notifications. */
  listener: number;
  /** Descriptor of an eventfd that wakes the worker when a message waits. */
  wake: number;
  /** The first stage, whose own exec of bubblewrap is guard's. */
  stageOne: number;
  /** How many execs the launcher makes before the command's: guard's own, and the last one leaves a shell. */
  launcherExecs: number;
  policy: PolicyData;
  /** Name of the agent's profile; what it runs in may be node. */
  agent: string | null;
  repository: string;
  home: string;
  /** Folders where the programs that rules speak of are looked for. */
  path: string[];
  shims: ShimOrder[];
}

/** A sibling's gate goes by files alone. */
export interface AllowListOrder extends Pick<GateOrder, 'listener' | 'wake' | 'stageOne'> {
  /** Absolute paths of the host, links resolved: files, or folders with all in them. Nothing else is executed. */
  runs: string[];
  /** Mounts of the sibling in which no symbolic link may be followed, or nothing is started. */
  unfollowed: string[];
  /** Of the broker, for the reason of a refusal. */
  broker: string;
}

/** A program that is met by a shim. */
export interface ShimOrder {
  broker: string;
  /** Its name: `git`. */
  program: string;
  /** `dev:ino` of the shim. */
  file: string;
  /** The real file on the host. */
  real: string;
  /** The shim lies over the real file. Where it does not, a call by another path than the shim's is sent back to it. */
  over: boolean;
  /** What a call has to hold a word of to be a broker's; null: any call. */
  words: string[] | null;
  /** The folder of answers, on the host. */
  calls: string;
}

/** A held call that met a shim and may be guard's to make. */
export interface ShimCall {
  broker: string;
  /** Of the caller as guard sees it. */
  pid: number;
  /** As the caller sees itself; null when it is not in the session's own process namespace. */
  inside: number | null;
}

/** From guard to the worker. */
export type GateInstruction =
  | { type: 'answer'; id: number; outcome: 'allow' | 'deny'; by: string }
  /**
   * About a `broker` report. `inside`: the real program runs in the session; `run`: the shim waits for its answer;
   * `refuse` says why with the verdict, where that is another than the rules'.
   */
  | { type: 'broker'; id: number; outcome: BrokerOutcome; by: string; verdict: Verdict | null }
  /** Guard runs again, so a stopped command may. */
  | { type: 'resume' }
  | { type: 'stop' };
export type BrokerOutcome = 'inside' | 'run' | 'refuse';

/** From the worker to guard. */
export type GateReport =
  | { type: 'ready' }
  /** The session's command is about to start; `init` is its process 1 as guard sees it. */
  | { type: 'started'; pid: number; init: number }
  | { type: 'requests'; events: RequestEvent[] }
  | { type: 'ask'; event: RequestEvent }
  /** Held: neither the rules nor the words of the call say that it is not a broker's. */
  | { type: 'broker'; event: RequestEvent; call: ShimCall }
  /** A shim has been let go to wait for its answer, or was refused after all. */
  | { type: 'released'; id: number; went: boolean }
  /** The caller of a pending ask is dead. */
  | { type: 'gone'; id: number }
  /** The session's own command was stopped (SIGTSTP and its like), and waits for `resume`. */
  | { type: 'suspended' }
  /** The session's own command was refused. */
  | { type: 'command-refused' }
  /** A `kill` rule matched; the session is dead already. */
  | { type: 'killed'; event: RequestEvent }
  /** No process of the session is left. */
  | { type: 'end' };
