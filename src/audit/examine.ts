import { decodePath, pathBytes } from '../byte-path.ts';
import type { Scanner, SecretSpan, Tier } from '../secrets/engine/detector.ts';
import { allowComments, meansRule } from './allow-comment.ts';
import { bufferSource, type ByteSource } from './byte-source.ts';
import { EarlierSecrets, type EarlierText } from './earlier-secrets.ts';
import type { CommitFacts, DescribeRule, Finding, Place } from './finding.ts';
import { Fingerprints } from './fingerprint.ts';
import { whyLeftOut } from './left-out.ts';
import {
  excerptOf,
  redactedSecret,
  spansWithin,
  withoutSecrets,
  type LineAround,
} from './redact.ts';
import type { AuditResult } from './result.ts';
import { decodeLine, TextLines, type Spot } from './text-lines.ts';

/** Lines `from` up to and including `to`, 1-based, as git counts them. */
export interface LineRange {
  from: number;
  to: number;
}

/** A text to look through. */
export interface Text {
  /** What the scanner is told: relative to the repository, empty for what is no file. */
  path: string;
  /** Where it is another than `path`. */
  shown?: string;
  place: Place;
  source: ByteSource;
  /** Its bytes, or the descriptor of a file too large for memory. */
  content: Buffer | { fd: number };
  /** Asked when something was found: findings on these lines count. Null for all. */
  added?: () => Promise<readonly LineRange[] | null>;
  /** Asked when something was found on others: there it counts where it could not be found before. */
  before?: () => Promise<readonly EarlierText[]>;
  /** Asked for each finding. */
  commit?: () => CommitFacts;
  /** Asked of each finding: does it count, or is its secret known from elsewhere? */
  claim?: (secret: Buffer, finding: Finding) => boolean;
}

export interface Exception {
  rule: string;
  matches: (path: string) => boolean;
  reason: string;
}

export interface ExamineOptions {
  scanner: Scanner;
  tiers: ReadonlySet<Tier>;
  /** Asked when something was found: reading it takes time. */
  describe: () => Promise<DescribeRule>;
  exceptions: readonly Exception[];
  /** Also what stands in zip, tar and gzip files. */
  archives?: boolean;
}

/** Bytes of a line, on either side of a secret, in which an allow comment is looked for; and of the line above. */
const COMMENT_WITHIN = 4096;
const LINE_FEED = 10;
const BETWEEN_TEXTS = Buffer.from('\n\n');
/** Bytes that tell an archive. */
const ARCHIVE_HEAD = 512;

export function textOf(path: string, bytes: Buffer, more: Partial<Text> = {}): Text {
  return { path, place: 'content', source: bufferSource(bytes), content: bytes, ...more };
}

/** Looks through texts, and keeps what is found. */
export class Examiner {
  readonly result: AuditResult = {
    ...{ findings: [], allowed: [], notices: [], unread: [] },
    ...{ looked: 0, files: new Set() },
  };
  readonly #options: ExamineOptions;
  #describe: DescribeRule | null = null;

  constructor(options: ExamineOptions) {
    this.#options = options;
  }

  unread(path: string, why: string): void {
    this.result.unread.push({ file: this.shownPath(path), why });
  }

  /** A path without the secrets in it. */
  shownPath(path: string): string {
    const bytes = pathBytes(path);
    const spans = this.#options.scanner.scan('', bytes);
    if (spans.length === 0) return path;
    let shown = '';
    let at = 0;
    for (const { start, end } of spans) {
      shown += decodePath(bytes.subarray(at, start)) + redactedSecret('');
      at = end;
    }
    return shown + decodePath(bytes.subarray(at));
  }

  /** The name of a file that is new here. */
  async examineName(path: string, more: Partial<Text> = {}): Promise<void> {
    await this.examine(textOf('', pathBytes(path), { ...more, shown: path, place: 'name' }));
  }

  /** Could any of these small texts hold something? Asked first, it saves most of the looks. Counts them as looked at. */
  mayHold(texts: readonly Buffer[]): boolean {
    const apart = texts.flatMap((text) => [text, BETWEEN_TEXTS]);
    if (this.#options.scanner.scan('', Buffer.concat(apart)).length > 0) return true;
    this.result.looked += texts.length;
    return false;
  }

  async examine(text: Text): Promise<void> {
    await this.#examineText(text);
    if (this.#options.archives && text.place === 'content') await this.#examineArchive(text);
  }

  /** All that is in it counts, whichever part of it is new. */
  async #examineArchive(text: Text): Promise<void> {
    const { archiveEntries, archiveKind } = await import('./archives/archive.ts');
    const path = text.shown ?? text.path;
    if ('fd' in text.content) {
      if (archiveKind(text.source.read(0, ARCHIVE_HEAD)) !== null)
        this.unread(path, 'the archive is larger than 64 MiB');
      return;
    }
    const unread = (within: string, why: string): void => this.unread(path + within, why);
    for (const { within, entry } of archiveEntries(text.content, unread))
      await this.#examineText(
        textOf(entry.name || path.replace(/\.gz$/, ''), entry.bytes, {
          shown: path + within,
          ...(text.commit ? { commit: text.commit } : {}),
          ...(text.claim ? { claim: text.claim } : {}),
        }),
      );
  }

