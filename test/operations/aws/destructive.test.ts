import { describe, expect, it } from 'vitest';
import type { AwsServiceData } from '../../../src/operations/aws/operations.ts';
import { classify } from '../../../src/operations/providers/classify.ts';
import type { HttpCall } from '../../../src/operations/types.ts';
import { awsOperations, builtin, call } from '../providers/support.ts';

const { provider } = builtin('aws');
const services = Object.entries(awsOperations);
/** Of which a rule says something else, for a reason. */
const ACCESS = ['DeletePublicAccessBlock'];

function authorization(service: string): string {
  return `AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=00`;
}

/** The request for one operation, the way the service's protocol has it. */
function wire({ protocol, endpoint, signing, target }: AwsServiceData, line: string): HttpCall {
  const [name = '', method = 'POST', path = '/'] = line.split(' ');
  const host = `${endpoint}.us-east-1.amazonaws.com`;
  const headers = { authorization: authorization(signing) };
  if (protocol === 'rest')
    return call(`${method} ${path.replace(/\{[\w-]+\+?\}/g, 'x-1')}`, { host, headers });
  if (protocol === 'smithy-rpc-v2-cbor')
    return call(`POST /service/${target ?? 'Service'}/operation/${name}`, { host, headers });
  if (protocol === 'json')
    return call('POST /', {
      host,
      headers: {
        ...headers,
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': `${target ?? 'Service'}.${name}`,
      },
      body: '{}',
    });
  return call('POST /', {
    host,
    headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
    body: `Action=${name}&Version=2016-11-15`,
  });
}

describe.each(services)('%s', (_, service) => {
  it('has every operation of the list read as destroying', () => {
    const wrong = service.operations.filter((line) => {
      const { operations } = classify(provider, wire(service, line));
      const [name = ''] = line.split(' ');
      return !operations.some(
        (one) =>
          (one.class === 'destroy' || ACCESS.includes(name)) && one.name.split(':')[1] === name,
      );
    });
    expect(wrong).toEqual([]);
  });

  it('has them too when only the host, or only the signature, says which service it is', () => {
    const wrong = service.operations.filter((line) => {
      const request = wire(service, line);
      const unsigned = {
        ...request,
        headers: request.headers.filter(([n]) => n !== 'authorization'),
      };
      const moved = { ...request, host: 'somewhere.amazonaws.com' };
      return [unsigned, moved].some(
        (each) =>
          !classify(provider, each).operations.some((one) =>
            ['destroy', 'access', 'unknown'].includes(one.class),
          ),
      );
    });
    // By POST alone a path is only known together with its service.
    expect(wrong.filter((line) => !/ (?:POST|PUT|PATCH) /.test(line))).toEqual([]);
  });
});

it('knows all of the list', () => {
  expect(services.flatMap(([, { operations }]) => operations)).toHaveLength(2500);
});

describe('a request that says two things', () => {
  const signed = { authorization: authorization('ec2') };

  it.each([
    ['a target beside an action', 'POST /', { 'x-amz-target': 'X.DescribeInstances' }],
    ['another action in the query', 'POST /?Action=DescribeInstances', {}],
    ['an override of the method', 'POST /', { 'x-http-method-override': 'GET' }],
    ['a type that lies', 'POST /', { 'content-type': 'application/json' }],
    ['no type', 'POST /', { 'content-type': 'text/plain' }],
  ])('counts the stricter one: %s', (_, line, headers: Record<string, string>) => {
    const { operations } = classify(
      provider,
      call(line, {
        host: 'ec2.us-east-1.amazonaws.com',
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...signed, ...headers },
        body: 'Action=TerminateInstances&InstanceId.1=i-1',
      }),
    );
    expect(operations.map((one) => one.class)).toContain('destroy');
  });

  it('believes no dry run where another service could be meant', () => {
    const { operations } = classify(
      provider,
      call('POST /', {
        host: 'dynamodb.us-east-1.amazonaws.com',
        headers: {
          ...signed,
          'content-type': 'application/x-amz-json-1.0',
          'x-amz-target': 'DynamoDB_20120810.DeleteTable',
        },
        body: '{"TableName":"users","DryRun":"true"}',
      }),
    );
    expect(operations.map((one) => one.name)).toContain('dynamodb:DeleteTable');
    expect(operations.map((one) => one.class)).toContain('destroy');
  });
});
