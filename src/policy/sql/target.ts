import { isMark, isName, isWord } from './finding.ts';
import type { SqlToken } from './lexer.ts';

/** Words between a verb and the name of what it acts on. */
const BETWEEN = new Set(
  `IF NOT EXISTS ONLY CONCURRENTLY FROM INTO TABLE TOP LOW_PRIORITY IGNORE QUICK DELAYED HIGH_PRIORITY OVERWRITE
   LAZY FULL`.split(/\s+/),
);
const LONGEST = 200;
const MOST = 64;

/** The names at a place, one for each item of the list there: `public.a, b`. Unquoted ones in lower case. */
export function targetsAt(tokens: readonly SqlToken[], start: number): string[] {
  let at = start;
  while (tokens[at]?.kind === 'word' && BETWEEN.has(tokens[at]?.text ?? '')) at += 1;
  const targets: string[] = [];
  while (targets.length < MOST) {
    const { name, end } = nameAt(tokens, at);
    if (!name) break;
    targets.push(name);
    // `ONLY a *, b`
    at = isMark(tokens[end], '*') ? end + 1 : end;
    if (!isMark(tokens[at], ',')) break;
    at += isWord(tokens[at + 1], 'ONLY') ? 2 : 1;
  }
  return targets;
}

export function targetAt(tokens: readonly SqlToken[], start: number): string | null {
  return targetsAt(tokens, start)[0] ?? null;
}

function nameAt(tokens: readonly SqlToken[], start: number): { name: string; end: number } {
  let name = '';
  let at = start;
  for (; at < tokens.length && at < start + 8; at += 2) {
    const part = tokens[at];
    if (!part || !isName(part)) break;
    name += part.kind === 'word' ? part.text.toLowerCase() : part.text;
    if (!isMark(tokens[at + 1], '.')) return { name: name.slice(0, LONGEST), end: at + 1 };
    name += '.';
  }
  return { name: name.replace(/\.$/, '').slice(0, LONGEST), end: at };
}
