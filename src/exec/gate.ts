import { closeSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { eventfd } from '../kernel/descriptors.ts';
import { PACKAGE_ROOT } from '../package-root.ts';
import type { AllowListOrder, GateInstruction, GateOrder, GateReport } from './protocol.ts';
type Order = GateOrder | AllowListOrder;

export interface GateEvents {
  /** Everything but `ready`. */
  onReport: (report: GateReport) => void;
  /** The worker ended without having been told to: from then on the kernel refuses every exec. */
  onDeath: (error: Error) => void;
}

/** Guard's end of the exec gate. The worker boots as soon as this is made, and waits for its order. */
export class Gate {
  readonly #worker: Worker;
  readonly #wake = eventfd();
  readonly #ended: Promise<void>;
  #listener: number | null = null;
  #over = false;

  constructor() {
    this.#worker = new Worker(join(PACKAGE_ROOT, 'dist', 'exec-worker.cjs'), {
      env: {},
      execArgv: [],
      // Descriptors come from system calls Node did not make, and are closed by this code.
      trackUnmanagedFds: false,
      // Otherwise Node opens this process's stdout and stderr for it, which makes them non-blocking for the agent too.
      stdout: true,
      stderr: true,
    });
    this.#ended = new Promise((resolve) => {
      this.#worker.once('exit', () => {
        closeSync(this.#wake);
        if (this.#listener !== null) closeSync(this.#listener);
        resolve();
      });
    });
    // A thread blocked in poll(2) would keep this process from exiting.
    process.once('exit', this.#stopNow);
  }

  /** Hands the worker its order; resolves when it judges. From now on it owns `order.listener`. */
  start(
    order: Omit<GateOrder, 'wake'> | Omit<AllowListOrder, 'wake'>,
    { onReport, onDeath }: GateEvents,
  ): Promise<void> {
    this.#listener = order.listener;
    return new Promise((resolve, reject) => {
      const fail = (error: Error): void => {
        if (this.#over) return;
        this.#over = true;
        reject(error);
        onDeath(error);
      };
      this.#worker.once('error', fail);
      this.#worker.once('exit', () => fail(new Error('the exec gate ended')));
      this.#worker.on('message', (report: GateReport) => {
        if (report.type === 'end') this.#over = true;
        if (report.type === 'ready') resolve();
        else onReport(report);
      });
      this.#worker.postMessage({ ...order, wake: this.#wake } satisfies Order);
    });
  }

  answer(id: number, outcome: 'allow' | 'deny', by: string): void {
    this.#instruct({ type: 'answer', id, outcome, by });
  }

  /** What becomes of a call that met a shim. */
  answerShim(answer: Omit<Extract<GateInstruction, { type: 'broker' }>, 'type'>): void {
    this.#instruct({ type: 'broker', ...answer });
  }

  /** Lets the stopped command go on. */
  resume(): void {
    this.#instruct({ type: 'resume' });
  }

  async stop(): Promise<void> {
    process.off('exit', this.#stopNow);
    const started = this.#listener !== null;
    this.#stopNow();
    this.#over = true;
    // Not terminate(): a thread that is ended while it loads native code takes this process with it.
    if (!started) this.#worker.postMessage({ type: 'stop' } satisfies GateInstruction);
    await this.#ended;
  }

  readonly #stopNow = (): void => this.#instruct({ type: 'stop' });

  #instruct(instruction: GateInstruction): void {
    if (this.#over || this.#listener === null) return;
    this.#worker.postMessage(instruction);
    // eventfd(2): adding to the counter makes it readable.
    writeSync(this.#wake, Buffer.from(BigUint64Array.of(1n).buffer));
  }
}
