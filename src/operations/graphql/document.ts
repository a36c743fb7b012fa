import type {
  DocumentNode,
  FieldNode,
  FragmentDefinitionNode,
  OperationDefinitionNode,
  SelectionSetNode,
} from 'graphql';
// Module by module: the whole package takes ten times as long to load.
import { Kind } from 'graphql/language/kinds.js';
import { parse } from 'graphql/language/parser.js';
import type { Budget } from './budget.ts';
import { bracketDepth } from './depth.ts';
import type { GraphqlField, GraphqlOperation, GraphqlTopField, GraphqlUnknown } from './types.ts';
import { valueReader, type Sent, type ValueReader } from './values.ts';

const MAX_LENGTH = 512 * 1024;
const MAX_DEPTH = 100;
/** Fragments within fragments. */
const MAX_SPREAD = 50;
/** Levels of fields that are looked at. */
const MAX_LEVEL = 6;

/** `names`: every operation name that the request gives. */
export function readDocument(
  text: string,
  names: readonly string[],
  sent: Sent,
  budget: Budget,
): (GraphqlOperation | GraphqlUnknown)[] {
  if (text.length > MAX_LENGTH) return [unknown('the document is too long')];
  if (bracketDepth(text) > MAX_DEPTH) return [unknown('the document is nested too deeply')];
  const document = parsed(text, budget);
  if (!document) return [unknown('the document does not parse')];
  return read(document, names, sent, budget);
}

export function unknown(why: string): GraphqlUnknown {
  return { kind: 'unknown', why };
}

function parsed(text: string, budget: Budget): DocumentNode | null {
  try {
    const document = parse(text, { noLocation: true, maxTokens: Math.max(budget.tokens, 1) });
    budget.tokens -= document.tokenCount ?? 0;
    return document;
  } catch {
    return null;
  }
}

function read(
  document: DocumentNode,
  names: readonly string[],
  sent: Sent,
  budget: Budget,
): (GraphqlOperation | GraphqlUnknown)[] {
  const doubts = new Set<string>();
  const operations: OperationDefinitionNode[] = [];
  const fragments = new Map<string, FragmentDefinitionNode[]>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION) operations.push(definition);
    else if (definition.kind === Kind.FRAGMENT_DEFINITION) {
      const known = fragments.get(definition.name.value);
      if (known) {
        known.push(definition);
        doubts.add('two fragments of the document share a name');
      } else fragments.set(definition.name.value, [definition]);
    } else doubts.add('the document defines more than operations and fragments');
  }
  if (operations.length === 0) doubts.add('the document has no operation');
  const parts = selected(operations, names, doubts).map((operation) => {
    const values = valueReader(operation, sent, budget);
    const collector = new Collector(fragments, values, budget, doubts);
    const fields = collector.top(operation.selectionSet);
    if (values.exhausted) doubts.add('the document asks for more than guard reads');
    return { kind: operation.operation, name: operation.name?.value ?? null, fields };
  });
  return [...parts, ...[...doubts].map(unknown)];
}

/** The operation that runs; all of them where servers could differ about it. */
function selected(
  operations: readonly OperationDefinitionNode[],
  names: readonly string[],
  doubts: Set<string>,
): readonly OperationDefinitionNode[] {
  if (operations.length <= 1) return operations;
  const [name] = names;
  const named = operations.filter((operation) => operation.name?.value === name);
  if (names.length === 1 && name !== undefined && named.length === 1) return named;
  doubts.add('it cannot be told which operation of the document runs');
  return operations;
}

/** Flattens selections: what is spread is there, and so is what `@skip` and `@include` speak of. */
class Collector {
  readonly #fragments: ReadonlyMap<string, readonly FragmentDefinitionNode[]>;
  readonly #values: ValueReader;
  readonly #budget: Budget;
  readonly #doubts: Set<string>;
  readonly #spreading: string[] = [];

  constructor(
    fragments: ReadonlyMap<string, readonly FragmentDefinitionNode[]>,
    values: ValueReader,
    budget: Budget,
    doubts: Set<string>,
  ) {
    this.#fragments = fragments;
    this.#values = values;
    this.#budget = budget;
    this.#doubts = doubts;
  }

  top(set: SelectionSetNode): GraphqlTopField[] {
    const fields: GraphqlTopField[] = [];
    this.#each(set, (node) => {
      const field = this.#field(node, node.name.value);
      const nested: GraphqlField[] = [];
      if (node.selectionSet) this.#nested(node.selectionSet, field.path, 2, nested);
      fields.push({ ...field, nested });
    });
    // It asks for the type's name and does nothing.
    const real = fields.filter(({ name }) => name !== '__typename');
    return real.length > 0 ? real : fields;
  }

  #nested(set: SelectionSetNode, above: string, level: number, fields: GraphqlField[]): void {
    this.#each(set, (node) => {
      const path = `${above}.${node.name.value}`;
      fields.push(this.#field(node, path));
      if (node.selectionSet && level < MAX_LEVEL)
        this.#nested(node.selectionSet, path, level + 1, fields);
    });
  }

  #field(node: FieldNode, path: string): GraphqlField {
    return {
      name: node.name.value,
      path,
      alias: node.alias?.value ?? null,
      arguments: this.#values.arguments(node.arguments ?? []),
    };
  }

  #each(set: SelectionSetNode, visit: (field: FieldNode) => void): void {
    for (const selection of set.selections) {
      if (--this.#budget.selections < 0) {
        this.#doubts.add('the document asks for more than guard reads');
        return;
      }
      if (selection.kind === Kind.FIELD) visit(selection);
      else if (selection.kind === Kind.INLINE_FRAGMENT) this.#each(selection.selectionSet, visit);
      else this.#spread(selection.name.value, visit);
    }
  }

  #spread(name: string, visit: (field: FieldNode) => void): void {
    const definitions = this.#fragments.get(name);
    if (!definitions) this.#doubts.add('the document lacks a fragment that it uses');
    else if (this.#spreading.includes(name)) this.#doubts.add('a fragment contains itself');
    else if (this.#spreading.length === MAX_SPREAD)
      this.#doubts.add('the document is nested too deeply');
    else {
      this.#spreading.push(name);
      for (const { selectionSet } of definitions) this.#each(selectionSet, visit);
      this.#spreading.pop();
    }
  }
}
