import aws4 from 'aws4';
import { createHash } from 'node:crypto';
import { describe, expect, it, test } from 'vitest';
import { signature, type ToSign } from '../../src/credentials/sigv4-sign.ts';
import { call, entry, REAL, world } from './world.ts';

const EMPTY = createHash('sha256').digest('hex');
const latin1 = (text: string) => Buffer.from(text).toString('latin1');

/** The AWS Signature Version 4 test suite (aws-c-auth, tests/aws-signing-test-suite/v4), its keys and its time. */
const suite = (
  target: string,
  headers: [string, string][],
  more: Partial<ToSign> = {},
): ToSign => ({
  method: 'GET',
  target: latin1(target),
  headers: [['host', 'example.amazonaws.com'], ...headers, ['x-amz-date', '20150830T123600Z']],
  signedHeaders: ['host', ...new Set(headers.map(([name]) => name)), 'x-amz-date'],
  payload: EMPTY,
  time: '20150830T123600Z',
  scope: '20150830/us-east-1/service/aws4_request',
  service: 'service',
  secret: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  ...more,
});
const TOKEN = '6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267';
const FORM = '9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e';
const QUERY =
  'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fus-east-1%2Fservice%2Faws4_request&X-Amz-Date=20150830T123600Z&X-Amz-SignedHeaders=host&X-Amz-Expires=3600';
const inQuery = { signedHeaders: ['host'] };

test.each([
  [
    'get-vanilla',
    suite('/', []),
    '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
  ],
  [
    'get-relative-relative-normalized',
    suite('/example1/example2/../..', []),
    '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
  ],
  [
    'get-slashes-normalized',
    suite('//example//', []),
    '9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84',
  ],
  [
    'get-space-normalized',
    suite('/example space/', []),
    '652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741',
  ],
  ['get-utf8', suite('/ሴ', []), '8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85'],
  [
    'get-vanilla-utf8-query',
    suite('/?ሴ=bar', []),
    '2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04',
  ],
  [
    'get-vanilla-query-order-encoded',
    suite('/?Param-3=Value3&Param=Value2&%E1%88%B4=Value1', []),
    '371d3713e185cc334048618a97f809c9ffe339c62934c032af5a0e595648fcac',
  ],
  [
    'get-header-key-duplicate',
    suite('/', [
      ['my-header1', 'value2'],
      ['my-header1', 'value2'],
      ['my-header1', 'value1'],
    ]),
    'c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea',
  ],
  [
    'get-header-value-trim',
    suite('/', [
      ['my-header1', ' value1'],
      ['my-header2', ' "a   b   c"'],
    ]),
    'acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736',
  ],
  [
    'get-vanilla-with-session-token',
    suite('/', [['x-amz-security-token', TOKEN]]),
    '07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8',
  ],
  [
    'post-x-www-form-urlencoded',
    suite(
      '/',
      [
        ['content-length', '13'],
        ['content-type', 'application/x-www-form-urlencoded'],
        ['x-amz-content-sha256', FORM],
      ],
      { method: 'POST', payload: FORM },
    ),
    'd3875051da38690788ef43de4db0d8f280229d82040bfac253562e56c3f20e0b',
  ],
  [
    'get-utf8, in the query',
    suite(`/ሴ?${QUERY}`, [], inQuery),
    '10eae3f14a260bd3911cc6d008d3c576d143b05b62f09782a7a4b37f52178e44',
  ],
  [
    'get-vanilla-query-order-encoded, in the query',
    suite(`/?Param-3=Value3&Param=Value2&%E1%88%B4=Value1&${QUERY}&X-Amz-Signature=x`, [], inQuery),
    'c5f1848ceec943ac2ca68ee720460c23aaae30a2300586597ada94c4a65e4787',
  ],
  [
    'get-vanilla-with-session-token, in the query',
    suite(`/?${QUERY}&X-Amz-Security-Token=${TOKEN}`, [], inQuery),
    '7ff2b50b376cb4d151970630573d6291dc128cc5c2a12ffb237f73cc53f67b6c',
  ],
])("AWS' test suite: %s", (_, request, expected) => {
  expect(signature(request)).toBe(expected);
});

