import type { GraphqlCall, GraphqlRequest } from '../../../src/operations/graphql/types.ts';
import type { Json } from '../../../src/policy/types.ts';

export type Body = { type: string | null; text: string } | null;

/** A request to a GraphQL endpoint. */
export function call(
  body: Body,
  path = '/graphql/v2',
  method = body ? 'POST' : 'GET',
): GraphqlCall {
  return {
    method,
    path,
    headers: body?.type ? [['content-type', body.type]] : [],
    body: { bytes: Buffer.from(body?.text ?? ''), state: body ? 'whole' : 'none' },
  };
}

export function post(value: unknown): GraphqlCall {
  return call({ type: 'application/json', text: JSON.stringify(value) });
}

/** `mutation volumeDelete {"volumeId":"x"}` for each field, `? why` for what cannot be told. */
export function shown({ parts }: GraphqlRequest): string[] {
  return parts.flatMap((part) =>
    part.kind === 'unknown'
      ? [`? ${part.why}`]
      : part.fields.map((field) => `${part.kind} ${field.name} ${JSON.stringify(field.arguments)}`),
  );
}

/** A value as GraphQL writes it. */
export function literal(value: Json): string {
  if (isList(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([name, item]) => `${name}: ${literal(item)}`);
  return `{${members.join(', ')}}`;
}

export function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
