import { readlinkSync } from 'node:fs';
import { parentOf, processStat } from '../process-stat.ts';
import { lastComponent } from './identity.ts';

/** Longest chain that is followed: deeper ones are cut at the agent's end. */
const DEPTH_LIMIT = 32;

/**
 * Who started whom, from the agent down to the caller. Names come from what the gate saw each process execute; a
 * process that never did (a subshell) goes by its parent's.
 */
export class Ancestry {
  readonly #seen = new Map<number, { name: string; parent: number; start: string }>();
  /** The caller looked at last: it is recorded next. */
  #caller = { pid: 0, parent: 0, start: '', threads: 0 };
  #root = 0;
  #rootName: string | null = null;

  /** The first command of the session, by the agent's name if it has one: everything above it is guard's. */
  begin(root: number, name: string | null): void {
    this.#root = root;
    this.#rootName = name;
  }

  /** Names from the agent to `pid`, which is about to become something else. */
  of(pid: number): string[] {
    const names: string[] = [];
    const caller = this.#look(pid);
    // An earlier process with its id had another start.
    if (this.#seen.get(pid)?.start !== caller.start) this.#seen.delete(pid);
    for (let current = pid, depth = 0; current > 1 && depth < DEPTH_LIMIT; depth += 1) {
      const known = this.#seen.get(current);
      const own = current === this.#root ? this.#rootName : null;
      const name = own ?? known?.name;
      if (name !== undefined) names.unshift(name);
      if (current === this.#root) break;
      current = current === pid ? caller.parent : (known?.parent ?? parentOf(current));
    }
    if (names.length === 0) names.push(executableName(pid));
    return names.filter((name, index) => name !== names[index - 1]);
  }

  knows(pid: number): boolean {
    return this.#seen.has(pid);
  }

  /** Whether the caller that was looked at last, or is looked at now, has no other thread. */
  isAlone(pid: number): boolean {
    return (this.#caller.pid === pid ? this.#caller : this.#look(pid)).threads === 1;
  }

  /** `pid` now runs `name`. */
  record(pid: number, name: string): void {
    if (this.#seen.size > 50_000) this.#seen.clear();
    const { parent, start } = this.#caller.pid === pid ? this.#caller : this.#look(pid);
    this.#seen.set(pid, { name, parent, start });
  }

  #look(pid: number): { pid: number; parent: number; start: string; threads: number } {
    const { parent = 0, start = '', threads = 0 } = processStat(pid) ?? {};
    return (this.#caller = { pid, parent, start, threads });
  }
}

function executableName(pid: number): string {
  try {
    return lastComponent(readlinkSync(`/proc/${pid}/exe`));
  } catch {
    return '?';
  }
}
