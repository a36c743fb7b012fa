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
import { planLooks } from './look-plan.ts';
import { bufferSource, DescriptorReader, type Source } from './source.ts';
import { TextScan } from './text-scan.ts';
import { buildWordTable, type WordTable } from './word-table.ts';

export interface ScannerParts {
  detectors: readonly Detector[];
  readers: readonly FileReader[];
  known?: readonly KnownValue[];
  /** Makes the table of all words: in lower case, each once. */
  table?: (words: readonly string[]) => WordTable;
  /** How much is looked through at a time; what is found is the same. Bytes. */
  piece?: number;
}

/** See `rank` of a detector. */
const READER_RANK = 1;

/** All that a scanner with these detectors looks for. */
export const wordsOf = (detectors: readonly Detector[]): readonly string[] =>
  planLooks(detectors, ESCAPES).words;

export function createScanner({
  detectors,
  readers,
  known = [],
  table = buildWordTable,
  piece,
}: ScannerParts): Scanner {
  const plan = planLooks(detectors, ESCAPES);
  const texts = new TextScan(plan, table(plan.words), new KnownValues(known), piece);
  const files = new DescriptorReader();

  const scanSource = (path: string, original: Source): SecretSpan[] => {
    const { source, binary, inOriginal } = textOf(original);
    const findings = new FindingList(source.length);
    for (const reader of readers) if (reader.takes(path)) readWhole(reader, path, source, findings);
    if (!binary) texts.scan(path, source, findings);
    return findings.resolved().map((finding) => spanOf(inOriginal(finding)));
  };
  return {
    scan: (path, bytes) => scanSource(path, bufferSource(bytes)),
    scanDescriptor: (path, fd, size) => scanSource(path, files.source(fd, size)),
  };
}

function readWhole(reader: FileReader, path: string, source: Source, findings: FindingList): void {
  const text = source.read(0, LONGEST_READ).toString('latin1');
  for (const match of reader.read(text, path)) {
    const finding = findingOf(match, reader, READER_RANK, 0, text.length);
    if (finding) findings.add(finding);
  }
}

const spanOf = ({ rule, tier, start, end, encoding }: Finding): SecretSpan =>
  encoding ? { rule, tier, start, end, encoding } : { rule, tier, start, end };
