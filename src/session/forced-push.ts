import type { Fact } from '../approval/types.ts';
import type { Operation } from '../policy/types.ts';
import { findGit } from '../view/git-layout.ts';
import { Git, objectId } from './facts/git-process.ts';
import { commitsOnlyIn, lostFacts } from './facts/lost-commits.ts';
import { Pace } from './facts/pace.ts';

/** Milliseconds for all of it; a push waits meanwhile. */
const LIMIT = 3000;
const UNTOLD =
  "whether it drops commits cannot be told from the session's repository: git fetch brings what the remote has";
/** More branches in one push are not looked at one by one. */
const UPDATES = 20;

export interface JudgedPush {
  operations: readonly [Operation, ...Operation[]];
  facts: Fact[];
}

/**
 * The wire says from which commit to which a branch goes, not whether the one is in the history of the other. The session's
 * own repository has both as a rule: an update that drops commits is a forced one, and destroys. Where that cannot be told
 * the update is unknown: else pushing from another folder would be the way around.
 */
export async function withForcedPushes(
  operations: readonly [Operation, ...Operation[]],
  repository: string,
): Promise<JudgedPush> {
  const updates = operations.filter(isUpdate).length;
  if (updates === 0) return { operations, facts: [] };
  const pace = new Pace(AbortSignal.timeout(LIMIT));
  const facts: Fact[] = [];
  const judge = async (operation: Operation): Promise<Operation> => {
    const [from, to] = movedBy(operation);
    const found = from && to && updates <= UPDATES ? await lost(repository, from, to, pace) : null;
    if (!found) return { ...operation, class: 'unknown', because: UNTOLD };
    facts.push(...lostFacts(found, 'of the branch'));
    if (found.count === 0) return operation;
    const because = 'commits of the branch are dropped';
    return { ...operation, name: 'push force', class: 'destroy', because };
  };
  const judged: Operation[] = [];
  for (const operation of operations)
    judged.push(isUpdate(operation) ? await judge(operation) : operation);
  return { operations: judged as [Operation, ...Operation[]], facts };
}

/** A tag that is moved is judged already. */
function isUpdate({ name, class: kind }: Operation): boolean {
  return name === 'push update' && kind === 'change';
}

async function lost(
  repository: string,
  from: string,
  to: string,
  pace: Pace,
): Promise<Awaited<ReturnType<typeof commitsOnlyIn>> | null> {
  try {
    const found = findGit(repository);
    return found && (await commitsOnlyIn(new Git(found, pace), [from], [to]));
  } catch {
    return null;
  }
}

function movedBy({ arguments: given }: Operation): (string | null)[] {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return [];
  const { old, new: next } = given as { old?: unknown; new?: unknown };
  return [old, next].map((id) => (typeof id === 'string' ? objectId(id) : null));
}
