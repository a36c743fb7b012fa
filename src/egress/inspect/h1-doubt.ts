import type { IncomingMessage } from 'node:http';
import { fromRaw, valuesOf } from './headers.ts';

/** Of two of these one server takes the first and another the last. */
const ONCE = ['authorization', 'content-type', 'content-length', 'x-http-method-override'];

/** Why a request that is well-formed could still be read in two ways; null when it cannot. */
export function doubtful(request: IncomingMessage, path: string, upgrade: boolean): string | null {
  if (path.includes('#')) return 'its target has a fragment';
  const list = fromRaw(request.rawHeaders);
  const twice = ONCE.find((name) => valuesOf(list, name).length > 1);
  if (twice) return `it has two ${twice} headers`;
  const framed = ['content-length', 'transfer-encoding'].some(
    (name) => valuesOf(list, name).length,
  );
  return upgrade && framed ? 'it has a body and asks for an upgrade' : null;
}
