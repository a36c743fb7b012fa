import { randomInt } from 'node:crypto';
import type { SecretSpan } from '../secrets/engine/detector.ts';
import { placeholder } from '../secrets/placeholder.ts';
import { knownPrefixLength } from '../secrets/prefixes.ts';

const HEX_CLASSES = ['0123456789', 'abcdef', 'ABCDEF'];

export type Encoding = SecretSpan['encoding'];

/** A piece of a file read the way it is encoded. Raw text has one byte a character (latin1). */
export interface SpanText {
  /** What it says. */
  value: string;
  /** As a placeholder for it, in the same encoding: exactly as many bytes; null where these characters do not fit. */
  standIn(value: string): string | null;
  /** A new placeholder for it, as `value` is. */
  draw(): string;
}

/** Reads one piece of a span, which is on one line. */
export function spanText(raw: string, encoding: Encoding): SpanText {
  switch (encoding) {
    case 'utf-16le':
    case 'utf-16be':
      return inUnits(utf16Units(raw, encoding));
    case 'percent':
      return inUnits(matchUnits(raw, /%([0-9A-Fa-f]{2})/y, 2));
    case 'unicode-escape':
      return inUnits(matchUnits(raw, /\\(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2}))/y, 4));
    case 'hex':
      return { value: raw, standIn: (made) => sameLength(raw, made), draw: () => drawHex(raw) };
    case 'base64':
    case undefined:
      return plain(raw);
  }
}

/** Text is taken for UTF-8 where it can be; else each byte stands for the character of that number. */
function plain(raw: string): SpanText {
  const utf8 = Buffer.from(raw, 'latin1').toString('utf8');
  const value = utf8.includes('\ufffd') ? raw : utf8;
  const latin1 = value === raw;
  return {
    value,
    standIn: (made) =>
      sameLength(raw, latin1 ? made : Buffer.from(made, 'utf8').toString('latin1')),
    draw: () => placeholder(raw),
  };
}

/** One character and what it was written as. */
interface Unit {
  code: number;
  /** The same in place of another character; only what is ASCII is asked for. */
  write: (code: number) => string;
}

function inUnits(units: readonly Unit[]): SpanText {
  const value = String.fromCharCode(...units.map(({ code }) => code));
  return {
    value,
    standIn: (made) =>
      made.length === units.length && isAscii(made)
        ? units.map(({ write }, at) => write(made.charCodeAt(at))).join('')
        : null,
    // What is outside ASCII becomes a letter, whatever it is.
    draw: () => placeholder(value.replace(/[\x80-\uffff]/g, '\x80')),
  };
}

function utf16Units(raw: string, encoding: 'utf-16le' | 'utf-16be'): Unit[] {
  const low = encoding === 'utf-16le' ? 0 : 1;
  const units: Unit[] = [];
  for (let at = 0; at + 1 < raw.length; at += 2)
    units.push({
      code: raw.charCodeAt(at + low) + raw.charCodeAt(at + 1 - low) * 256,
      write: (code) => (low === 0 ? `${char(code)}\0` : `\0${char(code)}`),
    });
  return units;
}

/** What `escape` matches stands for the character whose number it holds, everything else for itself. */
function matchUnits(raw: string, escape: RegExp, digits: number): Unit[] {
  const units: Unit[] = [];
  for (let at = 0; at < raw.length;) {
    escape.lastIndex = at;
    const match = escape.exec(raw);
    const hex = match?.[1] ?? match?.[2];
    if (!match || hex === undefined) {
      units.push({ code: raw.charCodeAt(at), write: char });
      at += 1;
      continue;
    }
    const start = match[0].slice(0, match[0].length - hex.length);
    const lower = /[a-f]/.test(hex) || digits === 4;
    const write = (code: number): string => {
      const made = code.toString(16).padStart(hex.length, '0');
      return start + (lower ? made : made.toUpperCase());
    };
    units.push({ code: parseInt(hex, 16), write });
    at += match[0].length;
  }
  return units;
}

function drawHex(raw: string): string {
  for (;;) {
    const made = raw.replace(/[0-9A-Fa-f]/g, (character) => {
      const set = HEX_CLASSES.find((each) => each.includes(character)) ?? character;
      return set[randomInt(set.length)] ?? character;
    });
    if (made !== raw) return made;
  }
}

function isAscii(text: string): boolean {
  return Buffer.byteLength(text, 'utf8') === text.length;
}

function char(code: number): string {
  return String.fromCharCode(code);
}

function sameLength(raw: string, made: string): string | null {
  return made.length === raw.length ? made : null;
}

/** A placeholder that says less could be met by chance, in a number or a short word that somebody writes. */
export const LEAST_BITS = 32;

/** How many bits somebody who types by chance would have to meet: by class of each character, without a known prefix. */
export function bitsOf(value: string): number {
  let bits = 0;
  for (const character of value.slice(knownPrefixLength(value)))
    if (/[0-9]/.test(character)) bits += 3.3;
    else if (/[A-Za-z\x80-\uffff]/.test(character)) bits += 4.7;
  return bits;
}
