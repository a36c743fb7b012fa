import type { FieldNode, OperationDefinitionNode } from 'graphql';
import { Kind } from 'graphql/language/kinds.js';
import { parse } from 'graphql/language/parser.js';
import { valueFromASTUntyped } from 'graphql/utilities/valueFromASTUntyped.js';

/** A field at the top of an operation, its variables filled in. */
export interface RootField {
  /** Key of its result: the alias if it has one. */
  key: string;
  name: string;
  args: Record<string, unknown>;
}

export interface Operation {
  type: 'query' | 'mutation' | 'subscription';
  fields: RootField[];
}

/** More is no request of a client's. */
const TOKEN_LIMIT = 5000;

/**
 * The operation that a GraphQL request executes: as much of the language as the part of the server needs, which is
 * everything but fragments. Throws with a message for the client.
 */
export function readOperation(
  document: string,
  variables: Record<string, unknown>,
  operationName: string | null,
): Operation {
  const { definitions } = parse(document, { noLocation: true, maxTokens: TOKEN_LIMIT });
  const operations = definitions.filter(
    (node): node is OperationDefinitionNode => node.kind === Kind.OPERATION_DEFINITION,
  );
  const wanted =
    operationName === null
      ? operations
      : operations.filter(({ name }) => name?.value === operationName);
  const [operation] = wanted;
  if (!operation || wanted.length > 1) throw new Error('Must provide one operation.');
  const fields = operation.selectionSet.selections.map((selection) => {
    if (selection.kind !== Kind.FIELD) throw new Error('Fragments are not supported.');
    return rootField(selection, variables);
  });
  return { type: operation.operation, fields };
}

function rootField(
  { name, alias, arguments: given }: FieldNode,
  variables: Record<string, unknown>,
): RootField {
  const args = (given ?? []).map((each) => [
    each.name.value,
    valueFromASTUntyped(each.value, variables),
  ]);
  return {
    key: alias?.value ?? name.value,
    name: name.value,
    args: Object.fromEntries(args) as Record<string, unknown>,
  };
}
