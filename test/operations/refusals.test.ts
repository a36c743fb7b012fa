import { describe, expect, it } from 'vitest';
import { refusalText } from '../../src/egress/refuse.ts';
import { refusalAnswer } from '../../src/operations/refusals.ts';
import type { Classified, HeaderList, HttpCall } from '../../src/operations/types.ts';

const WHY = {
  rule: 'provider.destroy',
  reason: 'it would <destroy> "a" & b\u001b[0m',
  safer: 'Ask',
};
const TEXT =
  'guard: refused: provider.destroy: it would <destroy> "a" & b\\e[0m. Ask. Do not try another way; tell the user.';

interface Parts {
  protocol?: Classified['protocol'];
  provider?: string | null;
  name?: string;
  request?: string;
  headers?: HeaderList;
  body?: string;
}

function refuse({
  protocol = 'http',
  provider = 'x',
  name = 'n',
  request = 'POST /',
  headers = [],
  body = '',
}: Parts) {
  const [method = '', path = ''] = request.split(' ');
  const bytes = Buffer.from(body);
  const call: HttpCall = {
    ...{ scheme: 'https', version: '2', host: 'h.test', port: 443, method, path, headers },
    body: { bytes, state: bytes.length ? 'whole' : 'none' },
  };
  const operation = { name, class: 'destroy', target: null, arguments: {} } as const;
  const answer = refusalAnswer(call, { provider, protocol, operations: [operation] }, WHY);
  const text = answer.body.toString();
  return { ...answer, text, type: answer.headers.find(([own]) => own === 'content-type')?.[1] };
}

const parsed = (parts: Parts): unknown => JSON.parse(refuse(parts).text);

describe('GraphQL', () => {
  const result = {
    errors: [{ message: TEXT, extensions: { code: 'GUARD_REFUSED', rule: 'provider.destroy' } }],
    data: null,
  };
  const parts = (accept: string, body = '{"query":"{a}"}'): Parts => ({
    protocol: 'graphql',
    headers: [
      ['accept', accept],
      ['content-type', 'application/json'],
    ],
    body,
  });

  it('answers with errors', () => {
    expect(parsed(parts('*/*'))).toEqual(result);
    expect(refuse(parts('*/*'))).toMatchObject({ status: 200, type: 'application/json' });
    expect(parsed(parts('*/*', '[{"query":"{a}"}]'))).toEqual([result]);
  });

  it('answers with a status where the client knows the newer type alone', () => {
    const type = 'application/graphql-response+json';
    expect(refuse(parts(type))).toMatchObject({ status: 403, type });
    expect(refuse(parts(`${type}, application/json`)).status).toBe(200);
  });
});

describe('AWS', () => {
  const aws = (parts: Parts) => refuse({ protocol: 'aws', provider: 'aws', ...parts });
  const escaped = TEXT.replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;');

  it('JSON', () => {
    const answer = aws({
      headers: [
        ['x-amz-target', 'DynamoDB_20120810.DeleteTable'],
        ['content-type', 'application/x-amz-json-1.0'],
      ],
    });
    expect(answer).toMatchObject({ status: 403, type: 'application/x-amz-json-1.0' });
    expect(answer.headers).toContainEqual(['x-amzn-errortype', 'AccessDeniedException']);
    expect(JSON.parse(answer.text)).toMatchObject({
      __type: 'AccessDeniedException',
      message: TEXT,
    });
  });

  it('REST and JSON', () => {
    const answer = aws({
      request: 'DELETE /2015-03-31/functions/f',
      name: 'lambda:DeleteFunction',
    });
    expect(JSON.parse(answer.text)).toMatchObject({ message: TEXT });
    expect(answer.headers).toContainEqual(['x-amzn-errortype', 'AccessDeniedException']);
  });

  it.each<[string, Parts, string, string]>([
    ['query', { body: 'Action=DeleteStack&Version=1' }, 'ErrorResponse', 'AccessDenied'],
    ['query in the URL', { request: 'GET /?Action=DeleteStack' }, 'ErrorResponse', 'AccessDenied'],
    ['S3', { request: 'DELETE /b', name: 's3:DeleteBucket' }, 'Error', 'AccessDenied'],
    [
      'S3 by its signature',
      {
        request: 'PUT /b',
        headers: [
          [
            'authorization',
            'AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-east-1/s3/aws4_request, …',
          ],
        ],
      },
      'Error',
      'AccessDenied',
    ],
    [
      'S3 by its signed URL',
      { request: 'PUT /b?X-Amz-Credential=AKIA%2F20260101%2Fus-east-1%2Fs3%2Faws4_request' },
      'Error',
      'AccessDenied',
    ],
    [
      'EC2',
      { body: 'Action=X', name: 'ec2:TerminateInstances' },
      'Response',
      'UnauthorizedOperation',
    ],
  ])('%s', (_what, parts, root, code) => {
    const { status, type, text } = aws(parts);
    expect({ status, type }).toEqual({ status: 403, type: 'text/xml' });
    expect(text).toMatch(new RegExp(`^<\\?xml[^>]*>\\n<${root}>.*</${root}>$`));
    expect(text).toContain(`<Code>${code}</Code><Message>${escaped}</Message>`);
  });

  it('CBOR', () => {
    const { type, body } = aws({ headers: [['smithy-protocol', 'rpc-v2-cbor']] });
    expect(type).toBe('application/cbor');
    // RFC 8949: a map of two pairs, then a text with two bytes of length.
    expect(body.subarray(0, 10)).toEqual(Buffer.from('\xa2\x79\x00\x06__type', 'latin1'));
    expect(body.readUInt16BE(body.length - Buffer.byteLength(TEXT) - 2)).toBe(
      Buffer.byteLength(TEXT),
    );
    expect(body.toString()).toContain(TEXT);
  });
});

describe('HTTP', () => {
  it('answers text as a refused connection does', () => {
    const { text, status, type } = refuse({});
    expect({ status, type }).toEqual({ status: 403, type: 'text/plain; charset=utf-8' });
    expect(text).toBe(refusalText({ kind: 'refused', ...WHY }));
  });

  it.each<[HeaderList, boolean]>([
    [[['accept', 'application/json']], true],
    [[['accept', 'application/vnd.github+json, */*']], true],
    [[['accept', 'text/html, application/json']], false],
    [[['accept', '*/*']], false],
    [[['content-type', 'application/json']], true],
    [
      [
        ['accept', '*/*'],
        ['content-type', 'application/json'],
      ],
      true,
    ],
  ])('to %j in JSON: %s', (headers, json) => {
    expect(refuse({ headers }).type).toBe(json ? 'application/json' : 'text/plain; charset=utf-8');
    if (json) expect(parsed({ headers })).toEqual({ error: TEXT, message: TEXT, rule: WHY.rule });
  });

  it('answers Kubernetes with a Status', () => {
    expect(parsed({ provider: 'kubernetes' })).toMatchObject({
      ...{ kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'Forbidden', code: 403 },
      message: TEXT,
    });
  });

  it('answers HEAD without a body', () => {
    expect(refuse({ request: 'HEAD /' }).body).toHaveLength(0);
  });
});

it('answers gRPC with a status', () => {
  const { trailers } = refuse({
    protocol: 'grpc',
    headers: [['content-type', 'application/grpc']],
  });
  expect(trailers?.[0]).toEqual(['grpc-status', '7']);
});
