import { join } from 'node:path';
import { PACKAGE_ROOT } from '../package-root.ts';
import type { Detector, KnownValue, Scanner } from './engine/detector.ts';
import { LookPlan } from './engine/look-plan.ts';
import { plannedWords, scannerOf, searchFor, type WordSearch } from './engine/scanner.ts';
import { readWordFile, wordFile, wordFileId, type BuiltWords } from './engine/word-file.ts';
import { buildWordTable } from './engine/word-table.ts';
import { FILE_DETECTORS } from './files/content-detectors.ts';
import { readersAt } from './files/readers.ts';
import { compileRule } from './rules/compile.ts';
import { builtinRules, loadRuleDetectors } from './rules/load.ts';
import type { CompactRule } from './rules/rule-format.ts';
import { VALUE_DETECTORS } from './values/detectors.ts';

/** In `dist`. */
const WORDS = 'secret-words.bin';

/** Which file of words belongs to this program: `build.js` puts it there. */
declare const guardSecretWords: string | undefined;
const BUILT_WORDS = typeof guardSecretWords === 'string' ? guardSecretWords : null;

/** What no rule describes. */
const OTHER_DETECTORS: readonly Detector[] = [...VALUE_DETECTORS, ...FILE_DETECTORS];

/**
 * Everything guard knows of secrets, the values that are known to be secret on this machine, and the user's own kinds
 * (`loadUserRules`).
 */
export function loadScanner(
  known: readonly KnownValue[] = [],
  rules: readonly CompactRule[] = [],
): Scanner {
  const built = rules.length === 0 && BUILT_WORDS !== null ? builtSearch(BUILT_WORDS) : null;
  const search = built ?? searchFor([...builtinDetectors(), ...rules.map(compileRule)]);
  return scannerOf({ search, readersAt, known });
}

/** The words that a scanner looks for before anything else. */
export const wordsToFind = (): readonly string[] => plannedWords(builtinDetectors()).words;

/** What the build writes to `dist`, by name, and what the program has to be built with to use it. */
export function builtinWords(): { files: Record<string, Buffer>; id: string } {
  const rules = builtinRules().map((rule) => JSON.stringify(rule));
  const { words, numbers } = plannedWords(builtinDetectors());
  let end = 0;
  const file = wordFile({
    table: buildWordTable(words),
    looks: numbers,
    ruleEnds: Uint32Array.from(rules, (rule) => (end += Buffer.byteLength(rule))),
    rules: Buffer.from(rules.join('')),
  });
  return { files: { [WORDS]: file }, id: wordFileId(file) };
}

export const builtinDetectors = (): readonly Detector[] => [
  ...loadRuleDetectors(),
  ...OTHER_DETECTORS,
];

/** Null where nothing is built, or for another program. */
export function builtSearch(
  id: string,
  file = join(PACKAGE_ROOT, 'dist', WORDS),
): WordSearch | null {
  const built = readWordFile(file, id);
  return built && { table: built.table, plan: new LookPlan(built.looks, detectorsOf(built)) };
}

/** By index, as `builtinDetectors` has them; each is made once. */
function detectorsOf({ ruleEnds, rules }: BuiltWords): (index: number) => Detector {
  const made: Detector[] = [];
  const text = Buffer.from(rules.buffer, rules.byteOffset, rules.byteLength);
  return (index) => {
    if (index >= ruleEnds.length) return OTHER_DETECTORS[index - ruleEnds.length] as Detector;
    const json = (): string =>
      text.toString('utf8', index === 0 ? 0 : ruleEnds[index - 1], ruleEnds[index]);
    return (made[index] ??= compileRule(JSON.parse(json()) as CompactRule));
  };
}
