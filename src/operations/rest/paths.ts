/** More ways to read one path than this are no accident. */
const MAX_READINGS = 32;
const MAX_SEGMENTS = 300;
const MAX_LENGTH = 32_768;

export interface PathReadings {
  /** Segments, percent-decoded; the likeliest reading first. */
  readings: readonly (readonly string[])[];
  /** Why guard cannot have them all; a clause for people. */
  doubtful: string | null;
}

/**
 * The ways in which servers read a path (without its query): encoded slashes as part of a name or as slashes, decoded once or
 * twice, `.` and `..` followed or not, empty segments kept or not, `;parameters` and a format (`.json`) cut off or not.
 */
export function readPath(path: string): PathReadings {
  if (path.length > MAX_LENGTH) return { readings: [[]], doubtful: 'its path is too long' };
  const found = new Map<string, string[]>();
  for (const segments of decodings(path))
    for (const stripped of withoutExtras(segments))
      for (const resolved of resolutions(stripped)) {
        if (found.size > MAX_READINGS || resolved.length > MAX_SEGMENTS)
          return { readings: [...found.values()], doubtful: 'its path can be read in many ways' };
        const key = JSON.stringify(resolved);
        if (!found.has(key)) found.set(key, resolved);
      }
  return { readings: [...found.values()], doubtful: null };
}

/** Each percent-encoded byte undone once; what is no UTF-8 shows as replacement characters, a lone `%` as it is. */
export function decodePercent(text: string): string {
  if (!text.includes('%')) return text;
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (run) =>
    Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'),
  );
}

/** Segment by segment first, as RFC 3986 has it; then decoded before it is cut, once and as often as it changes. */
function decodings(path: string): string[][] {
  const out = [cut(path).map(decodePercent)];
  if (/[%\\#\0]/.test(path)) {
    let text = path;
    for (let times = 0; times < 3; times += 1) {
      out.push(cut(text.replaceAll('\\', '/')), cut(text.replace(/[?#\0].*$/s, '')));
      const decoded = decodePercent(text);
      if (decoded === text) break;
      text = decoded;
    }
    out.push(cut(text.replaceAll('\\', '/').replace(/[?#\0].*$/s, '')));
  }
  return out;
}

function cut(path: string): string[] {
  return path.replace(/^\//, '').split('/');
}

function withoutExtras(segments: string[]): string[][] {
  const out = [segments];
  if (segments.some((word) => word.includes(';')))
    out.push(segments.map((word) => word.replace(/;.*$/s, '')));
  for (const each of [...out]) {
    const last = each.at(-1) ?? '';
    const bare = last.replace(/\.(?:json|xml)$/i, '');
    if (bare !== last && bare !== '') out.push([...each.slice(0, -1), bare]);
  }
  return out;
}

function resolutions(segments: string[]): string[][] {
  const dots = segments.some((word) => word === '.' || word === '..');
  const without = trimmed(dots ? resolveDots(segments) : segments);
  const out = [withoutEmpty(without)];
  if (without.includes('')) out.push(without);
  if (dots) out.push(trimmed(segments), withoutEmpty(segments));
  // An empty segment is one to go up from, or it is none.
  if (dots && segments.includes('')) out.push(resolveDots(withoutEmpty(segments)));
  return out;
}

/** A slash at the end means nothing to most. */
function trimmed(segments: string[]): string[] {
  let end = segments.length;
  while (end > 0 && segments[end - 1] === '') end -= 1;
  return segments.slice(0, end);
}

function withoutEmpty(segments: string[]): string[] {
  return segments.includes('') ? segments.filter((word) => word !== '') : segments;
}

/** RFC 3986, section 5.2.4. */
function resolveDots(segments: string[]): string[] {
  const out: string[] = [];
  for (const word of segments)
    if (word === '..') out.pop();
    else if (word !== '.') out.push(word);
  return out;
}
