import { UNRESOLVED } from '../policy/types.ts';
import type { Stream } from './types.ts';

export const NOTHING_PRINTED: Stream = { text: '', from: 'text', programs: [] };
/** What is longer is not followed any further. */
const LONGEST = 64 * 1024;

export function textStream(text: string): Stream {
  return text.length > LONGEST ? unknownFrom('') : { text, from: 'text', programs: [] };
}

export function unknownFrom(program: string, before: Stream | null = null): Stream {
  return {
    text: UNRESOLVED,
    from: 'command',
    programs: [...(before?.programs ?? []), ...(program === '' ? [] : [program])].slice(-16),
  };
}

export const UNREAD_FILE: Stream = { text: UNRESOLVED, from: 'file', programs: ['cat'] };

/** One after the other. */
export function joined(first: Stream, second: Stream): Stream {
  if (first.text === '') return second;
  if (second.text === '') return first;
  if (first.text.length + second.text.length > LONGEST) return unknownFrom('', first);
  return {
    text: first.text + second.text,
    from: first.from === second.from ? first.from : 'command',
    programs: [...first.programs, ...second.programs].slice(-16),
  };
}
