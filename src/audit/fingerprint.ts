import { createHash } from 'node:crypto';
import type { SecretSpan } from '../secrets/engine/detector.ts';
import { withoutSecrets, type LineAround } from './redact.ts';

/** Bytes of a line on either side of a secret that count; of a minified file only this much must stay as it is. */
const AROUND = 200;
/** Hexadecimal characters. */
const LENGTH = 16;
/** Of the hash of a secret, in hexadecimal characters: 12 bits, too few to tell which secret it was. */
const SECRET_LENGTH = 3;

/** Cannot stand in a line, so that what is cut out is not mistaken for text. */
const CUT = '\0';

/** Names the findings of one text. Findings must come in order. */
export class Fingerprints {
  readonly #path: string;
  readonly #seen = new Map<string, number>();

  /** `path` without the secrets in it. */
  constructor(path: string) {
    this.#path = path;
  }

  of(span: SecretSpan, rule: string, line: LineAround): string {
    const before = withoutSecrets(
      line,
      Math.max(line.lineStart, span.start - AROUND),
      span.start,
      CUT,
    );
    const after = withoutSecrets(line, span.end, Math.min(line.lineEnd, span.end + AROUND), CUT);
    const text = `${before}${CUT}${after}`.replace(/\s+/g, ' ').trim();
    const secret = sha256(line.source.read(span.start, span.end)).slice(0, SECRET_LENGTH);
    const named = [rule, this.#path, text, secret].map((part) => JSON.stringify(part)).join(',');
    const same = this.#seen.get(named) ?? 0;
    this.#seen.set(named, same + 1);
    return sha256(`${named},${same}`).slice(0, LENGTH);
  }
}

function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}