/** Examples of the S3 API reference, "Authenticating Requests". */
describe('S3', () => {
  const s3 = (more: Partial<ToSign>): ToSign => ({
    method: 'GET',
    target: '/test.txt',
    headers: [
      ['host', 'examplebucket.s3.amazonaws.com'],
      ['range', 'bytes=0-9'],
      ['x-amz-content-sha256', EMPTY],
      ['x-amz-date', '20130524T000000Z'],
    ],
    signedHeaders: ['host', 'range', 'x-amz-content-sha256', 'x-amz-date'],
    payload: EMPTY,
    time: '20130524T000000Z',
    scope: '20130524/us-east-1/s3/aws4_request',
    service: 's3',
    secret: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    ...more,
  });

  it('GET object', () => {
    expect(signature(s3({}))).toBe(
      'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    );
  });

  it('PUT object, a path that is encoded once only', () => {
    const hash = '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072';
    const headers: [string, string][] = [
      ['date', 'Fri, 24 May 2013 00:00:00 GMT'],
      ['host', 'examplebucket.s3.amazonaws.com'],
      ['x-amz-content-sha256', hash],
      ['x-amz-date', '20130524T000000Z'],
      ['x-amz-storage-class', 'REDUCED_REDUNDANCY'],
    ];
    const signedHeaders = headers.map(([name]) => name);
    const request = { method: 'PUT', target: '/test%24file.text', headers, signedHeaders };
    expect(signature(s3({ ...request, payload: hash }))).toBe(
      '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
    );
  });

  it('a presigned URL', () => {
    const target =
      '/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host';
    const request = s3({ target, signedHeaders: ['host'], payload: 'UNSIGNED-PAYLOAD' });
    expect(signature(request)).toBe(
      'aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404',
    );
  });
});

describe('a request signed with placeholders', () => {
  const w = world();
  const [id, secret, session] = [
    'AWS_ACCESS_KEY_ID',
    'AWS_SECRET_ACCESS_KEY',
    'AWS_SESSION_TOKEN',
  ].map((name) => w.credentials.env[name] ?? '');
  const keys = { accessKeyId: id, secretAccessKey: secret, sessionToken: session };
  const real = {
    accessKeyId: REAL.aws,
    secretAccessKey: REAL.awsSecret,
    sessionToken: REAL.awsSession,
  };
  type Options = aws4.Request & { body?: string };

  /** Signed by the library that clients use, as guard gets it. */
  const signed = (options: Options, credentials: aws4.Credentials) => {
    const host = `${options.service}.eu-west-1.amazonaws.test`;
    const request = aws4.sign(
      { host, region: 'eu-west-1', method: 'POST', ...options, headers: { ...options.headers } },
      credentials,
    );
    const headers = Object.entries(request.headers ?? {}).map(([name, value]): [string, string] => [
      name.toLowerCase(),
      String(value),
    ]);
    const { method = 'POST', body } = options;
    return call(host, headers, { method, path: request.path ?? '/', ...(body ? { body } : {}) });
  };
  const one = (headers: readonly (readonly [string, string])[], name: string) =>
    headers.filter(([own]) => own === name).map(([, value]) => value);

  it.each<[string, Options]>([
    ['iam', { service: 'iam', body: 'Action=ListUsers&Version=2010-05-08', path: '/' }],
    [
      'dynamodb',
      {
        service: 'dynamodb',
        body: '{}',
        headers: { 'X-Amz-Target': 'DynamoDB_20120810.ListTables' },
      },
    ],
    ['s3 with a body', { service: 's3', path: '/a%20b/c?uploads', method: 'PUT', body: 'hello' }],
    ['s3 without one', { service: 's3', path: '/a/b?versionId=x&list-type=2', method: 'GET' }],
    ['a path', { service: 'lambda', path: '/2015-03-31/functions/a%3Ab', method: 'DELETE' }],
  ])('is signed again with the real key: %s', (_, options) => {
    const date = { 'X-Amz-Date': '20240102T030405Z', ...options.headers };
    const request = signed({ ...options, headers: date }, keys);
    const examined = w.credentials.examine(request);
    expect(examined.fact).toEqual({ kind: 'granted', name: 'aws' });
    const { path, headers } = examined.inject();
    const expected = signed({ ...options, headers: date }, real);
    const drop = (value = '') => value.replace(/content-length;/, '');
    if (one(expected.headers, 'authorization')[0]?.includes('content-length'))
      expect(one(headers, 'authorization')[0]).toContain(`Credential=${REAL.aws}/20240102/`);
    else expect(one(headers, 'authorization')).toEqual(one(expected.headers, 'authorization'));
    expect(drop(one(headers, 'authorization')[0])).toContain('SignedHeaders=');
    expect(one(headers, 'x-amz-security-token')).toEqual([REAL.awsSession]);
    expect(path).toBe(request.path);
    for (const value of [id, secret, session]) expect(JSON.stringify(headers)).not.toContain(value);
  });

  it('is signed again in the query', () => {
    const options: Options = {
      service: 's3',
      method: 'GET',
      signQuery: true,
      path: '/a/b?X-Amz-Date=20240102T030405Z&X-Amz-Expires=60',
    };
    const request = signed(options, keys);
    const examined = w.credentials.examine({ ...request, headers: [['host', request.host]] });
    expect(examined.fact).toEqual({ kind: 'granted', name: 'aws' });
    const wanted = new URLSearchParams(signed(options, real).path.split('?')[1]);
    const made = new URLSearchParams(examined.inject().path.split('?')[1]);
    wanted.sort();
    made.sort();
    expect([...made]).toEqual([...wanted]);
  });

  it('gets the session token where the client had none, and signs headers that AWS wants signed', () => {
    const request = signed(
      { service: 'iam', body: 'Action=GetUser' },
      { ...keys, sessionToken: undefined },
    );
    const examined = w.credentials.examine({
      ...request,
      headers: [...request.headers, ['x-amz-meta-late', '1'], ['accept-encoding', 'gzip']],
    });
    const { headers } = examined.inject();
    expect(one(headers, 'x-amz-security-token')).toEqual([REAL.awsSession]);
    const list = /SignedHeaders=([^,]*)/.exec(one(headers, 'authorization')[0] ?? '')?.[1];
    expect(list?.split(';')).toEqual(
      expect.arrayContaining(['host', 'x-amz-date', 'x-amz-meta-late', 'x-amz-security-token']),
    );
    expect(list).not.toContain('accept-encoding');
  });

  const iam = () => signed({ service: 'iam', body: 'Action=GetUser' }, keys);
  const with_ = (name: string, value: string) => {
    const request = iam();
    return {
      ...request,
      headers: [...request.headers.filter(([own]) => own !== name), [name, value] as const],
    };
  };

  it.each([
    [
      'chunks signed one by one',
      with_('x-amz-content-sha256', 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD'),
      /signed chunks/,
    ],
    ['no time', with_('x-amz-date', 'now'), /without a time/],
    [
      'a body that was not read whole',
      { ...iam(), body: { bytes: Buffer.from('Act'), state: 'beginning' as const } },
      /not read whole/,
    ],
    ['a body in a coding', with_('content-encoding', 'gzip'), /not read whole/],
    ["another's session token", with_('x-amz-security-token', w.of('github')), /session token/],
  ])('is refused with %s', (_, request, where) => {
    const { fact } = w.credentials.examine(request);
    expect(fact).toMatchObject({
      kind: 'misplaced',
      where: expect.stringMatching(where) as string,
    });
  });

  it('is refused with SigV4A, and says so', () => {
    const value = `AWS4-ECDSA-P256-SHA256 Credential=${id}/20240102/s3/aws4_request, SignedHeaders=host, Signature=30`;
    const { fact } = w.credentials.examine(call('s3.amazonaws.test', { authorization: value }));
    expect(fact).toMatchObject({
      kind: 'misplaced',
      where: expect.stringContaining('SigV4A') as string,
    });
  });

  it('keeps what AWS has for payloads that are not signed', () => {
    for (const word of ['UNSIGNED-PAYLOAD', 'STREAMING-UNSIGNED-PAYLOAD-TRAILER']) {
      const examined = w.credentials.examine(with_('x-amz-content-sha256', word));
      expect(examined.fact.kind).toBe('granted');
      expect(one(examined.inject().headers, 'x-amz-content-sha256')).toEqual([word]);
    }
  });

  it('is foreign with another key, another token, or at another host', () => {
    const at = (credentials: aws4.Credentials) =>
      w.credentials.examine(signed({ service: 'iam', body: 'A=b' }, credentials)).fact.kind;
    const other = { ...keys, accessKeyId: 'AKIAIOSFODNN7EXAMPLE' };
    expect(at({ ...other, sessionToken: undefined })).toBe('foreign');
    expect(at(other)).toBe('misplaced');
    expect(at({ ...keys, sessionToken: 'IQoJb3JpZ2luX2VjEHoaCX' })).toBe('foreign');
    expect(at(real)).toBe('leak');
    expect(w.credentials.examine({ ...iam(), host: 'evil.test' }).fact.kind).toBe('misplaced');
    const narrow = world([entry('aws', { hosts: ['s3.eu-west-1.amazonaws.test'] })]);
    const own = { ...keys, accessKeyId: narrow.of('aws'), sessionToken: undefined };
    const request = signed({ service: 'iam', body: 'A=b' }, own);
    expect(narrow.credentials.examine(request).fact.kind).toBe('misplaced');
  });
});
