import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { PACKAGE_ROOT } from '../package-root.ts';
import type { PromptLayout } from './prompt-layout.ts';

export interface FrameRequest {
  id: number;
  layout: PromptLayout;
}
export type FrameReply = { id: number; frame: string } | { id: number; error: string };

/** Draws layouts; what it returns is to be checked. */
export interface Painter {
  /** False for good once it has failed. */
  readonly usable: boolean;
  /** Loads what it needs, for a later question not to wait. */
  warm(): void;
  /** Rejects when there is no frame in time. */
  paint(layout: PromptLayout): Promise<unknown>;
  /** Not to be asked again. */
  giveUp(): void;
}

/** Loading ink takes half a second on an idle machine, a frame some milliseconds. Milliseconds. */
const FIRST_WITHIN = 3000;
const WITHIN = 1500;

/** Ink, in a thread of its own: it never sees the terminal, keys, or anything that is not on the screen. */
export class FrameWorker implements Painter {
  readonly #file: string;
  readonly #pending = new Map<number, (reply: FrameReply) => void>();
  #worker: Worker | null = null;
  #failure: string | null = null;
  #nextId = 0;
  #drewOnce = false;

  constructor(file = join(PACKAGE_ROOT, 'dist', 'prompt.mjs')) {
    this.#file = file;
  }

  get usable(): boolean {
    return this.#failure === null;
  }

  warm(): void {
    if (this.#worker || this.#failure !== null) return;
    try {
      const worker = new Worker(this.#file, {
        // Not the terminal's colours but 16: what a frame may have is a short list.
        env: { FORCE_COLOR: '1' },
        execArgv: [],
        // Otherwise Node opens this process's own for it, which makes them non-blocking for the agent too.
        stdout: true,
        stderr: true,
      });
      this.#worker = worker;
      // It never keeps a session alive.
      worker.unref();
      worker.on('error', (error) => this.#fail(error.message));
      worker.on('exit', () => this.#fail('it ended'));
      worker.on('message', (reply: FrameReply) => {
        this.#pending.get(reply.id)?.(reply);
      });
    } catch (error) {
      this.#fail(error instanceof Error ? error.message : String(error));
    }
  }

  async paint(layout: PromptLayout): Promise<unknown> {
    this.warm();
    if (this.#failure !== null) throw new Error(this.#failure);
    const id = ++this.#nextId;
    const reply = await new Promise<FrameReply>((resolve) => {
      const timer = setTimeout(
        () => resolve({ id, error: 'it did not answer in time' }),
        this.#drewOnce ? WITHIN : FIRST_WITHIN,
      );
      this.#pending.set(id, (reply) => {
        clearTimeout(timer);
        resolve(reply);
      });
      this.#worker?.postMessage({ id, layout } satisfies FrameRequest);
    });
    this.#pending.delete(id);
    if ('error' in reply) throw new Error(reply.error);
    this.#drewOnce = true;
    return reply.frame;
  }

  giveUp(): void {
    this.#fail('it was given up');
  }

  #fail(why: string): void {
    this.#failure ??= why;
    for (const [id, settle] of this.#pending) settle({ id, error: this.#failure });
  }
}
