import {
  LONGEST_READ,
  type Detector,
  type FileReader,
  type KnownValue,
  type Scanner,
  type SecretSpan,
} from './detector.ts';
import { textOf } from './content.ts';
import { ESCAPES } from './escapes.ts';
import { FindingList } from './finding-list.ts';
import { findingOf, type Finding } from './finding.ts';
import { KnownValues } from './known-values.ts';
import { LookPlan, planLooks } from './look-plan.ts';
import { resolveOverlaps } from './overlaps.ts';
import { bufferSource, DescriptorReader, type Source } from './source.ts';
import { TextScan } from './text-scan.ts';
import { buildWordTable, type WordTable } from './word-table.ts';

export interface ScannerParts {
  search: WordSearch;
  /** Those that take the file at a path. */
  readersAt: (path: string) => readonly FileReader[];
  known?: readonly KnownValue[];
  /** How much is looked through at a time; what is found is the same. Bytes. */
  piece?: number;
}

/** The words to look for, and what they call. */
export interface WordSearch {
  table: WordTable;
  plan: LookPlan;
}

/** See `rank` of a detector. */
const READER_RANK = 1;

/** All words of these detectors and the engine's own, and what they call. */
export const plannedWords = (detectors: readonly Detector[]): ReturnType<typeof planLooks> =>
  planLooks(detectors, ESCAPES);

export function searchFor(detectors: readonly Detector[]): WordSearch {
  const { words, numbers } = plannedWords(detectors);
  const plan = new LookPlan(numbers, (index) => detectors[index] as Detector);
  return { table: buildWordTable(words), plan };
}

/** A scanner with these detectors and readers alone. */
export function createScanner({
  detectors,
  readers,
  ...parts
}: Pick<ScannerParts, 'known' | 'piece'> & {
  detectors: readonly Detector[];
  readers: readonly FileReader[];
}): Scanner {
  const readersAt = (path: string): readonly FileReader[] =>
    readers.filter((reader) => reader.takes(path));
  return scannerOf({ ...parts, search: searchFor(detectors), readersAt });
}

export function scannerOf({ search, readersAt, known = [], piece }: ScannerParts): Scanner {
  const texts = new TextScan(search.plan, search.table, new KnownValues(known), piece);
  const files = new DescriptorReader();

  const scanSource = (path: string, original: Source): SecretSpan[] => {
    const { source, binary, inOriginal } = textOf(original);
    const findings = new FindingList(source.length);
    const whole: Finding[] = [];
    for (const reader of readersAt(path))
      if (reader.whole) whole.push(...asWhole(reader, path, original));
      else readSettings(reader, path, source, findings);
    if (!binary) texts.scan(path, source, findings);
    const found = findings.resolved().map(inOriginal);
    return (whole.length > 0 ? resolveOverlaps([...whole, ...found]) : found).map(spanOf);
  };
  return {
    scan: (path, bytes) => scanSource(path, bufferSource(bytes)),
    scanDescriptor: (path, fd, size) => scanSource(path, files.source(fd, size)),
  };
}

function readSettings(
  reader: FileReader,
  path: string,
  source: Source,
  findings: FindingList,
): void {
  const text = source.read(0, LONGEST_READ).toString('latin1');
  for (const match of reader.read(text, path)) {
    const finding = findingOf(match, reader, READER_RANK, 0, text.length);
    if (finding) findings.add(finding);
  }
}

/** What such a reader finds in the beginning counts for all bytes of the file, as they are. */
function asWhole(reader: FileReader, path: string, original: Source): Finding[] {
  const text = original.read(0, LONGEST_READ).toString('latin1');
  return reader.read(text, path).flatMap((match) => {
    const all = { ...match, start: 0, end: original.length };
    return findingOf(all, reader, READER_RANK, 0, original.length) ?? [];
  });
}

const spanOf = ({ rule, tier, start, end, encoding }: Finding): SecretSpan =>
  encoding ? { rule, tier, start, end, encoding } : { rule, tier, start, end };
