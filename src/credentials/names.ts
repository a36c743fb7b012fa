import type { CredentialFact } from '../policy/types.ts';
import type { KnownValue } from './known-values.ts';
import { encodedForms } from '../secrets/secret-forms.ts';

/**
 * A name holds 63 bytes a label and 255 in all (RFC 1035, section 2.3.4), so a longer value is sent in pieces. A piece of
 * this length tells itself from a word.
 */
const PIECE = 12;

/** Finds pieces of values in names, whatever their case, encoded as names are, and split over labels. */
export class NamePieces {
  readonly #pieces = new Map<string, KnownValue>();

  /** `fixed`: how much of the beginning says nothing (a known prefix). */
  add(value: string, known: KnownValue, fixed: number): void {
    const body = value.slice(fixed);
    for (const form of nameForms(body.length >= SHORTEST ? body : value)) {
      const length = Math.min(PIECE, form.length);
      for (let at = 0; at + length <= form.length; at++) {
        const piece = form.slice(at, at + length);
        if (this.#pieces.get(piece)?.kind !== 'real') this.#pieces.set(piece, known);
      }
    }
  }

  find(name: string): CredentialFact {
    const where = 'a name that was looked up';
    let worst: CredentialFact = { kind: 'none' };
    const text = plain(name);
    for (let at = 0; at < text.length; at++)
      for (let length = SHORTEST; length <= PIECE; length++) {
        const known = this.#pieces.get(text.slice(at, at + length));
        if (known?.kind === 'real') return { kind: 'leak', where };
        if (known) worst = { kind: 'misplaced', name: known.name, where };
      }
    return worst;
  }
}

/** A shorter form could be a word. */
const SHORTEST = 8;

/** As `encodedForms`, and base32 (RFC 4648, section 6): all that is left of them in a name. */
function nameForms(value: string): Set<string> {
  const forms = [...encodedForms(value), ...base32Forms(Buffer.from(value, 'utf8'))];
  return new Set(forms.map(plain).filter((form) => form.length >= SHORTEST));
}

/** Names have no case; dots and dashes may be put anywhere. */
function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9_]/g, '');
}

/** The digits that the value fully decides, at each of the five places where it may begin. */
function base32Forms(bytes: Buffer): string[] {
  const digits = 'abcdefghijklmnopqrstuvwxyz234567';
  return [0, 1, 2, 3, 4].map((offset) => {
    let out = '';
    const first = Math.ceil((offset * 8) / 5);
    const last = Math.floor(((offset + bytes.length) * 8) / 5);
    const padded = Buffer.concat([Buffer.alloc(offset), bytes, Buffer.alloc(2)]);
    for (let digit = first; digit < last; digit++) {
      const bit = digit * 5;
      const pair = ((padded[bit >> 3] ?? 0) << 8) | (padded[(bit >> 3) + 1] ?? 0);
      out += digits[(pair >> (11 - (bit & 7))) & 31] ?? '';
    }
    return out;
  });
}
