import { readClientHello } from './client-hello.ts';

export type Sniffed =
  | { kind: 'more' }
  | { kind: 'tls'; sni: string | null }
  /** HTTP/1, or something that a lenient server could take for it: goes through the HTTP gate. */
  | { kind: 'http' }
  /** HTTP/2 without TLS; the host it asks for is unseen. */
  | { kind: 'h2' }
  | { kind: 'unknown' }
  | { kind: 'malformed'; reason: string };

/** RFC 9113, section 3.4. */
const H2_PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');
/** A request line longer than Node's limit for a whole head is refused by the HTTP gate anyway. */
const LINE_LIMIT = 16 * 1024;
const TLS_HANDSHAKE = 0x16;
const LF = 0x0a;

/**
 * What a client speaks, from all bytes it has sent so far. An answer other than `more` stays the same whatever follows,
 * so the way bytes are split over packets decides nothing.
 *
 * Only the protocol of plain text is decided here, not its host: the parser that reads the Host header must be the one
 * that forwards the request, else the two can be made to disagree.
 */
export function sniff(bytes: Buffer): Sniffed {
  if (bytes.length === 0) return { kind: 'more' };
  if (bytes[0] === TLS_HANDSHAKE) return readClientHello(bytes);
  return sniffText(bytes);
}

function sniffText(bytes: Buffer): Sniffed {
  const start = skipBlank(bytes);
  if (start === bytes.length || start > LINE_LIMIT) {
    return start > LINE_LIMIT ? { kind: 'http' } : { kind: 'more' };
  }
  const first = bytes[start] ?? 0;
  if (first < 0x21 || first > 0x7e) return { kind: 'unknown' };
  const preface = bytes.subarray(0, H2_PREFACE.length);
  if (preface.equals(H2_PREFACE)) return { kind: 'h2' };
  if (preface.equals(H2_PREFACE.subarray(0, preface.length))) return { kind: 'more' };
  const end = bytes.indexOf(LF, start);
  if (end < 0 && bytes.length - start <= LINE_LIMIT) return { kind: 'more' };
  if (end < 0 || end - start > LINE_LIMIT) return { kind: 'http' };
  return { kind: /\bHTTP\//i.test(bytes.toString('latin1', start, end)) ? 'http' : 'unknown' };
}

/** Servers skip empty lines before a request (RFC 9112, section 2.2), some also spaces. */
function skipBlank(bytes: Buffer): number {
  let at = 0;
  while (at < bytes.length && at <= LINE_LIMIT && isBlank(bytes[at])) at++;
  return at;
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0x0d || byte === 0x0a || byte === 0x20 || byte === 0x09;
}
