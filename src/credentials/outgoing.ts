import { CallStopped, type Answer, type StreamFilter } from '../egress/inspect/types.ts';
import type { CredentialFact } from '../policy/types.ts';
import { HeldStream } from './held-stream.ts';
import type { KnownValue, KnownValues } from './known-values.ts';

/** For a body that goes out unjudged: the first known value or placeholder in it ends the call before it has gone out. */
export function outgoingFilter(
  known: KnownValues,
  onFound: (fact: CredentialFact) => Answer,
): StreamFilter {
  const { automaton, found } = known.compiled;
  return new HeldStream(automaton, (index) => {
    throw new CallStopped(onFound(factOf(found[index] ?? null, 'the body')));
  });
}

export function factOf(known: KnownValue | null, where: string): CredentialFact {
  if (known === null) return { kind: 'none' };
  return known.kind === 'real'
    ? { kind: 'leak', where }
    : { kind: 'misplaced', name: known.name, where };
}
