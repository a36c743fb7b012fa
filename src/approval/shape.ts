import { tierOf } from './tiers.ts';
import type { Question } from './types.ts';

/** What asks have in common that are of one kind: only the arguments may differ. */
export function kindOf(question: Question): string {
  const { gate, title, argv, calledAs, made, cwd, ancestry, verdict } = question;
  // One program can be many by what it is called (busybox), and a prompt says that once.
  const program = [argv ? argv[0] : title, calledAs ?? null];
  return JSON.stringify([gate, program, made ?? null, verdict.rule, cwd, ancestry]);
}

/**
 * What asks have in common that are one prompt: kind and tier, and at the top tier, where one name is typed, the resource
 * and every word of the command.
 */
export function shapeOf(question: Question): string {
  const tier = tierOf(question);
  const alone = tier === 'type' ? [question.verdict.resource ?? null, commandOf(question)] : [];
  return JSON.stringify([kindOf(question), tier, ...alone]);
}

/** What is asked, to the letter: two asks of one shape that look the same in the list. */
export function commandOf({ argv, title, calledAs, made }: Question): string {
  return JSON.stringify([argv ?? title, calledAs ?? null, made ?? null]);
}

/** What a kept yes is for: the command to the letter, where it runs, and the very thing that would run. Null where none may be kept. */
export function keptAs(question: Question): string | null {
  const { gate, cwd, verdict, keep } = question;
  if (keep === undefined || tierOf(question) !== 'confirm') return null;
  return JSON.stringify([gate, verdict.rule, cwd, commandOf(question), keep]);
}
