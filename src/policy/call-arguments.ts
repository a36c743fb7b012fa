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
    return certain
      ? found.length > 0 && found.every((value) => value !== UNSEEN && matches(value, pattern))
      : found.some((value) => value === UNSEEN || matches(value, pattern));
  });
}

function matches(value: Json, pattern: string | number | boolean | null): boolean {
  if (value === pattern) return true;
  if (typeof value === 'object') return false;
  return typeof pattern === 'string'
    ? glob(pattern)(String(value))
    : String(value) === String(pattern);
}

/** Null when there are more than guard looks at. `*` is any name or index, `**` any depth. */
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
      const next = step === '**' ? at : step === '*' || step === key ? at + 1 : -1;
      if (next >= 0 && !visit(inner, next)) return false;
    }
    return true;
  };
  return visit(root, 0) ? found : null;
}
