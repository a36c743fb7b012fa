import { describe, expect, it } from 'vitest';
import type { Detector, Hit } from '../../../src/secrets/engine/detector.ts';
import { VALUE_DETECTORS } from '../../../src/secrets/values/detectors.ts';

/**
 * A look may take the square of what it is given, if that is short, but no more: such an expression runs for hours on the
 * longest of these texts and into the limit of the runner. No clock is asked.
 */
const PIECES = [
  ' ',
  '\t',
  '\n',
  '"',
  "'",
  '`',
  '\\',
  '\\"',
  '=',
  ':',
  ',',
  ';',
  '/',
  '@',
  'a',
  'a@',
  'a:',
  'a.',
  'a=',
  'A1',
  '(',
  ')',
  '{',
  '}',
  '<',
  '>',
  '${',
  '{{',
  '-',
  '--',
  '-p ',
  ' -u',
  'a;b=',
  'a b=c;',
  '" "',
  '"a" ',
  'A=\\\n',
  '.a',
  '%41',
  '\\n',
  'x"',
  "','",
  '=>',
  '"a",',
  'server=a;',
  'host=a ',
  'MII',
  '1 ',
  '\r\n',
  '  a: b\n',
  ']',
  '|',
  '&',
  '&a=',
  '?',
  '!',
];

describe('adversarial text', () => {
  it.each(VALUE_DETECTORS.map((one, at): [string, Detector] => [`${one.id} ${at}`, one]))(
    '%s',
    (_, detector) => {
      const { before, after } = detector.reach;
      let looks = 0;
      for (const word of detector.words) {
        for (const piece of PIECES) {
          for (const lead of ['', `${word}=`, `"${word}" : "`]) {
            const ahead = piece.repeat(before).slice(0, before);
            const behind = (lead + piece.repeat(after)).slice(0, after);
            const text = ahead + word + behind;
            const hit: Hit = {
              text,
              at: before,
              end: before + word.length,
              path: 'a',
              first: false,
              last: false,
            };
            for (const match of detector.look(hit)) {
              expect(match.start).toBeGreaterThanOrEqual(0);
              expect(match.end).toBeGreaterThan(match.start);
              expect(match.end).toBeLessThanOrEqual(text.length);
            }
            looks++;
          }
        }
      }
      expect(looks).toBe(detector.words.length * PIECES.length * 3);
    },
  );
});
