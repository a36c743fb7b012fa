import { existsSync, openSync, readFileSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecRequest, Verdict } from '../policy/types.ts';
import { describe, type HeldFile } from './held-call.ts';
import { lastComponent } from './identity.ts';
import type { ShimCall, ShimOrder } from './protocol.ts';

/** Shims let go whose own exec of the real program has not come yet: they are a few system calls away from it. */
const PASSES = 1000;
/** open(2) */
const O_PATH = 0o10000000;

/** A process by the numbers that matter to a shim. */
export interface Caller {
  /** Of the process, not the thread, as guard sees it. */
  pid: number;
  /** As the innermost process namespace numbers it: what `$$` says there. */
  inside: number;
  /** In a process namespace below the session's own. */
  nested: boolean;
}

export interface KnownShim extends ShimOrder {
  file: string;
  held: HeldFile;
}

/** The shims of a session as the exec gate knows them: by file, never by name. */
export class Shims {
  readonly #shims = new Map<string, KnownShim>();
  readonly #reals = new Map<string, KnownShim>();
  /** What a shim that was let go may execute without being judged again, by process. */
  readonly #passes = new Map<number, ReadonlySet<string>>();
  #depth = 0;

  constructor(orders: readonly ShimOrder[]) {
    if (orders.length) this.#depth = namespaceDepth();
    for (const order of orders) {
      const shim = { ...order, held: describe(openSync(order.real, O_PATH)) };
      this.#shims.set(order.file, shim);
      this.#reals.set(inodeOf(shim.held), shim);
    }
  }

  /** The shim that a held file is. */
  of(file: HeldFile): KnownShim | null {
    return this.#shims.size === 0 ? null : (this.#shims.get(inodeOf(file)) ?? null);
  }

  caller(tid: number): Caller {
    const status = readFileSync(`/proc/${tid}/status`, 'latin1');
    // proc_pid_status(5): from the namespace of this /proc down to the innermost.
    const numbers = (/^NStgid:\t(.*)$/m.exec(status)?.[1] ?? '').split('\t').map(Number);
    const [pid = 0, inside = 0] = [numbers[0], numbers.at(-1)];
    if (!pid || !inside) throw new Error('the caller is gone');
    return { pid, inside, nested: numbers.length !== this.#depth + 1 };
  }

  /** The real program is about to start in the session: its shim's own exec of it is not judged a second time. */
  pass(caller: Caller, shim: ShimOrder, request: ExecRequest): void {
    this.#removeStale(caller, shim);
    if (this.#passes.size >= PASSES) this.#passes.clear();
    // Some programs are several by their name: only the one that was judged. A script has its own whatever it is called.
    const called = request.argv[0] ?? '';
    const names = called === shim.program ? [called, shim.real] : [called];
    this.#passes.set(caller.pid, new Set(names.map((name) => keyOf(shim.real, request, name))));
  }

  /** Whether this is that exec. What differs in anything from what was judged is judged anew. */
  passes(tid: number, file: HeldFile, request: Pick<ExecRequest, 'argv' | 'cwd'>): boolean {
    const shim = this.#reals.size > 0 && this.#reals.get(inodeOf(file));
    if (!shim) return false;
    const expected = this.#passes.get(tid);
    this.#passes.delete(tid);
    return expected?.has(keyOf(shim.real, request, request.argv[0] ?? '')) === true;
  }

  /** A real program that no shim lies over, reached past its shim by a call that may be a broker's. */
  evaded(file: HeldFile, called: string, argv: readonly string[]): Verdict | null {
    const shim = this.#reals.size > 0 && this.#reals.get(inodeOf(file));
    if (!shim || shim.over || !mayBeBrokered(shim, called, argv)) return null;
    return {
      action: 'deny',
      rule: `broker.${shim.broker}`,
      reason: `guard makes such calls of ${shim.program} for the session, and only meets them by that name`,
      safer: `call it as ${shim.program}, without a path`,
      source: { layer: 'default', file: 'guard', line: 0 },
    };
  }

  /** An answer that nobody took: a process number comes round again. */
  #removeStale({ inside, nested }: Caller, { calls }: ShimOrder): void {
    const answer = join(calls, String(inside));
    if (!existsSync(answer)) return;
    if (nested) throw new Error('its process number belongs to another call');
    unlinkSync(answer);
  }
}

export function shimCall(shim: ShimOrder, caller: Caller): ShimCall {
  return { broker: shim.broker, pid: caller.pid, inside: caller.nested ? null : caller.inside };
}

/** Seen from the words alone, so it says no only where no reading of them could make the call a broker's. */
export function mayBeBrokered(
  { program, words }: ShimOrder,
  called: string,
  argv: readonly string[],
): boolean {
  if (words === null) return true;
  const names = [lastComponent(called), lastComponent(argv[0] ?? '')];
  return words.some(
    (word) =>
      argv.includes(word, 1) || names.includes(`${program}-${word}`) || names.includes(word),
  );
}

function keyOf(
  real: string,
  { argv, cwd }: Pick<ExecRequest, 'argv' | 'cwd'>,
  name: string,
): string {
  return JSON.stringify([real, lastComponent(name), argv.slice(1), cwd]);
}

function inodeOf({ dev, ino }: HeldFile): string {
  return `${dev}:${ino}`;
}

/** Process namespaces between this /proc and the process that reads it. */
function namespaceDepth(): number {
  const status = readFileSync('/proc/self/status', 'latin1');
  return (/^NStgid:\t(.*)$/m.exec(status)?.[1] ?? '').split('\t').length;
}
