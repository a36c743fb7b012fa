import type { Question } from './types.ts';

/** What asks have in common that are one prompt: only the arguments may differ. */
export function shapeOf({ gate, title, argv, cwd, ancestry, verdict }: Question): string {
  return JSON.stringify([gate, argv ? argv[0] : title, verdict.rule, cwd, ancestry]);
}

/** What is asked, to the letter: two asks of one shape that look the same in the list. */
export function commandOf({ argv, title, calledAs }: Question): string {
  return JSON.stringify([argv ?? title, calledAs ?? null]);
}
