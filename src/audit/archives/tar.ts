import { decodePath } from '../../byte-path.ts';
import type { Budget } from './budget.ts';
import type { Entry } from './zip.ts';

/** POSIX.1-2017, pax, "ustar Interchange Format": blocks, and where fields of a header stand. */
const BLOCK = 512;
const [NAME, SIZE, TYPE, MAGIC, PREFIX] = [0, 124, 156, 257, 345];

export function isTar(bytes: Buffer): boolean {
  return bytes.length >= BLOCK && bytes.toString('latin1', MAGIC, MAGIC + 5) === 'ustar';
}

/** Entries that are files. Throws ArchiveLimit, or RangeError where it is broken. */
export function* tarEntries(tar: Buffer, budget: Budget): Generator<Entry> {
  let long: string | null = null;
  for (let at = 0; at + BLOCK <= tar.length;) {
    const header = tar.subarray(at, at + BLOCK);
    // Two blocks of zeroes end it.
    if (header.every((byte) => byte === 0)) return;
    if (!isTar(header)) throw new RangeError('an entry of it is broken');
    const size = sizeOf(header);
    const start = at + BLOCK;
    if (start + size > tar.length) throw new RangeError('an entry of it is cut off');
    const bytes = tar.subarray(start, start + size);
    at = start + Math.ceil(size / BLOCK) * BLOCK;
    const type = String.fromCharCode(header[TYPE] ?? 0);
    budget.spend(size);
    if (type === 'L') long = decodePath(field(bytes, 0, bytes.length));
    else if (type === 'x') long = paxPath(bytes) ?? long;
    else if (type !== 'g') {
      // Type 0 is a file; older ones have NUL there, and 7 is one in a row.
      if (type === '0' || type === '\0' || type === '7')
        yield { name: long ?? nameOf(header), bytes };
      long = null;
    }
  }
}

function field(bytes: Buffer, start: number, length: number): Buffer {
  const whole = bytes.subarray(start, start + length);
  const end = whole.indexOf(0);
  return end < 0 ? whole : whole.subarray(0, end);
}

/** Octal; GNU tar has binary numbers with the highest bit set for what is 8 GiB or larger. */
function sizeOf(header: Buffer): number {
  if ((header[SIZE] ?? 0) & 0x80) throw new RangeError('an entry of it is larger than 8 GiB');
  const text = field(header, SIZE, 12).toString('latin1').trim();
  if (!/^[0-7]*$/.test(text)) throw new RangeError('an entry of it is broken');
  return text === '' ? 0 : parseInt(text, 8);
}

function nameOf(header: Buffer): string {
  const prefix = decodePath(field(header, PREFIX, 155));
  const name = decodePath(field(header, NAME, 100));
  return prefix ? `${prefix}/${name}` : name;
}

/** `LENGTH path=NAME\n` among others. */
function paxPath(bytes: Buffer): string | null {
  const at = bytes.indexOf(' path=');
  if (at < 0) return null;
  const end = bytes.indexOf(10, at);
  return decodePath(bytes.subarray(at + ' path='.length, end < 0 ? bytes.length : end));
}
