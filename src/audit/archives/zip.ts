import { inflateRawSync } from 'node:zlib';
import { decodePath } from '../../byte-path.ts';
import { ArchiveLimit, type Budget } from './budget.ts';

/** Signatures and field offsets: APPNOTE 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16. */
const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const END_SIZE = 22;
const LONGEST_COMMENT = 0xffff;
const [STORED, DEFLATED] = [0, 8];
const ENCRYPTED = 1;
/** Stands where the real number is in a ZIP64 field. */
const ELSEWHERE = 0xffffffff;

export interface Entry {
  name: string;
  bytes: Buffer;
}

/** Entries that are files. Throws ArchiveLimit, RangeError, or what node:zlib throws. */
export function* zipEntries(zip: Buffer, budget: Budget): Generator<Entry> {
  const end = endOf(zip);
  const count = zip.readUInt16LE(end + 10);
  let at = zip.readUInt32LE(end + 16);
  if (count === 0xffff || at === ELSEWHERE) throw new ArchiveLimit('it is a ZIP64 archive');
  for (let i = 0; i < count; i += 1) {
    if (zip.readUInt32LE(at) !== CENTRAL) throw new RangeError('its list of entries is broken');
    const flags = zip.readUInt16LE(at + 8);
    const method = zip.readUInt16LE(at + 10);
    const packed = zip.readUInt32LE(at + 20);
    const nameLength = zip.readUInt16LE(at + 28);
    const more = zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
    const local = zip.readUInt32LE(at + 42);
    const name = decodePath(zip.subarray(at + 46, at + 46 + nameLength));
    at += 46 + nameLength + more;
    if (name.endsWith('/')) continue;
    if (flags & ENCRYPTED) throw new ArchiveLimit('it is encrypted');
    if (packed === ELSEWHERE || local === ELSEWHERE)
      throw new ArchiveLimit('it is a ZIP64 archive');
    const bytes = content(zip, local, packed, method, budget);
    budget.spend(bytes.length);
    yield { name, bytes };
  }
}

function content(
  zip: Buffer,
  local: number,
  packed: number,
  method: number,
  budget: Budget,
): Buffer {
  if (zip.readUInt32LE(local) !== LOCAL) throw new RangeError('an entry of it is broken');
  const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
  if (start + packed > zip.length) throw new RangeError('an entry of it is cut off');
  const bytes = zip.subarray(start, start + packed);
  if (method === STORED) return bytes;
  if (method !== DEFLATED) throw new ArchiveLimit(`an entry is packed by method ${method}`);
  return inflateRawSync(bytes, { maxOutputLength: budget.bytes + 1 });
}

/** The end record stands last, but for a comment. */
function endOf(zip: Buffer): number {
  const first = Math.max(0, zip.length - END_SIZE - LONGEST_COMMENT);
  for (let at = zip.length - END_SIZE; at >= first; at -= 1)
    if (zip.readUInt32LE(at) === END) return at;
  throw new RangeError('it has no end');
}
