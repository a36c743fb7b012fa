import type { ArgumentNode, ObjectFieldNode, OperationDefinitionNode, ValueNode } from 'graphql';
import { Kind } from 'graphql/language/kinds.js';
import type { Json } from '../../policy/types.ts';
import { UNSEEN } from '../unseen.ts';
import type { Budget } from './budget.ts';

/** Variables as they were sent; null where it cannot be told which were. */
export type Sent = { readonly [name: string]: Json } | null;

type Lookup = (name: string) => Json;

/** Reads values of one operation, its variables put in. */
export interface ValueReader {
  arguments(nodes: readonly ArgumentNode[]): { readonly [name: string]: Json };
  /** More was asked for than guard reads. */
  readonly exhausted: boolean;
}

export function valueReader(
  operation: OperationDefinitionNode,
  sent: Sent,
  budget: Budget,
): ValueReader {
  const defaults = defaultsOf(operation);
  const weights = new Map<string, number>();
  let exhausted = false;

  const lookup: Lookup = (name) => {
    const value = variable(name, sent, defaults);
    let weight = weights.get(name);
    if (weight === undefined) weights.set(name, (weight = weigh(value)));
    return spend(weight) ? value : UNSEEN;
  };
  const spend = (values: number): boolean => {
    budget.values -= values;
    exhausted ||= budget.values < 0;
    return !exhausted;
  };
  return {
    arguments: (nodes) => {
      spend(nodes.length);
      return members(nodes, lookup);
    },
    get exhausted() {
      return exhausted;
    },
  };
}

function variable(name: string, sent: Sent, defaults: ReadonlyMap<string, Json>): Json {
  if (sent === null) return UNSEEN;
  const value = Object.hasOwn(sent, name) ? sent[name] : undefined;
  const fallback = defaults.get(name);
  if (value === undefined) return fallback ?? (defaults.has(name) ? null : UNSEEN);
  // To some servers null means "not sent".
  if (value === null && fallback !== undefined && fallback !== null) return UNSEEN;
  return value;
}

function defaultsOf(operation: OperationDefinitionNode): Map<string, Json> {
  const defaults = new Map<string, Json>();
  const seen = new Set<string>();
  for (const { variable, defaultValue } of operation.variableDefinitions ?? []) {
    const name = variable.name.value;
    if (seen.has(name)) defaults.set(name, UNSEEN);
    else if (defaultValue)
      defaults.set(
        name,
        toJson(defaultValue, () => UNSEEN),
      );
    seen.add(name);
  }
  return defaults;
}

/** The parser has bounded how deep values nest. */
function toJson(node: ValueNode, lookup: Lookup): Json {
  switch (node.kind) {
    case Kind.VARIABLE:
      return lookup(node.name.value);
    case Kind.INT:
    case Kind.FLOAT:
      return number(node.value, node.kind === Kind.INT);
    case Kind.STRING:
    case Kind.BOOLEAN:
    case Kind.ENUM:
      return node.value;
    case Kind.NULL:
      return null;
    case Kind.LIST:
      return node.values.map((item) => toJson(item, lookup));
    case Kind.OBJECT:
      return members(node.fields, lookup);
  }
}

/** A name that is given twice has no value that all servers agree on. */
function members(
  nodes: readonly (ArgumentNode | ObjectFieldNode)[],
  lookup: Lookup,
): { [name: string]: Json } {
  const values = new Map<string, Json>();
  for (const { name, value } of nodes)
    values.set(name.value, values.has(name.value) ? UNSEEN : toJson(value, lookup));
  return Object.fromEntries(values);
}

/** As it was written where a double would lose digits. */
function number(digits: string, integer: boolean): Json {
  const value = Number(digits);
  return (integer ? Number.isSafeInteger(value) : Number.isFinite(value)) ? value : digits;
}

function weigh(value: Json): number {
  let count = 0;
  const rest: Json[] = [value];
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    count++;
    if (typeof next === 'object' && next !== null)
      for (const item of Object.values(next)) rest.push(item);
  }
  return count;
}
