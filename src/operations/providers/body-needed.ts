import { awsBodyNeeded, s3BodyNeeded } from '../aws/body-needed.ts';
import { mediaType, isJsonType } from '../body/media-type.ts';
import { isGrpc } from '../grpc.ts';
import { restReadsBody, speaksFor } from '../rest/read-rest.ts';
import { matchesRoute, matchesTemplate } from '../rest/routes.ts';
import { viewHead } from '../rest/view.ts';
import type { BodyNeed, CallHead } from '../types.ts';
import type { Provider } from './compile.ts';
import { gitNeeds } from './read-git.ts';
import { isWebSocket } from './websocket.ts';

/** Of decoded bytes; a larger body is `unknown`. */
export const BODY_LIMIT = 4 * 1024 * 1024;
/** No document that anyone writes comes near it. */
const GRAPHQL_LIMIT = 1024 * 1024;
/** A form with files can be as large as it likes: an override of the method stands at its beginning. */
const FORM_BEGINNING = 64 * 1024;
const NONE: BodyNeed = { kind: 'none' };
const WHOLE: BodyNeed = { kind: 'whole', limit: BODY_LIMIT };
/** Methods whose content no server looks at (RFC 9110, sections 9.3.1, 9.3.2). */
const BODILESS = ['GET', 'HEAD', 'OPTIONS', 'TRACE'];

/** What of the body decides what a request asks for. */
export function bodyNeeded(provider: Provider, head: CallHead): BodyNeed {
  if (isWebSocket(head)) return NONE;
  const view = viewHead(head);
  const git = gitNeeds(provider, head, view);
  if (git) return git;
  if (provider.aws) return awsBodyNeeded(provider.aws, head);
  if (provider.s3.length > 0 && speaksFor(provider.s3, head.host)) return s3BodyNeeded(head);
  if (provider.graphql?.paths.some((path) => matchesTemplate(path, view)))
    return { kind: 'whole', limit: GRAPHQL_LIMIT };
  if (
    provider.batch.some(({ route }) => matchesRoute(route, view)) ||
    provider.sql.some(
      ({ data, route }) => data.in === 'body' && !data.ifClear && matchesRoute(route, view),
    ) ||
    restReadsBody(provider.rest, view, head.host)
  )
    return WHOLE;
  if (BODILESS.includes(head.method.toUpperCase()) || isGrpc(head)) return NONE;
  const { type } = mediaType(head.headers);
  if (type === 'multipart/form-data')
    return {
      kind: 'until',
      limit: 2 * FORM_BEGINNING,
      enough: ({ length }) => length >= FORM_BEGINNING,
    };
  const looks =
    view.methods.includes('POST') ||
    provider.graphql !== null ||
    provider.jsonrpc.rules.length > 0 ||
    provider.sql.some(({ data }) => data.ifClear);
  return looks && isText(type) ? WHOLE : NONE;
}

function isText(type: string): boolean {
  return (
    type === '' ||
    type === 'application/x-www-form-urlencoded' ||
    type === 'application/graphql' ||
    type.startsWith('text/') ||
    isJsonType(type)
  );
}
