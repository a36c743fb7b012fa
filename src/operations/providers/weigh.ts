import type { Json, Operation, OperationClass } from '../../policy/types.ts';
import { STRICTNESS } from './data.ts';

/** Longer ones are cut: they are shown to people and compared with rules, both of which must stay quick. */
const MAX_TEXT = 256;
/** More than a person could weigh. */
const MAX_OPERATIONS = 200;
const MAX_LOOKED_AT = 2000;
const MAX_SHOWN = 5;

/** A reading of a request, before it is known whether another one is stricter. */
export interface Candidate {
  operation: Operation;
  /** A rule said so, not the method or the kind alone. */
  byRule: boolean;
  /** False where guard cannot see whether the rule applies: then it may only make things stricter. */
  sure: boolean;
}

export function isStricter(a: OperationClass, b: OperationClass): boolean {
  return STRICTNESS.indexOf(a) > STRICTNESS.indexOf(b);
}

/** The rules that surely apply decide, or `otherwise` without one; what may apply counts where it is stricter. */
export function weigh(rules: readonly Candidate[], otherwise: Candidate | null): Candidate | null {
  const sure = rules.filter((rule) => rule.sure);
  const base = sure.length ? strictestOf(sure) : otherwise;
  return strictestOf([...(base ? [base] : []), ...rules.filter((rule) => !rule.sure)]);
}

/** Of equals one that a rule names, then the first. */
export function strictestOf(candidates: readonly Candidate[]): Candidate | null {
  let best: Candidate | null = null;
  for (const each of candidates)
    if (
      !best ||
      isStricter(each.operation.class, best.operation.class) ||
      (each.operation.class === best.operation.class && each.byRule && !best.byRule)
    )
      best = each;
  return best;
}

/** With every text cut to length; the strictest of too many, and one that says so. */
export function bounded(operations: readonly Operation[]): [Operation, ...Operation[]] {
  const all: Operation[] = [];
  // Of too many the strictest: behind two thousand that are harmless there may be one that is not.
  const looked =
    operations.length <= MAX_LOOKED_AT
      ? operations
      : operations.toSorted((a, b) => STRICTNESS.indexOf(b.class) - STRICTNESS.indexOf(a.class));
  for (const operation of looked.slice(0, MAX_LOOKED_AT).map(cut))
    if (!all.some((other) => isSame(other, operation))) all.push(operation);
  const [first, ...rest] = all;
  if (!first) return [unknownOperation('request', 'guard does not know what it asks for')];
  if (operations.length <= MAX_OPERATIONS) return [first, ...rest];
  all.sort((a, b) => STRICTNESS.indexOf(b.class) - STRICTNESS.indexOf(a.class));
  return [
    unknownOperation('request', 'it asks for more than guard looks through'),
    ...all.slice(0, MAX_OPERATIONS),
  ];
}

/** Found twice, by two ways to read one thing. */
function isSame(a: Operation, b: Operation): boolean {
  return (
    a.name === b.name && a.class === b.class && a.target === b.target && a.arguments === b.arguments
  );
}

export function unknownOperation(name: string, because: string, target?: string): Operation {
  return { name, class: 'unknown', target: target ?? null, arguments: null, because };
}

/** Something that was found but cannot be trusted to be all: at least `unknown`. */
export function inDoubt(operation: Operation, because: string): Operation {
  return isStricter('unknown', operation.class)
    ? { ...operation, class: 'unknown', because }
    : operation;
}

/** Several targets as one; `…` says that there are more. */
export function joinTargets(names: readonly string[]): string | null {
  if (names.length === 0) return null;
  return (names.length > MAX_SHOWN ? [...names.slice(0, MAX_SHOWN), '…'] : names).join(', ');
}

/** A scalar as a target. */
export function asTarget(value: Json | undefined): string | null {
  if (typeof value === 'string') return value === '' ? null : value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : null;
}

function cut(operation: Operation): Operation {
  const { name, target, because } = operation;
  return {
    ...operation,
    name: shorten(name),
    target: target === null ? null : shorten(target),
    ...(because === undefined ? {} : { because: shorten(because) }),
  };
}

function shorten(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT - 1)}…` : text;
}