  async #examineText(text: Text): Promise<void> {
    if (text.place !== 'name') this.result.looked += 1;
    if (text.place === 'content') this.result.files.add(text.shown ?? text.path);
    const { tiers } = this.#options;
    const spans = this.#scan(text);
    const counts = ({ rule, tier }: SecretSpan): boolean =>
      tiers.has(tier) || whyLeftOut(rule, 0) !== null;
    if (!spans.some(counts)) return;
    const added = (await text.added?.()) ?? null;
    this.#describe ??= await this.#options.describe();
    const lines = new TextLines(text.source, spans);
    const file = this.shownPath(text.shown ?? text.path);
    const fingerprints = new Fingerprints(file);
    const earlier = text.before ? new EarlierSecrets(text.before, this.#options) : null;
    const leftOut = new Set<string>();
    for (const span of spans) {
      if (!counts(span)) continue;
      const start = lines.at(span.start);
      const end = lines.at(span.end);
      const around: LineAround = {
        source: text.source,
        lineStart: start.lineStart,
        lineEnd: lines.lineEnd(span.end, COMMENT_WITHIN),
        encoding: start.encoding,
        spans,
      };
      // Also of what does not count: it is one of those that are the same.
      const fingerprint = fingerprints.of(span, span.rule, around);
      const why = whyLeftOut(span.rule, start.line);
      const secret = (): Buffer => text.source.read(span.start, span.end);
      if (
        added &&
        !touches(added, start.gitLine, end.gitLine) &&
        (why !== null || earlier === null || (await earlier.has(secret())))
      )
        continue;
      // Once for each text.
      if (why !== null && leftOut.has(span.rule)) continue;
      leftOut.add(span.rule);
      const finding = this.#finding(text, span, { file, start, end, around, fingerprint });
      if (this.#isAllowed(finding, text, span, around)) continue;
      if (why !== null) {
        this.unread(text.shown ?? text.path, why);
        continue;
      }
      if (text.claim?.(secret(), finding) === false) continue;
      this.result.findings.push(finding);
    }
  }

  /** What the scanner cannot look through is not free of secrets. */
  #scan(text: Text): SecretSpan[] {
    const { scanner } = this.#options;
    try {
      return 'fd' in text.content
        ? scanner.scanDescriptor(text.path, text.content.fd, text.source.size)
        : scanner.scan(text.path, text.content);
    } catch (error) {
      // Not the message: it may quote what was read.
      const { code, name } = error as NodeJS.ErrnoException;
      this.unread(text.shown ?? text.path, `the scanner gave up (${code ?? name})`);
      return [];
    }
  }

  #finding(
    text: Text,
    span: SecretSpan,
    seen: { file: string; start: Spot; end: Spot; around: LineAround; fingerprint: string },
  ): Finding {
    const { file, start, end, around, fingerprint } = seen;
    const value = decodeLine(
      text.source.read(span.start, Math.min(span.end, span.start + COMMENT_WITHIN)),
      start.encoding,
    );
    const secret = redactedSecret(value, this.#describe?.(span.rule)?.prefixes);
    const inName = text.place === 'name';
    return {
      rule: span.rule,
      tier: span.tier,
      place: text.place,
      file,
      // A name has no lines: it stands for the file as a whole.
      line: inName ? 1 : start.line,
      column: inName ? 1 : start.column,
      endLine: inName ? 1 : end.line,
      endColumn: inName ? 1 : end.column,
      fingerprint,
      secret,
      ...(span.encoding ? { encoding: span.encoding } : {}),
      ...(text.commit ? { commit: text.commit() } : {}),
      excerpt: excerptOf(span, secret, around),
    };
  }

  #isAllowed(finding: Finding, text: Text, span: SecretSpan, around: LineAround): boolean {
    const path = text.shown ?? text.path;
    const exception = this.#options.exceptions.find(
      ({ rule, matches }) => meansRule(rule, span.rule) && matches(path),
    );
    if (exception) {
      this.result.allowed.push({ finding, by: 'profile', reason: exception.reason });
      return true;
    }
    if (text.place !== 'content') return false;
    for (const comment of commentsAt(span, around)) {
      if (!meansRule(comment.rule, span.rule)) continue;
      if (comment.reason !== null) {
        this.result.allowed.push({ finding, by: 'comment', reason: comment.reason });
        return true;
      }
      this.result.notices.push({
        file: finding.file,
        line: finding.line,
        text: `guard:allow ${comment.rule} does not count without a reason: guard:allow ${comment.rule} -- WHY`,
      });
    }
    return false;
  }
}

function touches(ranges: readonly LineRange[], first: number, last: number): boolean {
  return ranges.some(({ from, to }) => from <= last && first <= to);
}

/** Comments on the line of the secret, and on the one above. */
function commentsAt(span: SecretSpan, line: LineAround): ReturnType<typeof allowComments> {
  const before = withoutSecrets(
    line,
    Math.max(line.lineStart, span.start - COMMENT_WITHIN),
    span.start,
    ' ',
  );
  const after = withoutSecrets(line, span.end, line.lineEnd, ' ');
  return [before, after, lineAbove(line)].flatMap(allowComments);
}

/** A comment behind a secret is about that one, not about the line below. */
function lineAbove(line: LineAround): string {
  const { lineStart, source, encoding, spans } = line;
  const size = encoding.startsWith('utf-16') ? 2 : 1;
  const end = lineStart - size;
  if (end <= 0) return '';
  const from = Math.max(0, end - COMMENT_WITHIN);
  const bytes = source.read(from, end);
  const text = decodeLine(bytes, encoding);
  const above = text.slice(text.lastIndexOf('\n') + 1);
  const start = size === 2 ? end - above.length * size : from + bytes.lastIndexOf(LINE_FEED) + 1;
  return spansWithin(spans, start, end).length > 0 ? '' : above;
}
