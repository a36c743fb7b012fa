import { isFindable } from './findable.ts';
import type { Grant, Part } from './placeholder-table.ts';

export interface Noted {
  name: string;
  why: string;
}

/** With less, somebody with many guesses could hit it; requests are few, but it is said. */
const ENOUGH_BITS = 60;

/** What guards a credential less well than others are guarded, for the user to know. */
export function weaknesses(grants: readonly Grant[]): Noted[] {
  return grants.flatMap(({ entry: { name }, parts }) =>
    parts.flatMap((part) => reasons(part).map((why) => ({ name, why }))),
  );
}

function reasons({ real, bits }: Part): string[] {
  const out: string[] = [];
  if (!isFindable(real, true))
    out.push(
      'its value is an ordinary word or number, so guard does not notice when it is sent elsewhere',
    );
  if (bits < ENOUGH_BITS)
    out.push(
      `its value is short, so its placeholder can be guessed in 2^${Math.floor(bits)} tries`,
    );
  return out;
}
