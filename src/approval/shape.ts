import type { Question } from './types.ts';

/** What asks have in common that are one prompt: only the arguments may differ. */
export function shapeOf(question: Question): string {
  const { gate, title, argv, calledAs, made, cwd, ancestry, verdict } = question;
  // One program can be many by what it is called (busybox), and a prompt says that once.
  const program = [argv ? argv[0] : title, calledAs ?? null];
  return JSON.stringify([gate, program, made ?? null, verdict.rule, cwd, ancestry]);
}

/** What is asked, to the letter: two asks of one shape that look the same in the list. */
export function commandOf({ argv, title, calledAs, made }: Question): string {
  return JSON.stringify([argv ?? title, calledAs ?? null, made ?? null]);
}
