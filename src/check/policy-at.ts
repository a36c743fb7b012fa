import type { Policy } from '../policy/decide.ts';
import type { Where } from './types.ts';

const known = new WeakMap<Policy, Partial<Record<Where, Policy>>>();

/**
 * The rules that count somewhere: those about a session count nowhere else, and in a container that is made for a command only
 * those about what lies beyond it.
 */
export function policyAt(policy: Policy, where: Where): Policy {
  let made = known.get(policy);
  if (!made) known.set(policy, (made = {}));
  return (made[where] ??= narrowed(policy, where));
}

function narrowed(policy: Policy, where: Where): Policy {
  const rules = new Map<string, ReturnType<Policy['rulesOf']>>();
  return {
    ...policy,
    rulesOf: (command) => {
      const ready = rules.get(command);
      if (ready) return ready;
      const kept = policy
        .rulesOf(command)
        .filter(({ data: { applies, reach } }) =>
          where === 'container' ? reach === 'remote' : applies !== 'session',
        );
      rules.set(command, kept);
      return kept;
    },
  };
}
