import type { PromptScreen, Question, TerminalChannel } from '../../src/approval/types.ts';

/** A terminal made of two lists: what was written, and what is typed. */
export class FakeTerminal implements TerminalChannel, PromptScreen {
  columns = 80;
  rows = 24;
  state: ReturnType<TerminalChannel['available']> = 'yes';
  written = '';
  acquired = 0;
  released = 0;
  failing = false;
  /** With a screen of its own: the lines that were left of questions. */
  farewell?: (line: string) => void;
  readonly left: string[] = [];
  #typed: Buffer[] = [];
  #resized = new Set<() => void>();
  #watchers: (() => void)[] = [];
  #look = () => {};

  /** Gives questions a screen of their own. */
  ownScreen(): this {
    this.farewell = (line) => void this.left.push(line);
    return this;
  }

  onResize = (listener: () => void) => {
    this.#resized.add(listener);
    return () => this.#resized.delete(listener);
  };

  resize(columns: number, rows: number): void {
    [this.columns, this.rows] = [columns, rows];
    for (const listener of this.#resized) listener();
  }

  available() {
    return this.state;
  }

  acquire(): Promise<PromptScreen> {
    if (this.failing) return Promise.reject(new Error('no terminal'));
    this.acquired++;
    return Promise.resolve(this);
  }

  release(): Promise<void> {
    this.released++;
    return Promise.resolve();
  }

  write(text: string): void {
    this.written += text;
    for (const watcher of this.#watchers) watcher();
  }

  type(...chunks: (string | number[])[]): void {
    for (const chunk of chunks)
      this.#typed.push(typeof chunk === 'string' ? Buffer.from(chunk) : Buffer.from(chunk));
    this.#look();
  }

  hangUp(): void {
    this.#typed.push(Buffer.alloc(0));
    this.#look();
  }

  readKey(signal: AbortSignal): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const chunk = this.#typed[0];
        if (!chunk && !signal.aborted) return;
        signal.removeEventListener('abort', look);
        this.#look = () => {};
        if (!chunk) return reject(new Error('aborted'));
        // The end stays the end.
        if (chunk.length > 0) this.#typed.shift();
        resolve(chunk);
      };
      this.#look = look;
      signal.addEventListener('abort', look);
      look();
    });
  }

  /** Resolves when `text` has been written `times` times. */
  shows(text: string, times = 1): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (this.written.split(text).length > times) resolve();
      };
      this.#watchers.push(look);
      look();
    });
  }
}

export function question(id: number, changes: Partial<Question> = {}): Question {
  return {
    id,
    gate: 'exec',
    title: 'rm -rf src',
    argv: ['rm', '-rf', 'src'],
    cwd: '/home/me/project',
    ancestry: ['codex', 'bash', 'rm'],
    verdict: {
      rule: 'fs.rm.recursive',
      reason: 'Recursive deletion cannot be undone.',
      safer: 'git rm -r, or move the folder away',
    },
    ...changes,
  };
}

/** Longer than any silence that tells two bursts of input apart. */
export const pause = (ms = 150) => new Promise((resolve) => setTimeout(resolve, ms));
