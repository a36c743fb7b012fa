import { glob } from '../glob.ts';
import type { FlagUse } from './parse.ts';

type Flags = ReadonlyMap<string, FlagUse>;

/** One line of `flags:`: any of its alternatives. */
export interface FlagCondition {
  alternatives: FlagAlternative[];
}

interface FlagAlternative {
  id: string;
  negated: boolean;
  pattern: string | null;
  value: ((text: string) => boolean) | null;
}

/** `force`, `!force`, `replicas=0`, `c~alias.*` (upper and lower case are the same), and `a | b`. */
export function compileFlags(
  lines: readonly string[],
  canonical: (id: string) => string = (id) => id,
): FlagCondition[] {
  return lines.map((line) => ({
    alternatives: line.split(/\s+\|\s+/).map((part) => readAlternative(part, canonical)),
  }));
}

/**
 * Whether it holds. A flag that was only perhaps read (behind an option nobody declared) counts as given and as not
 * given, whichever keeps the rule; with `surely` only what is certain counts, for what would spare a command.
 */
export function flagsHold(condition: FlagCondition, flags: Flags, surely = false): boolean {
  return condition.alternatives.some((alternative) => holds(alternative, flags, surely));
}

/** The alternatives that hold, normalised so that those of a rule and of a profile compare. */
export function heldKeys(condition: FlagCondition, flags: Flags): string[] {
  return condition.alternatives
    .filter((alternative) => holds(alternative, flags, false))
    .map(({ id, negated, pattern }) => `${negated ? '!' : ''}${id}=${pattern ?? '*'}`);
}

function holds({ id, negated, value }: FlagAlternative, flags: Flags, surely: boolean): boolean {
  const use = flags.get(id);
  if (negated) return surely ? !use : !use?.certain;
  if (!use || (surely && !use.certain)) return false;
  return !value || use.values.some(value);
}

/** The flags that a line speaks of. */
export function flagNames(line: string): string[] {
  return line.split(/\s+\|\s+/).map((part) => part.replace(/^!/, '').replace(/[=~].*$/s, ''));
}

function readAlternative(text: string, canonical: (id: string) => string): FlagAlternative {
  const negated = text.startsWith('!');
  const body = negated ? text.slice(1) : text;
  const operator = body.search(/[=~]/);
  if (operator < 0) return { id: canonical(body), negated, pattern: null, value: null };
  const id = canonical(body.slice(0, operator));
  const pattern = body.slice(operator + 1);
  const matches = glob(body[operator] === '~' ? pattern.toLowerCase() : pattern);
  const value = body[operator] === '~' ? (text: string) => matches(text.toLowerCase()) : matches;
  return { id, negated, pattern, value };
}
