import { once } from 'node:events';
import { closeSync } from 'node:fs';
import { constants } from 'node:os';
import { adoptListeners, type Listeners } from '../egress/listeners.ts';
import { Gate } from '../exec/gate.ts';
import type { GateReport } from '../exec/protocol.ts';
import { EXIT } from '../guard-error.ts';
import { bwrapArguments, ownUserNamespaces } from '../sandbox/bwrap-arguments.ts';
import { FirstStage, type Opened } from '../sandbox/first-stage.ts';
import type { RequestEvent } from '../session/events.ts';
import type { SiblingPlan } from './sibling-plan.ts';

export interface SiblingOptions {
  bwrap: string;
  broker: string;
  /** Duplicates of the caller's, closed here. */
  stdio: [number, number, number];
  openNetwork: (listeners: Listeners) => { close(): void };
  /** A program that was not started, because it is none of the command's. */
  onRefused: (event: RequestEvent) => void;
}

type Exit = [code: number | null, signal: NodeJS.Signals | null];

/** How long a command that is told to end may take. */
const GRACE_MS = 2000;

/** One brokered run, in a sandbox beside the session's. */
export class Sibling {
  readonly #options: SiblingOptions;
  readonly #stage: FirstStage;
  readonly #gate = new Gate();
  readonly #exited: Promise<Exit>;
  /** Process 1 of the sandbox, which leads the group of all that git or ssh start. */
  #init: number | null = null;
  #refused = false;
  #ending = false;
  #kill: NodeJS.Timeout | undefined;
  #failure: Error | null = null;

  /** Boots the first stage; `run` does the rest. */
  constructor(options: SiblingOptions) {
    this.#options = options;
    this.#stage = new FirstStage(options.bwrap, options.stdio);
    for (const fd of options.stdio) closeSync(fd);
    this.#exited = once(this.#stage.child, 'exit') as Promise<Exit>;
    // Looked at when the run is at its end; a start that failed says so before.
    this.#exited.catch(() => undefined);
  }

  /** To its end: the exit code a shell would see. Rejects when it cannot start, or not be confined. */
  async run(sibling: SiblingPlan): Promise<number> {
    const { plan } = sibling;
    let network: { close(): void } | undefined;
    try {
      const opened = await this.#stage.open({
        bwrap: this.#options.bwrap,
        bwrapArguments: bwrapArguments(plan, false),
        argv: plan.argv,
        tcpPorts: plan.network.tcpPorts,
        maxUserNamespaces: ownUserNamespaces(plan.uid),
        unfollowed: sibling.unfollowed,
      });
      await Promise.all([
        adoptListeners(opened).then((all) => (network = this.#options.openNetwork(all))),
        this.#startGate(opened, sibling),
      ]);
      if (this.#ending) this.#stage.kill();
      else this.#stage.go();
      const [code, signal] = await this.#exited;
      const started = this.#init !== null;
      this.#init = null;
      if (this.#failure) throw this.#failure;
      if (this.#refused) return EXIT.refused;
      // Killed because its caller is gone: nobody reads the code.
      if (!started && !this.#ending) throw new Error('bubblewrap could not set up its sandbox');
      return code ?? 128 + constants.signals[signal ?? 'SIGKILL'];
    } finally {
      clearTimeout(this.#kill);
      this.#stage.kill();
      network?.close();
      await this.#gate.stop();
    }
  }

  /** Tells the command to end, then ends it. */
  end(): void {
    if (this.#ending) return;
    this.#ending = true;
    // Stopped, it would not see the signal.
    for (const signal of ['SIGTERM', 'SIGCONT'] as const) this.signal(signal);
    if (this.#init === null) this.kill();
    else this.#kill = setTimeout(() => this.kill(), GRACE_MS);
  }

  kill(): void {
    this.#ending = true;
    this.#stage.kill();
  }

  /** To every process of the command; process 1 takes only what cannot be caught. */
  signal(signal: NodeJS.Signals): void {
    if (this.#init === null) return;
    try {
      process.kill(-this.#init, signal);
    } catch {
      // It has ended by itself.
    }
  }

  #startGate({ pid, listener }: Opened, { runs, unfollowed }: SiblingPlan): Promise<void> {
    const { broker, onRefused } = this.#options;
    const onReport = (report: GateReport): void => {
      if (report.type === 'started') this.#init = report.init;
      else if (report.type === 'command-refused') this.#refused = true;
      else if (report.type === 'requests') report.events.forEach(onRefused);
    };
    const onDeath = (error: Error): void => {
      this.#failure = error;
      this.kill();
    };
    const order = {
      ...{ listener, stageOne: pid, runs, broker },
      unfollowed: unfollowed.map(({ path }) => path),
    };
    return this.#gate.start(order, { onReport, onDeath });
  }
}
