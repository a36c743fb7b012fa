/** Rows of a keyboard and the orders that people type when they need some characters. */
const ORDERS = [
  '0123456789',
  '1234567890',
  'abcdefghijklmnopqrstuvwxyz',
  'qwertyuiop',
  'asdfghjkl',
  'zxcvbnm',
  'qazwsxedcrfvtgbyhnujmikolp',
  '1qaz2wsx3edc4rfv',
];
/** Pairs of neighbours in one of the orders, as `first * 128 + second`. */
const FORWARD = new Set(
  ORDERS.flatMap((order) =>
    [...order].slice(1).map((next, i) => pair(order.charCodeAt(i), next.charCodeAt(0))),
  ),
);

function pair(first: number, second: number): number {
  return first * 128 + second;
}

/** Fewer characters in order happen by chance. */
const SHORTEST_RUN = 3;
/** In random base62 of 40 characters a run of this length comes up once in tens of millions. */
const TELLING_RUN = 8;

/** Is this typed rather than drawn: `12345678`, `qwertyuiop`, `aaaaaa`, `abcdef0123456789`, `deadbeefdeadbeef`? */
export function isTypedRun(value: string): boolean {
  const plain = value.replace(/[-_ .:/]/g, '').toLowerCase();
  if (plain.length < SHORTEST_RUN) return plain.length > 0 && plain.length === value.length;
  if (isRepetition(plain)) return true;
  if (plain.length >= 8 && new Set(plain).size <= 3) return true;
  let inRuns = 0;
  let run = 1;
  let direction = 0;
  for (let i = 1; i <= plain.length; i++) {
    const step =
      i < plain.length ? stepOf(plain.charCodeAt(i - 1), plain.charCodeAt(i)) : undefined;
    if (step !== undefined && (run === 1 || step === direction)) {
      run++;
      direction = step;
      continue;
    }
    if (run >= TELLING_RUN && plain.length < 8 * run) return true;
    if (run >= SHORTEST_RUN) inRuns += run;
    // The two characters here may begin a run in another direction.
    run = step === undefined ? 1 : 2;
    direction = step ?? 0;
  }
  return inRuns >= plain.length * 0.65;
}

function stepOf(a: number, b: number): number | undefined {
  if (a === b) return 0;
  if (FORWARD.has(pair(a, b))) return 1;
  return FORWARD.has(pair(b, a)) ? -1 : undefined;
}

/** `abcabcabc`: one short piece three times or more, the last perhaps not whole; or a longer one twice. */
function isRepetition(plain: string): boolean {
  for (let period = 1; period <= 16 && period * 2 <= plain.length; period++) {
    if (plain.length < period * (period < 8 ? 3 : 2)) continue;
    let same = true;
    for (let i = period; i < plain.length && same; i++) same = plain[i] === plain[i - period];
    if (same) return true;
  }
  return false;
}
