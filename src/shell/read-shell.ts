import { parse } from 'unbash';
import { Environment } from './environment.ts';
import { Reader } from './reader.ts';
import { unknownFrom } from './streams.ts';
import type { ShellContext, ShellListener, Stream } from './types.ts';

/** Characters. */
export const LONGEST_TEXT = 256 * 1024;

/**
 * Reads a text as bash would run it, and tells the listener what it would do, in its order, at any depth. Nothing is run and
 * nothing is read besides. Never throws for any text. True when the whole of it could be parsed.
 */
export function readShell(
  text: string,
  context: ShellContext,
  listener: ShellListener,
): { output: Stream; sound: boolean } {
  const reader = new Reader(listener, context.budget);
  let sound = true;
  reader.text = (inner, environment, stdin) => {
    if (inner.length > LONGEST_TEXT || context.budget.depth <= 0) {
      listener.onTooMuch();
      return unknownFrom('');
    }
    const script = parse(inner);
    sound &&= !script.errors?.length;
    return reader.tree(script, environment, stdin);
  };
  const environment = new Environment(context);
  const output = reader.text(text, environment, context.stdin ?? null);
  reader.rest(environment);
  return { output, sound };
}
