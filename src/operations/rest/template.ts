/**
 * Templates of paths. A segment is text with at most two `{name}` in it, each one or more characters; `{name+}` is one or
 * more whole segments, `{name*}` and `**` any number of them.
 */
type Segment =
  | { kind: 'fixed'; text: string; folded: string }
  | { kind: 'mixed'; names: string[]; literals: string[]; folded: string[] }
  | { kind: 'rest'; name: string; least: 0 | 1 };

export interface Template {
  written: string;
  segments: readonly Segment[];
  /** At least so many segments, and at most. */
  least: number;
  most: number;
}

export interface Match {
  parameters: Readonly<Record<string, string>>;
  /** With the case as the template has it. */
  exact: boolean;
}

export function compileTemplate(written: string): Template {
  const segments = written === '/' ? [] : written.slice(1).split('/').map(compileSegment);
  const rests = segments.filter(({ kind }) => kind === 'rest');
  const least = segments.reduce(
    (sum, segment) => sum + (segment.kind === 'rest' ? segment.least : 1),
    0,
  );
  return { written, segments, least, most: rests.length ? Infinity : least };
}

/** Case of fixed text does not count, and `exact` says whether it was the same. */
export function matchTemplate(template: Template, path: readonly string[]): Match | null {
  if (path.length < template.least || path.length > template.most) return null;
  const parameters: Record<string, string> = {};
  const state = { exact: true };
  return matchFrom(template.segments, 0, path, 0, parameters, state)
    ? { parameters, exact: state.exact }
    : null;
}

/** What is wrong with a template, for people. */
export function checkTemplate(written: string): string | null {
  if (!/^\/[^\s?#]*$/.test(written) || written.length > 500)
    return 'expected a path such as "/repos/{owner}/{repo}", without a query';
  if (written !== '/' && written.slice(1).split('/').includes(''))
    return 'an empty segment is in it (a "/" at the end, or two together)';
  const words = written.slice(1).split('/');
  for (const word of words) {
    const bare = word.replace(/\{\w+\}/g, '');
    if (word === '**' || /^\{\w+[+*]\}$/.test(word)) continue;
    if (/[{}*]/.test(bare)) return `"${word}" cannot be read: "{name}" is what may vary in it`;
    if ((word.match(/\{/g)?.length ?? 0) > 2) return `"${word}" has more than two parameters`;
    if (/\}\{/.test(word)) return `"${word}" has two parameters with nothing between them`;
  }
  const rests = words.filter((word) => word === '**' || /^\{\w+[+*]\}$/.test(word)).length;
  return rests > 2 ? 'more than two "{name+}" or "{name*}"' : null;
}

/** `METHOD TEMPLATE`. */
export function checkRoute(written: string): string | null {
  const at = written.indexOf(' ');
  if (at < 0 || !/^(?:[A-Z][A-Z-]*|\*)$/.test(written.slice(0, at)))
    return 'expected a route such as "DELETE /repos/{owner}/{repo}"';
  return checkTemplate(written.slice(at + 1));
}

function compileSegment(word: string): Segment {
  const rest = word === '**' ? ['', '', '*'] : /^\{(\w+)([+*])\}$/.exec(word);
  if (rest) return { kind: 'rest', name: rest[1] ?? '', least: rest[2] === '+' ? 1 : 0 };
  const names = [...word.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '');
  if (names.length === 0) return { kind: 'fixed', text: word, folded: word.toLowerCase() };
  const literals = word.split(/\{\w+\}/);
  return { kind: 'mixed', names, literals, folded: literals.map((text) => text.toLowerCase()) };
}

/** At most two rests: at most quadratic. */
function matchFrom(
  segments: readonly Segment[],
  index: number,
  path: readonly string[],
  at: number,
  parameters: Record<string, string>,
  state: { exact: boolean },
): boolean {
  for (; index < segments.length; index += 1) {
    const segment = segments[index];
    if (!segment) return false;
    if (segment.kind === 'rest')
      return matchRest(segment, segments, index, path, at, parameters, state);
    const word = path[at];
    if (word === undefined || !matchWord(segment, word, parameters, state)) return false;
    at += 1;
  }
  return at === path.length;
}

function matchRest(
  segment: { name: string; least: 0 | 1 },
  segments: readonly Segment[],
  index: number,
  path: readonly string[],
  at: number,
  parameters: Record<string, string>,
  state: { exact: boolean },
): boolean {
  const before = state.exact;
  for (let end = path.length; end >= at + segment.least; end -= 1) {
    state.exact = before;
    if (!matchFrom(segments, index + 1, path, end, parameters, state)) continue;
    if (segment.name) parameters[segment.name] = path.slice(at, end).join('/');
    return true;
  }
  return false;
}

function matchWord(
  segment: Exclude<Segment, { kind: 'rest' }>,
  word: string,
  parameters: Record<string, string>,
  state: { exact: boolean },
): boolean {
  if (segment.kind === 'fixed') {
    if (word === segment.text) return true;
    if (word.toLowerCase() !== segment.folded) return false;
    state.exact = false;
    return true;
  }
  const folded = fold(word);
  const [start = '', middle = '', end = segment.literals.length === 2 ? middle : ''] =
    segment.folded;
  if (!folded.startsWith(start) || !folded.endsWith(end)) return false;
  const stop = word.length - end.length;
  const cut = segment.names.length === 2 ? folded.indexOf(middle, start.length + 1) : stop;
  if (cut <= start.length || cut > stop) return false;
  const [first = '', second] = segment.names;
  parameters[first] = word.slice(start.length, cut);
  if (second !== undefined) {
    if (cut + middle.length >= stop) return false;
    parameters[second] = word.slice(cut + middle.length, stop);
  }
  if (!word.startsWith(segment.literals[0] ?? '') || !word.endsWith(segment.literals.at(-1) ?? ''))
    state.exact = false;
  return true;
}

/** Lower case of the same length: some letters become two. */
function fold(word: string): string {
  const lower = word.toLowerCase();
  return lower.length === word.length ? lower : word;
}
