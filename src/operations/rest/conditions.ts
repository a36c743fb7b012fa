import { glob } from '../../policy/glob.ts';
import type { Json } from '../../policy/types.ts';
import type { Condition, ConditionTest } from '../providers/data.ts';
import type { HeaderList } from '../types.ts';
import { UNSEEN } from '../unseen.ts';
import { compileJsonPath, type Found } from './json-path.ts';

/** What a condition can look at. */
export interface Surroundings {
  /** Of a GraphQL field. */
  arguments?: Json;
  /** One way to read the body; `UNSEEN` when none is. */
  body: Json;
  query: ReadonlyMap<string, readonly string[]>;
  headers: HeaderList;
}

/** `maybe`: guard cannot see it, or servers may differ. */
export type Holds = 'yes' | 'maybe' | 'no';

export interface Judged {
  holds: Holds;
  /** Which value it was: `input.serviceId is null`; null without a condition. */
  shown: string | null;
  /** It looked into a body that could not be read. */
  unreadable: boolean;
}

export interface Conditions {
  readsBody: boolean;
  readsQuery: boolean;
  /** One of them holds; none is always. */
  judge(around: Surroundings): Judged;
}

const ALWAYS: Judged = { holds: 'yes', shown: null, unreadable: false };
const NEVER: Judged = { holds: 'no', shown: null, unreadable: false };

export function compileConditions(when: readonly Condition[]): Conditions {
  const judges = when.map(compileOne);
  return {
    readsBody: when.some((condition) => looksAt(condition, 'body')),
    readsQuery: when.some((condition) => looksAt(condition, 'query')),
    judge: (around) => {
      if (judges.length === 0) return ALWAYS;
      let best = NEVER;
      for (const judge of judges) {
        const judged = judge(around);
        if (judged.holds === 'yes') return judged;
        if (judged.holds === 'maybe' && (best.holds === 'no' || best.unreadable)) best = judged;
      }
      return best;
    },
  };
}

function looksAt(condition: Condition, place: 'body' | 'query'): boolean {
  return 'all' in condition
    ? condition.all.some((one) => looksAt(one, place))
    : condition.in === place;
}

function compileOne(condition: Condition): (around: Surroundings) => Judged {
  if ('all' in condition) {
    const judges = condition.all.map(compileOne);
    return (around) => {
      const all = judges.map((judge) => judge(around));
      if (all.some(({ holds }) => holds === 'no')) return NEVER;
      return {
        holds: all.every(({ holds }) => holds === 'yes') ? 'yes' : 'maybe',
        shown: all.flatMap(({ shown }) => shown ?? []).join(' and ') || null,
        unreadable: all.some(({ unreadable }) => unreadable),
      };
    };
  }
  const find = finder(condition);
  const test = tester(condition.test);
  return (around) => {
    const found = find(around);
    const { holds, at } = test(found);
    if (holds === 'no') return NEVER;
    const unreadable = holds === 'maybe' && condition.in === 'body' && around.body === UNSEEN;
    return { holds, shown: show(condition, at), unreadable };
  };
}

function finder(
  condition: Exclude<Condition, { all: unknown }>,
): (around: Surroundings) => Found[] {
  const { path } = condition;
  const lower = path.toLowerCase();
  switch (condition.in) {
    case 'arguments': {
      const compiled = compileJsonPath(path, false);
      return ({ arguments: given }) => (given === undefined ? [] : compiled.find(given));
    }
    case 'body': {
      const compiled = compileJsonPath(path, true);
      return ({ body }) => compiled.find(body);
    }
    case 'query':
      return ({ query }) =>
        [...query].flatMap(([name, values]) =>
          name.toLowerCase().replace(/\[\]$/, '') === lower
            ? values.map((value) => ({ at: path, value, exact: name === path }))
            : [],
        );
    case 'header':
      return ({ headers }) =>
        headers.flatMap(([name, value]) =>
          name === lower ? [{ at: lower, value: value.trim(), exact: true }] : [],
        );
  }
}

type Tested = { holds: Holds; at: Found | null };

function tester(test: ConditionTest): (found: readonly Found[]) => Tested {
  if (test.kind === 'present')
    return (found) => {
      const seen = found.find(({ value, exact }) => value !== UNSEEN && exact);
      if (seen) return { holds: test.present ? 'yes' : 'no', at: seen };
      if (found.length) return { holds: 'maybe', at: found[0] ?? null };
      return { holds: test.present ? 'no' : 'yes', at: null };
    };
  const each = test.kind === 'empty' ? isEmpty : test.kind === 'in' ? isIn(test) : isLike(test);
  return (found) => {
    let maybe: Found | null = null;
    for (const one of found) {
      const holds = one.value === UNSEEN ? 'maybe' : each(one.value);
      if (holds === 'yes' && one.exact) return { holds, at: one };
      if (holds !== 'no') maybe ??= one;
    }
    return { holds: maybe ? 'maybe' : 'no', at: maybe };
  };
}

function isEmpty(value: Json): Holds {
  if (value === '') return 'yes';
  if (typeof value !== 'object' || value === null) return 'no';
  return Object.keys(value).length === 0 ? 'yes' : 'no';
}

function isIn({ values }: { values: readonly Json[] }): (value: Json) => Holds {
  return (value) => {
    const all = values.map((wanted) => equal(wanted, value));
    return all.includes('yes') ? 'yes' : all.includes('maybe') ? 'maybe' : 'no';
  };
}

/** Spellings that some servers take for a truth value. */
const LOOSE: Readonly<Record<string, RegExp>> = {
  true: /^(?:true|1|yes|on|t|y)$/i,
  false: /^(?:false|0|no|off|f|n|)$/i,
};

function equal(wanted: Json, value: Json): Holds {
  if (wanted === value) return 'yes';
  if (typeof value === 'object' || typeof wanted === 'object') return 'no';
  const [a, b] = [String(wanted), String(value)];
  if (a === b) return 'yes';
  if (a.toLowerCase() === b.trim().toLowerCase()) return 'maybe';
  return LOOSE[a]?.test(b) ? 'maybe' : 'no';
}

function isLike({ patterns }: { patterns: readonly string[] }): (value: Json) => Holds {
  const exact = patterns.map(glob);
  const folded = patterns.map((pattern) => glob(pattern.toLowerCase()));
  return (value) => {
    if (typeof value === 'object') return 'no';
    const text = String(value);
    if (exact.some((matches) => matches(text))) return 'yes';
    return folded.some((matches) => matches(text.toLowerCase())) ? 'maybe' : 'no';
  };
}

/** Names the place, and a value only where the rule itself does: what is in a body is nobody's business. */
function show(condition: Exclude<Condition, { all: unknown }>, at: Found | null): string {
  const { test } = condition;
  const place = (at?.at || condition.path).slice(0, 160);
  if (test.kind === 'present') return `${place} is ${at ? '' : 'not '}given`;
  if (at?.value === UNSEEN) return `${place} cannot be seen`;
  if (test.kind === 'empty') return `${place} is empty`;
  if (test.kind === 'like') return `${place} is like ${test.patterns.join(', ').slice(0, 100)}`;
  const value = test.values.find((wanted) => at && equal(wanted, at.value) !== 'no');
  const shown = value ?? test.values[0] ?? null;
  return `${place} is ${typeof shown === 'string' ? shown : JSON.stringify(shown)}`.slice(0, 256);
}
