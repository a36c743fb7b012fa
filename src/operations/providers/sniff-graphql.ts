import type { Json, Operation } from '../../policy/types.ts';
import { mediaType } from '../body/media-type.ts';
import { readGraphql } from '../graphql/read.ts';
import type { CallView } from '../rest/view.ts';
import { judgeGraphql, type CompiledGraphql } from './graphql-rules.ts';

/** A GraphQL request at a path that no rule calls one; it counts when some of it can be read as that. */
export function sniffGraphql(graphql: CompiledGraphql, view: CallView): Operation[] {
  if (!mayHold(view)) return [];
  const request = readGraphql(view.call);
  if (request.parts.every(({ kind }) => kind === 'unknown')) return [];
  return judgeGraphql(graphql, request);
}

function mayHold(view: CallView): boolean {
  if (mediaType(view.call.headers).type === 'application/graphql') return true;
  if (view.query.values.get('query')?.some((text) => text.includes('{'))) return true;
  return view.bodies.some((body) =>
    (Array.isArray(body) ? (body as Json[]) : [body]).some(
      (one) => typeof one === 'object' && one !== null && Object.entries(one).some(isDocument),
    ),
  );
}

/** `operations` is where an upload has it; some servers know no case in names. */
function isDocument([name, value]: [string, unknown]): boolean {
  return /^(?:query|operations)$/i.test(name) && typeof value === 'string' && value.includes('{');
}
