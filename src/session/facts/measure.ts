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
import { whereFacts } from './where.ts';
import { cleanFacts, discardFacts, resetFacts } from './work-tree.ts';

export interface MeasureContext {
  /** Of the caller, as guard sees it: it is held, and its root is what names mean. */
  pid: number;
  /** How command lines are read. */
  programs: Programs;
  /** What the rule wants measured; without it what is known to be worth it. */
  wanted?: readonly string[];
  /** Milliseconds for everything. */
  time?: number;
}

const TIME = 1500;
const FACTS_LIMIT = 16;
const TEXT_LIMIT = 400;
/** Operands that are looked for where a rule asks about files of any command. */
const OPERANDS_LIMIT = 500;

/**
 * What guard can tell about a command before it runs: how much would go, and what of it cannot be brought back. Nothing
 * here decides anything. Never rejects; what cannot be measured in time is said, or left out.
 */
export async function measureFacts(
  request: ExecRequest,
  { pid, programs, wanted = [], time = TIME }: MeasureContext,
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
        const scope = { ...common, invocation };
        const facts = [...((await factsOf(scope, wanted)) ?? []), ...whereFacts(scope)];
        if (facts.length) return signal.aborted ? [] : facts.slice(0, FACTS_LIMIT).map(bounded);
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

type Measurement = (scope: Scope) => Promise<Fact[]> | Fact[];

/** Null where nothing is known of such a command. */
async function factsOf(scope: Scope, wanted: readonly string[]): Promise<Fact[] | null> {
  const usual = usualMeasurement(scope);
  const named = new Set(wanted.flatMap((name) => measurementOf(name, scope, usual) ?? []));
  const measurements = named.size > 0 ? [...named] : usual ? [usual] : [];
  if (measurements.length === 0) return null;
  const facts: Fact[] = [];
  for (const measurement of measurements) facts.push(...(await measurement(scope)));
  return facts;
}

/** A measurement by the name it has in a rule. What a command is known for goes before what any of its kind could be asked. */
function measurementOf(name: string, scope: Scope, usual: Measurement | null): Measurement | null {
  const git = scope.invocation.command === 'git';
  switch (name) {
    case 'files':
      return usual ?? affectedFacts;
    case 'changes':
      return usual ?? (git ? discardFacts : null);
    case 'commits':
      return usual;
    case 'branches':
      return git ? branchFacts : null;
    case 'stash':
      return git ? stashFacts : null;
    case 'push':
      return git ? pushFacts : null;
    default:
      return null;
  }
}

/** Every operand that names something that is there. */
function affectedFacts(scope: Scope): Promise<Fact[]> {
  const { invocation, root, request } = scope;
  const targets = invocation.operands.slice(0, OPERANDS_LIMIT);
  const present = targets.filter((name) => root.target(name, request.cwd) !== null);
  if (present.length === 0) return Promise.resolve([]);
  return deletionFacts(
    { label: 'affects', targets: present, recursive: true, throughLinks: false },
    scope,
  );
}

function usualMeasurement(scope: Scope): Measurement | null {
  const removal = removalOf(scope);
  if (removal) return (scope) => deletionFacts(removal, scope);
  const { command, path } = scope.invocation;
  if (command !== 'git') return null;
  switch (path.join(' ')) {
    case 'push':
      return pushFacts;
    case 'clean':
      return cleanFacts;
    case 'reset':
      return resetFacts;
    case 'checkout':
    case 'restore':
    case 'switch':
    case 'read-tree':
    case 'checkout-index':
      return discardFacts;
    case 'branch':
      return has(scope, 'D', 'delete', 'force') ? branchFacts : null;
    case 'update-ref':
      return has(scope, 'delete') ? branchFacts : null;
    case 'stash drop':
    case 'stash clear':
      return stashFacts;
    default:
      return null;
  }
}

/** File names and subjects are somebody else's: escaped, and cut. */
function bounded({ label, text }: Fact): Fact {
  return { label, text: printable(text, TEXT_LIMIT) };
}
