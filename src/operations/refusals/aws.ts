import type { Answer } from '../../egress/inspect/types.ts';
import { readPairs } from '../body/form.ts';
import type { Classified, HttpCall } from '../types.ts';
import { answer, headerOf, jsonAnswer } from './answers.ts';

/** `Credential=KEY/20261121/eu-west-1/s3/aws4_request` in the Authorization header or the query (SigV4). */
const SCOPE =
  /Credential=[^/,\s&]{1,128}(?:\/|%2f)\d{8}(?:\/|%2f)[\w-]*(?:\/|%2f)([\w-]{1,64})(?:\/|%2f)aws4_/i;
const REST_XML = ['cloudfront', 'route53', 's3-control'];

/** What the SDK of that service takes for "access denied": it says so and does not try again. */
export function awsRefusal(call: HttpCall, { operations }: Classified, text: string): Answer {
  const service = serviceOf(call, operations[0].name);
  if (headerOf(call.headers, 'smithy-protocol') === 'rpc-v2-cbor') return cborAnswer(text);
  if (headerOf(call.headers, 'x-amz-target') !== '') {
    const type = headerOf(call.headers, 'content-type').trim().toLowerCase();
    return json(text, /^application\/x-amz-json-1\.\d$/.test(type) ? type : 'application/json');
  }
  if (service === 's3' || service === 's3express')
    return xml(
      `<Error><Code>AccessDenied</Code>${message(text)}${IDS}<HostId>guard</HostId></Error>`,
    );
  if (service === 'ec2')
    return xml(
      `<Response><Errors><Error><Code>UnauthorizedOperation</Code>${message(text)}</Error></Errors>` +
        '<RequestID>guard</RequestID></Response>',
    );
  if (isQuery(call) || REST_XML.includes(service))
    return xml(
      `<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code>${message(text)}</Error>` +
        `${IDS}</ErrorResponse>`,
    );
  return json(text, 'application/json');
}

const IDS = '<RequestId>guard</RequestId>';

/** As the operation was named, else as the request was signed. */
function serviceOf(call: HttpCall, operation: string): string {
  const [, named] = /^([\w-]+):/.exec(operation) ?? [];
  const [, signed] =
    SCOPE.exec(headerOf(call.headers, 'authorization')) ?? SCOPE.exec(call.path) ?? [];
  return (named ?? signed ?? '').toLowerCase();
}

function isQuery({ path, body }: HttpCall): boolean {
  const mark = path.indexOf('?');
  const query = mark < 0 ? '' : path.slice(mark + 1);
  return [query, body.bytes.toString('latin1', 0, 65_536)].some((text) =>
    readPairs(text).pairs.some(([name]) => name === 'Action'),
  );
}

function json(text: string, type: string): Answer {
  const value = { __type: 'AccessDeniedException', message: text, Message: text };
  return jsonAnswer(403, value, type, [['x-amzn-errortype', 'AccessDeniedException']]);
}

function xml(body: string): Answer {
  return answer(403, 'text/xml', `<?xml version="1.0" encoding="UTF-8"?>\n${body}`);
}

function message(text: string): string {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return `<Message>${escaped}</Message>`;
}

/** Smithy RPC v2 CBOR: a map of two texts. */
function cborAnswer(message: string): Answer {
  const texts = ['__type', 'AccessDeniedException', 'message', message];
  const body = Buffer.concat([Buffer.from([0xa2]), ...texts.map(cborText)]);
  return answer(403, 'application/cbor', body, [['smithy-protocol', 'rpc-v2-cbor']]);
}

/** RFC 8949, section 3.1: major type 3, with a length of two bytes. */
function cborText(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from([0x79, bytes.length >> 8, bytes.length & 0xff]), bytes]);
}
