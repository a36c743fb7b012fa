import type { SqlClass } from '../rules/pack.ts';
import type { OperationClass } from '../types.ts';
import type { Reading } from './dialects.ts';
import { kindsOf } from './kinds.ts';
import type { SqlToken } from './lexer.ts';

/** What a part of a statement does. */
export interface Finding {
  class: OperationClass;
  verb: string;
  /** One, none, or all of a list (`DROP TABLE a, b`). */
  targets: readonly string[];
  because?: string;
  /** What rules on command lines ask for; of all that was found, also beside something stricter. */
  kinds?: readonly SqlClass[];
}

export interface Context {
  reading: Reading;
  /** Within a procedure: what no rule knows there is control flow or an assignment. */
  body: boolean;
  /** How deep in statements that hold statements. */
  depth: number;
}

/** From the mildest to the strictest, as with operations of any provider. */
const ORDER: readonly OperationClass[] = ['read', 'change', 'unknown', 'access', 'destroy'];

export function stricter(a: OperationClass, b: OperationClass): boolean {
  return ORDER.indexOf(a) > ORDER.indexOf(b);
}

export function strictest(findings: readonly [Finding, ...Finding[]]): Finding {
  const worst = findings.reduce((one, next) => (stricter(next.class, one.class) ? next : one));
  const kinds = [...new Set(findings.flatMap((one) => one.kinds ?? []))];
  return kinds.length > 0 ? { ...worst, kinds } : worst;
}

export function finding(
  kind: OperationClass,
  verb: string,
  target: string | readonly string[] | null = null,
  because?: string,
): Finding {
  const targets = target === null ? [] : typeof target === 'string' ? [target] : target;
  const kinds = kindsOf(kind, verb);
  return {
    class: kind,
    verb,
    targets,
    ...(because ? { because } : {}),
    ...(kinds.length > 0 ? { kinds } : {}),
  };
}

export function isWord(token: SqlToken | undefined, ...words: readonly string[]): boolean {
  return token?.kind === 'word' && words.includes(token.text);
}

export function isMark(token: SqlToken | undefined, text: string): boolean {
  return token?.kind === 'mark' && token.text === text;
}

/** A name, quoted or not. */
export function isName(token: SqlToken | undefined): boolean {
  return token?.kind === 'word' || token?.kind === 'name';
}
