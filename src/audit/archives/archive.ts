import { gunzipSync } from 'node:zlib';
import { ArchiveLimit, Budget, requireDepth } from './budget.ts';
import { isTar, tarEntries } from './tar.ts';
import { zipEntries, type Entry } from './zip.ts';

type Kind = 'zip' | 'tar' | 'gzip';

/** By content (`PK\3\4`, RFC 1952 section 2.3.1, `ustar`): names lie, and many formats are zip. */
export function archiveKind(bytes: Buffer): Kind | null {
  if (bytes.length >= 22 && bytes.readUInt32BE(0) === 0x504b0304) return 'zip';
  if (bytes.length >= 18 && bytes.readUIntBE(0, 3) === 0x1f8b08) return 'gzip';
  return isTar(bytes) ? 'tar' : null;
}

/** Files in an archive and in the archives in it, with the way to them. `unread` is told what stays closed, and why. */
export function* archiveEntries(
  bytes: Buffer,
  unread: (within: string, why: string) => void,
  within = '',
  depth = 1,
  budget = new Budget(),
): Generator<{ within: string; entry: Entry }> {
  const kind = archiveKind(bytes);
  if (!kind) return;
  try {
    requireDepth(depth);
    for (const entry of entriesOf(kind, bytes, budget)) {
      const way = entry.name === '' ? within : `${within}!${entry.name}`;
      const inner = archiveKind(entry.bytes);
      if (inner) {
        const deeper = kind === 'gzip' && inner === 'tar' ? depth : depth + 1;
        yield* archiveEntries(entry.bytes, unread, way, deeper, budget);
      } else yield { within: way, entry };
    }
  } catch (error) {
    unread(within, `the archive is not looked through: ${whyOf(error)}`);
  }
}

function* entriesOf(kind: Kind, bytes: Buffer, budget: Budget): Generator<Entry> {
  if (kind === 'zip') yield* zipEntries(bytes, budget);
  else if (kind === 'tar') yield* tarEntries(bytes, budget);
  else {
    const content = gunzipSync(bytes, { maxOutputLength: budget.bytes + 1 });
    budget.spend(content.length);
    // gzip holds one file, and its name is the archive's.
    yield { name: '', bytes: content };
  }
}

function whyOf(error: unknown): string {
  if (error instanceof ArchiveLimit) return error.message;
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ERR_BUFFER_TOO_LARGE') return 'it holds more than 512 MiB';
  return code?.startsWith('Z_') || error instanceof RangeError ? 'it is broken' : String(error);
}
