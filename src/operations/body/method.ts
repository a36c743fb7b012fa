import type { HttpCall } from '../types.ts';
import type { Arguments, Query } from './types.ts';

const HEADERS = ['x-http-method-override', 'x-http-method', 'x-method-override', 'x-method'];
/** Rails, Laravel, Symfony, Express; Salesforce; Google; the header's own name. */
const PARAMETERS = ['_method', '_httpmethod', '$httpmethod', ...HEADERS];

/**
 * The methods a server may act on, upper case: the one that was sent, first, and those named by the usual overrides. A server
 * may honour an override or not, so all of them count.
 */
export function effectiveMethods(
  call: Pick<HttpCall, 'method' | 'headers'>,
  query: Query,
  body: Arguments | null,
): [string, ...string[]] {
  const named = [
    ...call.headers.flatMap(([name, value]) => (isHeader(name) ? value.split(',') : [])),
    ...[...query.values].flatMap(([name, values]) => (isParameter(name) ? values : [])),
    ...[...query.values].flatMap(([name, values]) =>
      name.toLowerCase() === '$httpheaders' ? values.flatMap(inHeaders) : [],
    ),
    ...(body ? inBody(body) : []),
  ];
  const methods = named.map((method) => method.trim().toUpperCase());
  return [...new Set([call.method.toUpperCase(), ...methods.filter(isMethod)])] as [
    string,
    ...string[],
  ];
}

/** Google takes headers in the query, for pages that cannot send them. */
function inHeaders(text: string): string[] {
  return text.split(/[\r\n]+/).flatMap((line) => {
    const colon = line.indexOf(':');
    return colon > 0 && isHeader(line.slice(0, colon).trim().toLowerCase())
      ? line.slice(colon + 1).split(',')
      : [];
  });
}

function inBody(body: Arguments): string[] {
  return [body, ...body.also].flatMap(({ value }) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
    return Object.entries(value).flatMap(([name, method]) =>
      isParameter(name) ? [method].flat().filter((one) => typeof one === 'string') : [],
    );
  });
}

/** CGI and its heirs know no difference between `-` and `_` (RFC 3875, section 4.1.18). */
function isHeader(name: string): boolean {
  return HEADERS.includes(name.replaceAll('_', '-'));
}

function isParameter(name: string): boolean {
  return PARAMETERS.includes(name.toLowerCase());
}

function isMethod(text: string): boolean {
  return /^[A-Z]{3,16}$/.test(text);
}
