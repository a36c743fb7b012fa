import type { Invocation } from './argv/parse.ts';
import { isProduction } from './argv/place.ts';
import type { RuleData } from './rules/pack.ts';
import { TIERS, type Tier } from './types.ts';

type Graded = Pick<RuleData, 'reversibility' | 'reach' | 'tier' | 'resource'>;

/** How a yes to this rule is to be given, as docs/rules-format.md has it. */
export function tierOf(rule: Graded, invocation: Invocation): Tier {
  const base = rule.tier ?? usualTier(rule);
  if (base === 'log') return base;
  if (rule.reach === 'remote' && namesProduction(invocation)) return 'type';
  return preAnswered(invocation) ? raised(base) : base;
}

/** The next harder one; the hardest stays. */
export function raised(tier: Tier): Tier {
  return TIERS[TIERS.indexOf(tier) + 1] ?? 'type';
}

export function hardest(a: Tier, b: Tier): Tier {
  return TIERS.indexOf(a) >= TIERS.indexOf(b) ? a : b;
}

/** What would be lost, by the name it has on the command line; the command itself where it names nothing. */
export function resourceOf({ resource = [] }: Graded, invocation: Invocation): string {
  const { operands, path, command } = invocation;
  for (const source of [...resource, 'operands', 'subcommand']) {
    const name = namedBy(source, invocation);
    if (name !== undefined && name !== '') return name;
  }
  return operands.at(-1) ?? path.at(-1) ?? command;
}

function namedBy(source: string, { operands, assumed, path, flags }: Invocation) {
  const [kind = '', number] = source.split(' ');
  if (kind === 'operands') return assumed ? undefined : operands.at(-1);
  if (kind === 'operand') return operands[Number(number) - 1];
  if (kind === 'subcommand') return path.at(-1);
  return flags.get(source)?.values.at(-1);
}

/** The tier of a rule that names none, before anything raises it. */
export function usualTier({ reversibility, reach }: Graded): Tier {
  // A refusal that became a question, because what it is about is not known.
  if (!reversibility) return 'review';
  if (reversibility === 'reversible') return 'log';
  return reversibility === 'irreversible' || reach === 'remote' ? 'review' : 'confirm';
}

function namesProduction({ operands, path, flags }: Invocation): boolean {
  if (operands.some(isProduction) || path.some(isProduction)) return true;
  for (const { values } of flags.values()) if (values.some(isProduction)) return true;
  return false;
}

function preAnswered({ grammar, flags }: Invocation): boolean {
  return grammar.preAnswers.some((id) => flags.has(id));
}
