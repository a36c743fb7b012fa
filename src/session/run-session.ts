import { homedir } from 'node:os';
import { requirements } from '../doctor/preflight.ts';
import { Gate } from '../exec/gate.ts';
import { FirstStage } from '../sandbox/first-stage.ts';
import { PassedFiles } from '../sandbox/passed-files.ts';
import { TerminalRelay } from '../terminal/terminal-relay.ts';
import type { Brokers } from './brokers.ts';
import { ALL_LAYERS, type Layers } from './layers.ts';
import { LiveSession } from './live-session.ts';
import { prepare } from './prepare.ts';
import { printable } from '../printable.ts';
import type { SessionGrant } from '../policy/call.ts';
import { findRepository } from './repository.ts';

export interface RunOptions {
  /** Agent or program, and its arguments. */
  command: [string, ...string[]];
  repository?: string;
  /** A further profile of the user's: `--profile FILE`. */
  profile?: string;
  task?: string;
  /** `--grant`: nothing but these of the profile's credentials. */
  grants?: readonly SessionGrant[];
  /** Descriptors for the command's 0–2 instead of guard's own; then nobody can be asked. */
  stdio?: [number, number, number];
  layers?: Layers;
  /** What the profile's `broker:` stands for; read from the profiles unless given. */
  brokers?: Brokers;
  /** Hears how many of the files that have to be looked through for secrets are done, before the session. */
  onScan?: (done: number, total: number) => void;
  /**
   * Hears guard's own words, a line each; they never go to stdout. On the user's terminal a line goes through
   * `onTerminal`, which keeps it off the agent's screen, unless that returns false.
   */
  say: (line: string, onTerminal: (line: string) => boolean) => void;
}

export interface SessionResult {
  /** The command's own, 128 + the number of the signal that ended it, or one of guard's (`EXIT`). */
  exitCode: number;
  session: string;
}

/** Runs one session to its end. Rejects with a GuardError when it cannot start or cannot go on enforcing. */
export async function runSession(options: RunOptions): Promise<SessionResult> {
  const home = homedir();
  const repository = findRepository(options.repository, home);
  const { bwrap } = requirements({ repository: repository.root });
  const relay = options.stdio ? null : TerminalRelay.create();
  // The first stage and the gate's worker boot while profiles are read.
  const files = new PassedFiles(options.stdio ?? relay?.stdio ?? [0, 1, 2]);
  const stage = new FirstStage(bwrap, files.stdio);
  files.start();
  const session = new LiveSession(options, stage, new Gate(), relay, files);
  try {
    const prepared = await prepare({
      command: options.command,
      repository,
      home,
      profile: options.profile,
      layers: options.layers ?? ALL_LAYERS,
      tell: (line) => options.say(`guard: ${printable(line, 1000)}`, () => false),
      ...(options.task === undefined ? {} : { task: options.task }),
      ...(options.grants === undefined ? {} : { grants: options.grants }),
      ...(options.brokers ? { brokers: options.brokers } : {}),
      ...(options.onScan ? { onScan: options.onScan } : {}),
    });
    return await session.run(prepared, bwrap);
  } catch (error) {
    await session.abandon(error);
    throw error;
  }
}
