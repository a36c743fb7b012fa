import { join } from 'node:path';
import { PACKAGE_ROOT } from '../package-root.ts';
import type { Detector, KnownValue, Scanner } from './engine/detector.ts';
import { createScanner, wordsOf } from './engine/scanner.ts';
import { wordTableFile, wordTableFrom } from './engine/word-table-file.ts';
import { FILE_DETECTORS } from './files/content-detectors.ts';
import { FILE_READERS } from './files/readers.ts';
import { compileRule } from './rules/compile.ts';
import { loadRuleDetectors } from './rules/load.ts';
import type { CompactRule } from './rules/rule-format.ts';
import { VALUE_DETECTORS } from './values/detectors.ts';

/** In `dist`. */
const WORDS = 'secret-words.bin';

/**
 * Everything guard knows of secrets, the values that are known to be secret on this machine, and the user's own kinds
 * (`loadUserRules`).
 */
export function loadScanner(
  known: readonly KnownValue[] = [],
  rules: readonly CompactRule[] = [],
): Scanner {
  return createScanner({
    detectors: [...builtinDetectors(), ...rules.map(compileRule)],
    readers: FILE_READERS,
    known,
    table: (words) => wordTableFrom(join(PACKAGE_ROOT, 'dist', WORDS), words),
  });
}

/** The words that a scanner looks for before anything else. */
export const wordsToFind = (): readonly string[] => wordsOf(builtinDetectors());

/** What the build writes to `dist`, by name. */
export function builtinWords(): Record<string, Buffer> {
  return { [WORDS]: wordTableFile(wordsToFind()) };
}

const builtinDetectors = (): readonly Detector[] => [
  ...loadRuleDetectors(),
  ...VALUE_DETECTORS,
  ...FILE_DETECTORS,
];
