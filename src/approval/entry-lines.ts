import type { Challenge } from './challenge.ts';
import type { Does } from './prompt-content.ts';
import { textWidth, wrap } from './wrap.ts';

/** From here on there is room to say what typing is for. */
const ROOMY = 50;

/** What is to be typed, and below it what has been: one under the other, so that the eye can compare them. */
export function entryLines(
  { text }: Challenge,
  typed: string,
  [, to]: Does,
  width: number,
): readonly string[] {
  const label = width >= ROOMY ? `${to}, type` : 'type';
  const room = width - label.length - 2;
  const wanted = wrap(text, room).map(
    (line, index) => `${(index ? '' : label).padStart(label.length)}  ${line}`,
  );
  return [...wanted, `${'>'.padStart(label.length)}  ${tail(typed, room - 1)}`];
}

/** The end of what was typed: it is ASCII. */
function tail(typed: string, room: number): string {
  return textWidth(typed) <= room ? typed : `…${typed.slice(-(room - 1))}`;
}
