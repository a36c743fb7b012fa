import { decodePath } from '../byte-path.ts';

/** One changed path, as `git diff-index --raw -z` has it (git-diff-index(1), "Raw output format"). */
export interface RawChange {
  /** `A`, `C`, `D`, `M`, `R`, `T`, `U`. */
  status: string;
  oldMode: string;
  newMode: string;
  oldId: string;
  newId: string;
  path: string;
  /** What it was called before; the same, but for a rename and a copy. */
  oldPath: string;
}

export const SYMLINK = '120000';
export const SUBMODULE = '160000';

/** Throws RangeError where it is not such output. */
export function parseRawDiff(output: Buffer): RawChange[] {
  const changes: RawChange[] = [];
  let at = 0;
  const field = (): Buffer => {
    const end = output.indexOf(0, at);
    if (end < 0) throw new RangeError('raw diff ends within an entry');
    const bytes = output.subarray(at, end);
    at = end + 1;
    return bytes;
  };
  while (at < output.length) {
    const [oldMode = '', newMode = '', oldId = '', newId = '', status = ''] = field()
      .toString('latin1')
      .split(' ');
    if (!oldMode.startsWith(':') || !status) throw new RangeError('not a raw diff');
    const letter = status.charAt(0);
    const first = field();
    // A rename and a copy have two names: the first is the source.
    const path = letter === 'R' || letter === 'C' ? field() : first;
    changes.push({
      status: letter,
      oldMode: oldMode.slice(1),
      newMode,
      oldId,
      newId,
      path: decodePath(path),
      oldPath: decodePath(first),
    });
  }
  return changes;
}
