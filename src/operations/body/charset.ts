const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
/** Encodings in which ASCII is ASCII. */
const ASCII_BASED = /^(?:us-ascii|ascii|iso-8859-\d{1,2}|latin-?1|windows-125\d)$/i;
const ASCII = /^[\u0000-\u007f]*$/;

export interface Decoded {
  /** Null where the bytes are no text. */
  text: string | null;
  doubtful: string | null;
}

/** The text of a body. Only UTF-8 is beyond doubt, and what is the same in UTF-8. */
export function decodeText(bytes: Buffer, charset: string | undefined): Decoded {
  if (looksWide(bytes)) return { text: null, doubtful: 'it may be UTF-16 or UTF-32' };
  const text = utf8(bytes);
  if (text === null) return { text, doubtful: 'it is not UTF-8' };
  if (text.startsWith('\ufeff'))
    return { text: text.slice(1), doubtful: 'it begins with a byte order mark' };
  if (charset === undefined || /^utf-?8$/i.test(charset)) return { text, doubtful: null };
  if (ASCII_BASED.test(charset) && ASCII.test(text)) return { text, doubtful: null };
  return { text, doubtful: 'it is in a character encoding that guard does not read' };
}

function utf8(bytes: Buffer): string | null {
  try {
    return UTF8.decode(bytes);
  } catch {
    return null;
  }
}

/** By their marks, or by the zero bytes that the first characters of JSON have in them (RFC 4627, section 3). */
function looksWide(bytes: Buffer): boolean {
  const [a, b, c, d] = bytes;
  if (b === undefined) return false;
  return (
    (a === 0xff && b === 0xfe) ||
    (a === 0xfe && b === 0xff) ||
    a === 0 ||
    b === 0 ||
    c === 0 ||
    d === 0
  );
}
