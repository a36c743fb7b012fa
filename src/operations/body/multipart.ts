import type { Json } from '../../policy/types.ts';
import { UNSEEN } from '../unseen.ts';
import { decodeText } from './charset.ts';
import { parseMediaType } from './media-type.ts';

const MAX_PARTS = 1000;
const MAX_HEAD = 8192;
/** RFC 2046, section 5.1.1, without the space. */
const BOUNDARY = /^[0-9A-Za-z'()+_,./:=?-]{1,70}$/;
/** RFC 7578, section 4.2, as browsers, curl and libraries write it. */
const DISPOSITION =
  /^form-data; *name="([^"\\\r\n]*)"(?:; *(filename)="(?:[^"\\\r\n]|\\.)*"(?:; *filename\*=[^;"\s]+)?)?$/i;
const KNOWN_HEADERS = ['content-disposition', 'content-type', 'content-length'];

export interface Parts {
  /** A file is `UNSEEN`. */
  pairs: readonly (readonly [name: string, value: Json])[];
  doubtful: string | null;
}

class Irregular extends Error {}

/** `multipart/form-data` as it is written by those who mean no harm; every other spelling is in doubt. */
export function readMultipart(bytes: Buffer, boundary: string | undefined): Parts {
  const pairs: [string, Json][] = [];
  try {
    if (boundary === undefined || !BOUNDARY.test(boundary))
      throw new Irregular('its boundary cannot be read');
    readParts(bytes, boundary, pairs);
    return { pairs, doubtful: null };
  } catch (error) {
    if (error instanceof Irregular) return { pairs, doubtful: error.message };
    throw error;
  }
}

function readParts(bytes: Buffer, boundary: string, pairs: [string, Json][]): void {
  const opening = `--${boundary}`;
  const delimiter = Buffer.from(`\r\n${opening}`, 'latin1');
  if (bytes.toString('latin1', 0, opening.length) !== opening)
    throw new Irregular('something stands before its first part');
  let at = opening.length;
  for (;;) {
    const mark = bytes.toString('latin1', at, at + 2);
    if (mark === '--') {
      const rest = bytes.toString('latin1', at + 2);
      if (rest !== '' && rest !== '\r\n') throw new Irregular('something follows its last part');
      return;
    }
    if (mark !== '\r\n') throw new Irregular('its parts cannot be told apart');
    if (pairs.length === MAX_PARTS) throw new Irregular('it has too many parts');
    // Looked for from the line end before the headers: a part may have none.
    const end = bytes.indexOf(delimiter, at + 2);
    if (end < 0) throw new Irregular('its last part does not end');
    pairs.push(readPart(bytes.subarray(at + 2, end)));
    at = end + delimiter.length;
  }
}

function readPart(part: Buffer): [string, Json] {
  const split = part.indexOf('\r\n\r\n');
  if (split < 0 || split > MAX_HEAD) throw new Irregular('a part of it has no headers');
  const head = decodeText(part.subarray(0, split), undefined);
  if (head.text === null || head.doubtful !== null)
    throw new Irregular('a part of it has headers that cannot be read');
  const headers = new Map<string, string>();
  for (const line of head.text.split('\r\n')) {
    const [, name, value] = /^([A-Za-z0-9-]+): *([^\r\n\0]*)$/.exec(line) ?? [];
    const lower = name?.toLowerCase() ?? '';
    if (value === undefined || headers.has(lower) || !KNOWN_HEADERS.includes(lower))
      throw new Irregular('a part of it has headers that cannot be read');
    headers.set(lower, value.trimEnd());
  }
  const [, name, file] = DISPOSITION.exec(headers.get('content-disposition') ?? '') ?? [];
  // Some clients write `%22` for a quote, some servers undo it.
  if (name === undefined || name.includes('%'))
    throw new Irregular('a part of it has a name that cannot be read');
  if (file !== undefined) return [name, UNSEEN];
  return [name, value(part.subarray(split + 4), headers.get('content-type'))];
}

function value(bytes: Buffer, contentType: string | undefined): Json {
  const type = contentType === undefined ? null : parseMediaType(contentType);
  const { text, doubtful } = decodeText(bytes, type?.parameters.get('charset'));
  if (text === null || doubtful !== null || type?.doubtful)
    throw new Irregular('a part of it is no plain text');
  return text;
}
