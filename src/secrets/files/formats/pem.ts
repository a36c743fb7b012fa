import type { Match } from '../../engine/detector.ts';
import { trimmed } from '../field.ts';

/** RFC 7468; `PGP PRIVATE KEY BLOCK` of RFC 9580; `OpenVPN Static key V1`; `SSH2 ENCRYPTED PRIVATE KEY` of RFC 4716's kin. */
const BEGIN =
  /-----BEGIN ((?:[A-Z0-9]+ ){0,4}PRIVATE KEY(?: BLOCK)?|OpenVPN [A-Za-z0-9 -]{1,32})-----|---- BEGIN ((?:SSH2 )?ENCRYPTED PRIVATE KEY) ----/g;
/** `Proc-Type: 4,ENCRYPTED`, `DEK-Info: …`, `Comment: …`: a header is no part of the key (RFC 1421). */
const HEADER = /[A-Za-z][A-Za-z0-9-]{1,40}: [^\r\n]{0,512}(?:\r?\n|$)/y;
/** Of an Ed25519 key's 32 bytes in base64, without what stands around them. */
const SHORTEST = 32;
/** A key's body: base64 or hex, broken by line ends, or by the `\n` of a string. */
const BODY = /(?:[A-Za-z0-9+/=]|[\r\n\t "',+]|\\[nr])/;

/** The bodies of private keys; the lines that frame them stay. A key that is cut off ends where its body does. */
export function pemBodies(text: string): Match[] {
  const found: Match[] = [];
  const frames = new Frames(text);
  for (const match of text.matchAll(BEGIN)) {
    const from = match.index + match[0].length;
    const label = match[1] ?? match[2] ?? '';
    const close = frames.next(match[1] ? `-----END ${label}-----` : `---- END ${label} ----`, from);
    const framed = close < frames.next('-----BEGIN', from);
    const start = bodyStart(text, from);
    const end = framed ? close : bodyEnd(text, start);
    const span = trimmedBody(text, start, end);
    if (span.end - span.start >= SHORTEST && isBody(text.slice(span.start, span.end)))
      found.push(span);
  }
  return found;
}

/** Where a mark comes next, asked in order: each part of the text is searched once, however many keys begin in it. */
class Frames {
  readonly #text: string;
  readonly #at = new Map<string, number>();

  constructor(text: string) {
    this.#text = text;
  }

  /** Infinity where there is none. */
  next(mark: string, from: number): number {
    const known = this.#at.get(mark);
    if (known !== undefined && known >= from) return known;
    const at = this.#text.indexOf(mark, from);
    this.#at.set(mark, at < 0 ? Infinity : at);
    return at < 0 ? Infinity : at;
  }
}

function bodyStart(text: string, from: number): number {
  let at = trimmed(text, from, Math.min(text.length, from + 64)).start;
  for (HEADER.lastIndex = at; HEADER.test(text); HEADER.lastIndex = at) at = HEADER.lastIndex;
  return at;
}

function bodyEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length && at - from < 65_536 && BODY.test(text[at] ?? '')) at++;
  return at;
}

function trimmedBody(text: string, start: number, end: number): Match {
  let from = start;
  while (from < end && /[^A-Za-z0-9+/=]/.test(text[from] ?? ''))
    from += text[from] === '\\' ? 2 : 1;
  let to = end;
  for (let before = -1; before !== to;) {
    before = to;
    while (to > from && /[^A-Za-z0-9+/=]/.test(text[to - 1] ?? '')) to--;
    while (to - 2 > from && /\\[nr]/.test(text.slice(to - 2, to))) to -= 2;
  }
  return { start: from, end: to };
}

/** Not a page that says "…" or "your key here" between the frame. */
function isBody(body: string): boolean {
  const letters = body.replace(/[^A-Za-z0-9+/]/g, '');
  return (
    letters.length >= body.length * 0.8 &&
    !/\.\.\.|xxxx|(?:YOUR|your|insert|INSERT)\b/.test(body) &&
    new Set(letters.slice(0, 512)).size >= 10
  );
}
