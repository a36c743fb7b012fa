import type { Detector, Hit, Match } from '../engine/detector.ts';
import { closing, passwordAt } from './calls.ts';
import { quotedAt } from './literals.ts';

const ASKS = /passw|passphrase|passcode|\bpwd\b/i;
const COMMA = /\s{0,8},\s{0,40}(?:with:\s{0,4}|\[?)/y;

/** What a test of a page types where a password is asked for: `page.fill('#password', '…')`, `….type('…')`. */
export const FORM_FIELD: Detector = {
  id: 'call.password',
  tier: 'likely',
  words: [
    'fill(',
    '.type(',
    '.sendkeys(',
    'send_keys(',
    '.setvalue(',
    'fill_in ',
    'fill_in(',
    '.presssequentially(',
    '.entertext(',
    '.typetext(',
  ],
  reach: { before: 320, after: 560 },
  rank: 0,
  look: lookAtField,
};

function lookAtField({ text, at, end, path }: Hit): readonly Match[] {
  const first = quotedAt(text, end);
  if (!first) return [];
  COMMA.lastIndex = closing(text, first.end);
  if (COMMA.test(text))
    return ASKS.test(text.slice(first.start, first.end))
      ? passwordAt(text, COMMA.lastIndex, path)
      : [];
  // The field was named earlier in the same statement.
  const before = text.slice(Math.max(0, at - 160), at);
  const statement = before.slice(before.search(/[^;\r\n]*(?:\r?\n\s{0,20}\.?[^;\r\n]*)?$/));
  return ASKS.test(statement) ? passwordAt(text, end, path, /^\s{0,20}\)/) : [];
}
