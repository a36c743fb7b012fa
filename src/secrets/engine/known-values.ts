import { secretForms } from '../secret-forms.ts';
import type { KnownValue, SecretSpan } from './detector.ts';
import type { FindingList } from './finding-list.ts';
import type { Piece } from './pieces.ts';

export const KNOWN_RULE = 'known.value';

/** Shorter ones, and shorter encodings of them, stand in too many innocent places. */
const SHORTEST = 8;
/** Longer ones are found by their start. */
const LONGEST = 64 * 1024;

interface Form {
  bytes: Buffer;
  encoding: SecretSpan['encoding'];
}

/**
 * Exact values and their encodings, after Wu and Manber (A fast algorithm for multi-pattern searching, TR-94-17): three
 * bytes say how far the next form can begin, so most bytes are never read.
 */
export class KnownValues {
  readonly #shift = new Uint8Array(1 << HASH_BITS).fill(SHORTEST - 2);
  /** By the hash of the three bytes that end a form's first {@link SHORTEST}. */
  readonly #forms = new Map<number, Form[]>();
  readonly longest: number;

  constructor(known: readonly KnownValue[]) {
    const forms = formsOf(known);
    for (const form of forms) {
      for (let i = 2; i < SHORTEST; i++) {
        const hash = hashAt(form.bytes, i);
        this.#shift[hash] = Math.min(this.#shift[hash] as number, SHORTEST - 1 - i);
      }
      const hash = hashAt(form.bytes, SHORTEST - 1);
      const same = this.#forms.get(hash);
      if (same) same.push(form);
      else this.#forms.set(hash, [form]);
    }
    this.longest = forms.reduce((most, { bytes }) => Math.max(most, bytes.length), 0);
  }

  scan({ bytes, base, core, coreEnd }: Piece, findings: FindingList): void {
    if (this.#forms.size === 0) return;
    const shift = this.#shift;
    const end = Math.min(bytes.length, coreEnd + SHORTEST - 1);
    for (let at = core + SHORTEST - 1; at < end && !findings.full;) {
      const hash = hashAt(bytes, at);
      const step = shift[hash] as number;
      if (step > 0) {
        at += step;
        continue;
      }
      const start = at - SHORTEST + 1;
      const found = this.#longestAt(bytes, start, hash);
      if (found)
        findings.add({
          rule: KNOWN_RULE,
          tier: 'certain',
          rank: 3,
          start: base + start,
          end: base + start + found.bytes.length,
          ...(found.encoding ? { encoding: found.encoding } : {}),
        });
      at += 1;
    }
  }

  #longestAt(bytes: Buffer, start: number, hash: number): Form | undefined {
    let longest: Form | undefined;
    for (const form of this.#forms.get(hash) ?? []) {
      if (longest && longest.bytes.length >= form.bytes.length) continue;
      if (start + form.bytes.length > bytes.length) continue;
      if (form.bytes.compare(bytes, start, start + form.bytes.length) === 0) longest = form;
    }
    return longest;
  }
}

const HASH_BITS = 16;

function hashAt(bytes: Buffer, last: number): number {
  return (
    (((bytes[last - 2] as number) << 10) ^
      ((bytes[last - 1] as number) << 5) ^
      (bytes[last] as number)) &
    0xffff
  );
}

function formsOf(known: readonly KnownValue[]): Form[] {
  const forms = new Map<string, Form>();
  for (const { value } of known) {
    if (value.length < SHORTEST) continue;
    for (const text of secretForms(value)) {
      const bytes = Buffer.from(text, 'utf8').subarray(0, LONGEST);
      const key = bytes.toString('latin1');
      if (bytes.length >= SHORTEST && !forms.has(key))
        forms.set(key, { bytes, encoding: encodingOf(value, text) });
    }
  }
  return [...forms.values()];
}

function encodingOf(value: string, form: string): SecretSpan['encoding'] {
  if (value.includes(form)) return undefined;
  if (form.includes('%')) return 'percent';
  if (form.includes('\\')) return 'unicode-escape';
  return /^[0-9a-f]+$|^[0-9A-F]+$/.test(form) ? 'hex' : 'base64';
}
