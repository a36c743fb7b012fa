import { createHash, createHmac } from 'node:crypto';
import type { HeaderList } from '../operations/types.ts';
import { percentDecode, percentEncode } from './percent.ts';
import { splitTarget } from './query.ts';
import { ALGORITHM } from './sigv4-read.ts';

/** What is signed; strings as on the wire, one character a byte. */
export interface ToSign {
  method: string;
  /** With its query; a signature in it is left out. */
  target: string;
  headers: HeaderList;
  signedHeaders: readonly string[];
  /** Of the body, in hex, or one of the words AWS has for it. */
  payload: string;
  /** `20150830T123600Z`. */
  time: string;
  scope: string;
  service: string;
  secret: string;
}

/** Services whose paths are signed as they are, not normalised and encoded once more. */
const PLAIN_PATHS = /^s3(?:-|express$|$)/;

/** "Create a signed AWS API request", IAM user guide. */
export function signature(call: ToSign): string {
  const [date = '', region = '', service = '', end = ''] = call.scope.split('/');
  let key: Buffer | string = `AWS4${call.secret}`;
  for (const part of [date, region, service, end]) key = hmac(key, part);
  const request = sha256(canonicalRequest(call));
  return hmac(key, [ALGORITHM, call.time, call.scope, request].join('\n')).toString('hex');
}

export function canonicalRequest(call: ToSign): string {
  const names = [...call.signedHeaders].sort();
  const headers = names.map((name) => `${name}:${headerValue(call.headers, name)}\n`);
  const { path } = splitTarget(call.target);
  return [
    call.method,
    PLAIN_PATHS.test(call.service) ? encodePath(percentDecode(path)) : normalise(path),
    canonicalQuery(call.target),
    headers.join(''),
    names.join(';'),
    call.payload,
  ].join('\n');
}

export function sha256(text: string | Uint8Array): string {
  const hash = createHash('sha256');
  return (typeof text === 'string' ? hash.update(text, 'latin1') : hash.update(text)).digest('hex');
}

function headerValue(headers: HeaderList, name: string): string {
  return headers
    .filter(([header]) => header === name)
    .map(([, value]) => value.trim().replace(/ +/g, ' '))
    .join(',');
}

function canonicalQuery(target: string): string {
  const pieces = splitTarget(target).pieces ?? [];
  return pieces
    .filter(({ raw, name }) => raw !== '' && name !== 'X-Amz-Signature')
    .map(({ name, value }): [string, string] => [percentEncode(name), percentEncode(value)])
    .sort(([a, av], [b, bv]) => order(a, b) || order(av, bv))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

/** RFC 3986, section 6.2.2.3, without empty segments. */
function normalise(path: string): string {
  const out: string[] = [];
  const segments = path.split('/');
  for (const segment of segments)
    if (segment === '..') out.pop();
    else if (segment !== '' && segment !== '.') out.push(segment);
  const last = segments.at(-1) ?? '';
  const folder = out.length > 0 && ['', '.', '..'].includes(last);
  return encodePath(`/${out.join('/')}${folder ? '/' : ''}`);
}

function encodePath(path: string): string {
  return path.split('/').map(percentEncode).join('/') || '/';
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac('sha256', key).update(text, 'latin1').digest();
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
