import { describe, expect, it } from 'vitest';
import { draw, found, withReferences, type Sample } from './samples/draw.ts';
import { TOOL_SAMPLES } from './samples/settings-of-tools.ts';
import { HOSTING_SAMPLES } from './samples/logins-of-hosting.ts';
import { SERVICE_SAMPLES } from './samples/logins-of-services.ts';
import { DATABASE_SAMPLES } from './samples/settings-of-databases.ts';
import { INFRASTRUCTURE_SAMPLES } from './samples/settings-of-infrastructure.ts';
import { PROGRAM_SAMPLES } from './samples/settings-of-programs.ts';
import { MACHINE_SAMPLES } from './samples/settings-of-machines.ts';

const SAMPLES: readonly Sample[] = [
  ...TOOL_SAMPLES,
  ...INFRASTRUCTURE_SAMPLES,
  ...HOSTING_SAMPLES,
  ...DATABASE_SAMPLES,
  ...SERVICE_SAMPLES,
  ...PROGRAM_SAMPLES,
  ...MACHINE_SAMPLES,
];
const BOM = '\xef\xbb\xbf';

const pieces = (text: string, spans: readonly { start: number; end: number }[]): string[] =>
  spans.map(({ start, end }) => text.slice(start, end));

describe.each(SAMPLES.map((sample) => [`${sample.rule} in ${sample.path}`, sample] as const))(
  '%s',
  (_, sample) => {
    const { rule, path } = sample;

    it('finds exactly the secrets', () => {
      for (const seed of [1, 2, 3]) {
        const { text, secrets } = draw(sample.text, seed);
        expect(pieces(text, found(path, text, rule))).toEqual(pieces(text, secrets));
        expect(found(path, text, rule)).toEqual(secrets);
      }
    });

    it('finds nothing where secrets are kept elsewhere', () => {
      expect(found(path, withReferences(sample), rule)).toEqual([]);
    });

    it('finds the same below a folder, with another kind of line ends, with a byte order mark', () => {
      const { text, secrets } = draw(sample.text, 4);
      const wanted = pieces(text, secrets).map((piece) => piece.replaceAll('\n', '\r\n'));
      const windows = text.replaceAll('\n', '\r\n');
      expect(pieces(windows, found(`some/folder/${path}`, windows, rule))).toEqual(wanted);
      const marked = BOM + text;
      expect(pieces(marked, found(path, marked, rule))).toEqual(pieces(text, secrets));
    });

    it('stays within the text wherever it is cut off', () => {
      const { text, secrets } = draw(sample.text, 5);
      const step = Math.max(1, Math.floor(text.length / 60));
      for (let length = 0; length <= text.length; length += step) {
        let before = 0;
        for (const { start, end } of found(path, text.slice(0, length), rule)) {
          expect(start).toBeGreaterThanOrEqual(before);
          expect(end).toBeGreaterThan(start);
          expect(end).toBeLessThanOrEqual(length);
          before = end;
        }
      }
      expect(secrets.length).toBeGreaterThan(0);
    });
  },
);
