import { glob } from './glob.ts';
import type { Json } from './types.ts';
import { UNSEEN } from './unseen.ts';

type Wanted = Readonly<Record<string, string | number | boolean | null>>;

/** Values looked at for one path: a document is as large as the agent makes it. */
const LIMIT = 10_000;

/**
 * Whether every path holds a value of its pattern. What is not in the arguments does not match where `certain` is asked
 * for (an allow), and neither otherwise: rules about arguments speak of what is there.
 */
export function argumentsHold(wanted: Wanted, given: Json, certain: boolean): boolean {
  return Object.entries(wanted).every(([path, pattern]) => {
    const found = valuesAt(given, path.split('.'));
    // Too much to look at: a refusal counts, an allow does not.
    if (found === null) return !certain;
    const each = found.flatMap((value) => (Array.isArray(value) ? (value as Json[]) : [value]));
    return certain
      ? each.length > 0 && each.every((value) => value !== UNSEEN && matches(value, pattern, true))
      : each.some((value) => value === UNSEEN || matches(value, pattern, false));
  });
}

/** Services differ about case: a refusal speaks of all of them, an allow of the one that is written. */
function matches(
  value: Json,
  pattern: string | number | boolean | null,
  certain: boolean,
): boolean {
  if (value === pattern) return true;
  if (typeof value === 'object') return false;
  const fold = (text: string): string => (certain ? text : text.toLowerCase());
  return typeof pattern === 'string'
    ? glob(fold(pattern))(fold(String(value)))
    : String(value) === String(pattern);
}

/**
 * Null when there are more than guard looks at. `*` is any name or index, `**` any depth. A name in another case is the same to
 * some services (Go, .NET); so an allow finds it as well, and all that is found has to match.
 */
function valuesAt(root: Json, path: readonly string[]): Json[] | null {
  const found: Json[] = [];
  let left = LIMIT;
  const visit = (value: Json, at: number): boolean => {
    if (--left < 0) return false;
    const step = path[at];
    if (step === undefined || value === UNSEEN) {
      found.push(value);
      return true;
    }
    if (step === '**' && !visit(value, at + 1)) return false;
    if (typeof value !== 'object' || value === null) return true;
    for (const [key, inner] of Object.entries(value)) {
      const next = step === '**' ? at : step === '*' || isName(step, key) ? at + 1 : -1;
      if (next >= 0 && !visit(inner, next)) return false;
    }
    return true;
  };
  return visit(root, 0) ? found : null;
}

function isName(wanted: string, name: string): boolean {
  return wanted === name || wanted.toLowerCase() === name.toLowerCase().replaceAll('ſ', 's');
}
