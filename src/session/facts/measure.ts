import type { Fact } from '../../approval/types.ts';
import { invocationsOf, lastComponent, type Programs } from '../../policy/argv/program.ts';
import type { ExecRequest } from '../../policy/types.ts';
import { printable } from '../../printable.ts';
import { branchFacts, stashFacts } from './branches.ts';
import { CallerRoot } from './caller-root.ts';
import { deletionFacts } from './deletion.ts';
import { heldEnvironment } from './environment.ts';
import { NotMeasured, Pace, Stopped } from './pace.ts';
import { pushFacts } from './push.ts';
import { removalOf } from './removal.ts';
import { has, type Scope } from './scope.ts';
import { cleanFacts, discardFacts, resetFacts } from './work-tree.ts';

export interface MeasureContext {
  /** Of the caller, as guard sees it: it is held, and its root is what names mean. */
  pid: number;
  /** How command lines are read. */
  programs: Programs;
  /** Milliseconds for everything. */
  time?: number;
}

const TIME = 1500;
const FACTS_LIMIT = 16;
const TEXT_LIMIT = 400;

/**
 * What guard can tell about a command before it runs: how much would go, and what of it cannot be brought back. Nothing
 * here decides anything. Never rejects; what cannot be measured in time is said, or left out.
 */
export async function measureFacts(
  request: ExecRequest,
  { pid, programs, time = TIME }: MeasureContext,
  signal: AbortSignal,
): Promise<Fact[]> {
  const stop = new AbortController();
  const abort = (): void => stop.abort(new Stopped());
  const timer = setTimeout(abort, time);
  signal.addEventListener('abort', abort, { once: true });
  let root: CallerRoot | undefined;
  try {
    if (signal.aborted) return [];
    root = new CallerRoot(pid);
    const common = {
      request,
      root,
      pace: new Pace(stop.signal),
      environment: heldEnvironment(pid),
    };
    for (const name of new Set([...request.names, lastComponent(request.path)])) {
      if (!programs.find(name)) continue;
      for (const invocation of invocationsOf(programs, name, request.argv) ?? []) {
        const facts = await factsOf({ ...common, invocation });
        if (facts) return signal.aborted ? [] : facts.slice(0, FACTS_LIMIT).map(bounded);
      }
    }
    return [];
  } catch (error) {
    if (signal.aborted) return [];
    const why =
      error instanceof NotMeasured
        ? error.message
        : stop.signal.aborted
          ? 'it took too long'
          : 'guard failed to';
    return [bounded({ label: 'measured', text: `could not be measured: ${why}` })];
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
    stop.abort(new Stopped());
    root?.close();
  }
}

/** Null where nothing is known of such a command. */
async function factsOf(scope: Scope): Promise<Fact[] | null> {
  const removal = removalOf(scope);
  if (removal) return deletionFacts(removal, scope);
  const { command, path } = scope.invocation;
  if (command !== 'git') return null;
  switch (path.join(' ')) {
    case 'push':
      return pushFacts(scope);
    case 'clean':
      return cleanFacts(scope);
    case 'reset':
      return resetFacts(scope);
    case 'checkout':
    case 'restore':
    case 'switch':
    case 'read-tree':
    case 'checkout-index':
      return discardFacts(scope);
    case 'branch':
      return has(scope, 'D', 'delete', 'force') ? branchFacts(scope) : null;
    case 'update-ref':
      return has(scope, 'delete') ? branchFacts(scope) : null;
    case 'stash drop':
    case 'stash clear':
      return stashFacts(scope);
    default:
      return null;
  }
}

/** File names and subjects are somebody else's: escaped, and cut. */
function bounded({ label, text }: Fact): Fact {
  return { label, text: printable(text, TEXT_LIMIT) };
}
