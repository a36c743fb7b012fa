import { describe, expect, it } from 'vitest';
import { BODY_LIMIT } from '../../src/operations/providers/body-needed.ts';
import { bodyNeeded } from '../../src/operations/providers/body-needed.ts';
import { classify } from '../../src/operations/providers/classify.ts';
import type { Provider } from '../../src/operations/providers/compile.ts';
import type { Classified } from '../../src/operations/types.ts';
import { readPush } from '../../src/operations/git/push.ts';
import { packet, FLUSH } from '../../src/operations/git/pkt-line.ts';
import { compilePolicy, decide } from '../../src/policy/decide.ts';
import { readSql } from '../../src/policy/sql/read.ts';
import type { Dialect } from '../../src/policy/sql/types.ts';
import type { Action, CredentialFact, Json, LayerName, Operation } from '../../src/policy/types.ts';
import type { CallRule } from '../../src/profile/types.ts';
import { builtin, call } from '../operations/providers/support.ts';
import { data, source } from '../policy/support.ts';

/** A request that destroys, told in a way that a server takes and guard could overlook. */
interface Attack {
  provider: string;
  line: string;
  host?: string;
  headers?: Record<string, string>;
  body?: string;
}

const loaded = new Map<string, Provider>();

function providerOf(id: string): Provider {
  const known = loaded.get(id) ?? builtin(id).provider;
  loaded.set(id, known);
  return known;
}

function classified({ provider, line, ...given }: Attack): Classified {
  return classify(providerOf(provider), call(line, given));
}

const NONE: CredentialFact = { kind: 'none' };

/** What is done about it where a profile says nothing. */
function verdict(attack: Attack, rules: [LayerName, CallRule][] = [], credential = NONE): Action {
  const { provider, protocol, operations } = classified(attack);
  return judged(operations, rules, { provider, protocol, host: attack.host, credential });
}

interface Around {
  provider?: string | null;
  protocol?: Classified['protocol'];
  host?: string | undefined;
  credential?: CredentialFact;
  scope?: { allow?: string[]; deny?: string[] };
}

function judged(
  operations: readonly [Operation, ...Operation[]],
  rules: [LayerName, CallRule][],
  { provider = 'github', protocol = 'http', host, credential = NONE, scope }: Around = {},
): Action {
  const policy = compilePolicy(
    data({
      calls: {
        rules: rules.map(([layer, value], index) => ({ value, source: source(layer, index + 1) })),
        credentials: scope
          ? [
              {
                value: { name: 'k', allow: null, ask: null, deny: null, ...scope },
                source: source('user'),
              },
            ]
          : [],
        foreign: [],
        grants: null,
      },
    }),
  );
  return decide(policy, {
    kind: 'call',
    protocol,
    provider,
    host: host ?? 'api.example',
    port: 443,
    method: 'POST',
    path: '/',
    operations,
    credential,
  }).action;
}

const JSON_TYPE = { 'content-type': 'application/json' };
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const BATCH = { 'content-type': 'multipart/mixed; boundary=b' };
const DELETES = 'mutation { volumeDelete(volumeId: "v-1") }';
const GITHUB = { provider: 'github', host: 'api.github.com' };
const RAILWAY = { provider: 'railway', host: 'backboard.railway.app' };
const GOOGLE = { provider: 'gcp', host: 'storage.googleapis.com' };
const GENERIC = { provider: 'generic' };
const EC2 = {
  provider: 'aws',
  host: 'ec2.us-east-1.amazonaws.com',
};

function parts(...requests: string[]): string {
  return [...requests.map((each) => `--b\nContent-Type: application/http\n\n${each}\n`), '--b--']
    .join('\n')
    .replaceAll('\n', '\r\n');
}

/** At a path that nobody declared as GraphQL's. */
const UNDECLARED: Record<string, Attack> = {
  'a mutation beside junk, at a path that is not declared': {
    ...RAILWAY,
    line: 'POST /other',
    headers: JSON_TYPE,
    body: JSON.stringify([{ query: DELETES }, { x: 1 }]),
  },
  'a mutation with a hash that does not fit, at a path that is not declared': {
    ...RAILWAY,
    line: 'POST /other',
    headers: JSON_TYPE,
    body: JSON.stringify({ query: DELETES, extensions: { persistedQuery: { sha256Hash: 'x' } } }),
  },
  'a mutation under a name in another case, at a path that is not declared': {
    ...RAILWAY,
    line: 'POST /other',
    headers: JSON_TYPE,
    body: JSON.stringify({ Query: DELETES }),
  },
};

describe('a mutation is read as one', () => {
  for (const [name, attack] of Object.entries(UNDECLARED))
    it(name, () => {
      const found = classified(attack).operations.find(
        (one) => one.name === 'mutation volumeDelete',
      );
      expect(found?.class).toBe('destroy');
    });
});

const PASSED: Record<string, Attack> = {
  'a path of GraphQL by one reading, of REST by another': {
    ...GITHUB,
    line: 'DELETE /graphql%23/../repos/o/r',
    headers: JSON_TYPE,
    body: '{"query":"{viewer{login}}"}',
  },
  'a path of git by one reading, of REST by another': {
    ...GITHUB,
    line: 'POST /repos/o/r/git-upload-pack%23/../transfer',
    headers: JSON_TYPE,
    body: '{"new_owner":"x"}',
  },
  'a secret read at a path that ends as one of git': {
    ...GITHUB,
    line: 'GET /repos/o/r/HEAD%23/../secret-scanning/alerts',
  },
  'a path of a batch by one reading, and its method overridden': {
    ...GOOGLE,
    line: 'POST /batch%23/../foo/v1/bar',
    headers: { ...BATCH, 'x-http-method-override': 'DELETE' },
    body: parts('GET /storage/v1/b HTTP/1.1\n'),
  },
  'a request in a batch without a version': {
    ...GOOGLE,
    line: 'POST /batch/storage/v1',
    headers: BATCH,
    body: parts('GET /storage/v1/b HTTP/1.1\n', 'DELETE /storage/v1/b/prod\n'),
  },
  'a request in a batch with its method overridden': {
    ...GOOGLE,
    line: 'POST /batch/storage/v1',
    headers: BATCH,
    body: parts('GET /storage/v1/b/prod HTTP/1.1\nX-HTTP-Method-Override: DELETE\n'),
  },
  'a request in a batch that is encoded': {
    ...GOOGLE,
    line: 'POST /batch/storage/v1',
    headers: BATCH,
    body: `${parts('GET /storage/v1/b HTTP/1.1\n')}\r\n--b\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: base64\r\n\r\nREVMRVRF\r\n--b--`,
  },
  'a request in a JSON batch with its method overridden': {
    provider: 'azure',
    host: 'graph.microsoft.com',
    line: 'POST /v1.0/$batch',
    headers: JSON_TYPE,
    body: '{"requests":[{"id":"1","method":"GET","headers":{"X-HTTP-Method":"DELETE"},"url":"/users/u"}]}',
  },
  'a handshake with its method overridden': {
    provider: 'stripe',
    host: 'api.stripe.com',
    line: 'GET /v1/frobs/x',
    headers: { upgrade: 'websocket', 'x-http-method-override': 'DELETE' },
  },
  'a method in headers in the query': {
    ...GOOGLE,
    line: 'GET /storage/v1/b/x?$httpHeaders=X-HTTP-Method-Override:DELETE',
  },
  'a path in a header': {
    ...GITHUB,
    line: 'GET /',
    headers: { 'x-original-url': '/repos/o/r/secret-scanning/alerts' },
  },
  'DELETE that says it is gRPC': {
    ...GENERIC,
    line: 'DELETE /volumes/GetBackups',
    headers: { 'content-type': 'application/grpc' },
  },
  'DELETE at a path of GraphQL': {
    ...GENERIC,
    line: 'DELETE /v1/graphql/things/7',
    headers: JSON_TYPE,
    body: '{"query":"{me}"}',
  },
  'JSON-RPC with names in another case': {
    ...GENERIC,
    line: 'POST /mcp',
    headers: JSON_TYPE,
    body: '{"JSONRPC":"2.0","METHOD":"tools/call","PARAMS":{"name":"delete_issue"}}',
  },
  'JSON-RPC without a version': {
    ...GENERIC,
    line: 'POST /mcp',
    headers: JSON_TYPE,
    body: '{"id":1,"method":"tools/call","params":{"name":"delete_issue"}}',
  },
  'the last of many calls': {
    ...GENERIC,
    line: 'POST /mcp',
    headers: JSON_TYPE,
    body: JSON.stringify([
      ...Array.from({ length: 150 }, () => ({ jsonrpc: '2.0', method: 'ping' })),
      { jsonrpc: '2.0', method: 'deleteAll' },
    ]),
  },
  'the last of very many fields': {
    ...GENERIC,
    line: 'POST /graphql',
    headers: JSON_TYPE,
    body: JSON.stringify({
      query: `mutation { ${Array.from({ length: 2100 }, (_, index) => `a${index}: ping(n: ${index})`).join(' ')} deleteAll }`,
    }),
  },
  'a method of Connect': {
    ...GENERIC,
    line: 'POST /acme.v1.UserService/DeleteUser',
    headers: JSON_TYPE,
    body: '{}',
  },
  'a method of Twirp, below a prefix': {
    ...GENERIC,
    line: 'POST /twirp/acme.v1.UserService/DeleteUser',
    headers: { 'content-type': 'application/protobuf' },
    body: 'x',
  },
  'a dry run said in a body, of an action in the query': {
    ...EC2,
    line: 'POST /?Action=TerminateInstances&InstanceId.1=i-1',
    headers: JSON_TYPE,
    body: '{"DryRun":"true"}',
  },
  'a dry run in the form, and none in the query': {
    ...EC2,
    line: 'POST /?DryRun=false',
    headers: FORM,
    body: 'Action=TerminateInstances&InstanceId.1=i-1&DryRun=true',
  },
  'a dry run by a name in another case': {
    ...EC2,
    line: 'POST /',
    headers: FORM,
    body: 'Action=TerminateInstances&InstanceId.1=i-1&dryrun=true',
  },
};

describe('asked about: without a credential, with no rule of a person’s', () => {
  for (const [name, attack] of Object.entries(PASSED))
    it(name, () => {
      expect(verdict(attack)).toBe('ask');
    });
});

const MILDER: Record<string, Attack> = {
  'JSON with something behind it, of no type': {
    ...GITHUB,
    line: 'PATCH /repos/o/r',
    body: '{"private":true} x',
  },
  'JSON with something behind it, said to be a form': {
    ...GITHUB,
    line: 'PATCH /repos/o/r',
    headers: FORM,
    body: '{"private":true} x',
  },
  'JSON with a comma too many, said to be text': {
    ...GITHUB,
    line: 'PATCH /repos/o/r',
    headers: { 'content-type': 'text/plain' },
    body: '{"private":true,}',
  },
  'JSON with something behind it, said to be a picture': {
    ...GITHUB,
    line: 'PATCH /repos/o/r',
    headers: { 'content-type': 'image/png' },
    body: '{"private":true}x',
  },
  'a name with a long s': {
    ...GITHUB,
    line: 'PATCH /repos/o/r',
    headers: JSON_TYPE,
    body: '{"vi\u017fibility":"private"}',
  },
  YAML: {
    ...GITHUB,
    line: 'PATCH /repos/o/r',
    headers: { 'content-type': 'application/yaml' },
    body: 'private: true',
  },
  MessagePack: {
    ...GITHUB,
    line: 'PATCH /repos/o/r',
    headers: { 'content-type': 'application/msgpack' },
    body: 'private',
  },
  'CBOR at AWS': {
    provider: 'aws',
    host: 'dynamodb.us-east-1.amazonaws.com',
    line: 'POST /',
    headers: {
      'content-type': 'application/cbor',
      'x-amz-target': 'DynamoDB_20120810.BatchWriteItem',
    },
    body: 'x',
  },
  'an argument in the query at AWS': {
    provider: 'aws',
    host: 'rds.us-east-1.amazonaws.com',
    line: 'GET /?Action=ModifyDBInstance&BackupRetentionPeriod=0&DBInstanceIdentifier=p',
  },
  'a stack that is updated': {
    provider: 'aws',
    host: 'cloudformation.us-east-1.amazonaws.com',
    line: 'POST /',
    headers: FORM,
    body: 'Action=UpdateStack&StackName=prod',
  },
  'a legal hold that is taken off': {
    provider: 'aws',
    host: 's3.amazonaws.com',
    line: 'PUT /b/k?legal-hold',
    body: 'OFF',
  },
  'a scale without a number': {
    provider: 'kubernetes',
    host: 'kubernetes.default.svc',
    line: 'PUT /apis/apps/v1/namespaces/x/deployments/y/scale',
    headers: JSON_TYPE,
    body: '{"kind":"Scale","spec":{}}',
  },
};

describe('never taken for a mere change', () => {
  for (const [name, attack] of Object.entries(MILDER))
    it(name, () => {
      const classes = classified(attack).operations.map((one) => one.class);
      expect(classes.some((kind) => ['destroy', 'access', 'unknown'].includes(kind))).toBe(true);
    });

  it('a picture sent to a service whose settings are looked into', () => {
    const head = call('POST /', {
      host: 'dynamodb.us-east-1.amazonaws.com',
      headers: { 'content-type': 'image/png', 'x-amz-target': 'DynamoDB_20120810.BatchWriteItem' },
    });
    expect(bodyNeeded(providerOf('aws'), head)).toEqual({ kind: 'whole', limit: BODY_LIMIT });
  });

  it('a statement behind so many comments that a pattern would try each way to part them', () => {
    const body = `${' /**/'.repeat(390)}DROP TABLE users`;
    const { operations } = classified({
      ...GENERIC,
      line: 'POST /x',
      headers: { 'content-type': 'text/plain' },
      body,
    });
    expect(operations.some((one) => one.name === 'sql DROP TABLE')).toBe(true);
    expect(classified({ ...GENERIC, line: 'POST /x', body: ' /**/'.repeat(500) })).toBeDefined();
  });

  it('a push with options, by which some servers open a repository to all', () => {
    const id = (digit: string): string => digit.repeat(40);
    const line = `${id('1')} ${id('2')} refs/heads/main\0 report-status push-options`;
    const bytes = Buffer.concat([
      packet(Buffer.from(line)),
      FLUSH,
      Buffer.from('0018repo.private=false'),
    ]);
    expect(readPush(bytes).doubtful).toContain('push options');
  });

  it('the operation that only the URL names, of a document in the body', () => {
    const { operations } = classified({
      ...RAILWAY,
      line: 'POST /graphql/v2?operationName=Harmless',
      headers: JSON_TYPE,
      body: JSON.stringify({
        query: `query Harmless { me { id } } ${DELETES.replace('mutation', 'mutation M')}`,
      }),
    });
    expect(operations.some((one) => one.name === 'mutation volumeDelete')).toBe(true);
  });
});

const SQL: [Dialect, string][] = [
  ['postgres', "SELECT aws_lambda.invoke('wipe')"],
  ['postgres', "SELECT * FROM aws_s3.query_export_to_s3('SELECT 1', 'bucket')"],
  ['postgres', 'SELECT decrypted_secret FROM vault.decrypted_secrets'],
  ['postgres', 'SELECT rolpassword FROM pg_catalog."pg_authid"'],
  ['mysql', 'SELECT authentication_string FROM mysql.user'],
  ['bigquery', 'SELECT * FROM EXTERNAL_QUERY("c", "DELETE FROM x")'],
  ['postgres', 'DELETE FROM users WHERE id IS NOT NULL'],
  ['postgres', 'DELETE FROM users WHERE users.id > 0'],
  ['sqlite', 'DELETE FROM users WHERE rowid'],
  ['postgres', "ALTER TABLE users ALTER COLUMN email TYPE text USING ''"],
  ['postgres', "CREATE FOREIGN TABLE x (a text) SERVER s OPTIONS (program 'rm -rf /')"],
  ['mysql', 'ALTER TABLE users ENGINE = BLACKHOLE'],
  ['clickhouse', 'ALTER TABLE t MODIFY TTL d + INTERVAL 0 SECOND'],
  ['bigquery', 'ALTER TABLE d.t SET OPTIONS (expiration_timestamp = TIMESTAMP "2020-01-01")'],
  ['snowflake', 'ALTER TABLE t SET DATA_RETENTION_TIME_IN_DAYS = 0'],
];

describe('SQL', () => {
  for (const [dialect, text] of SQL)
    it(text, () => {
      const classes = readSql(text, dialect).map((one) => one.class);
      expect(classes.some((kind) => ['destroy', 'access', 'unknown'].includes(kind))).toBe(true);
    });

  it('says of a condition that names rows that it does', () => {
    expect(readSql('DELETE FROM jobs WHERE done_at IS NOT NULL', 'postgres')[0]?.class).toBe(
      'change',
    );
    expect(readSql('DELETE FROM jobs WHERE id = 7', 'postgres')[0]?.class).toBe('change');
  });
});

describe('what a person wrote', () => {
  const of = (more: Partial<Operation>): [Operation] => [
    { name: 'op', class: 'destroy', target: null, arguments: null, ...more },
  ];
  const refuse = (rule: Omit<CallRule, 'action'>): [LayerName, CallRule][] => [
    ['user', { ...rule, action: 'deny' }],
  ];
  const allow = (rule: Omit<CallRule, 'action'>): [LayerName, CallRule][] => [
    ['user', { ...rule, action: 'allow' }],
  ];

  it('an allow of one target does not cover another beside it', () => {
    const both = of({ target: 'staging-1, prod-2' });
    expect(judged(both, allow({ target: 'staging-*' }))).toBe('ask');
    expect(judged(of({ target: 'staging-1, staging-2' }), allow({ target: 'staging-*' }))).toBe(
      'allow',
    );
    expect(judged(both, refuse({ target: 'prod-*' }))).toBe('deny');
    expect(judged(of({ target: 'a, b, c, d, e, …' }), refuse({ target: 'prod-*' }))).toBe('deny');
  });

  it('a refusal of a target holds in any case', () => {
    expect(judged(of({ target: 'ACME/Prod' }), refuse({ target: 'acme/prod' }))).toBe('deny');
    expect(judged(of({ target: 'ACME/Prod' }), allow({ target: 'acme/prod' }))).toBe('ask');
  });

  it('a refusal of an argument holds in any case, in a list and where servers differ', () => {
    const rule = { arguments: { 'body.name': 'prod' } };
    const given = (body: Json): [Operation] => of({ arguments: { body } });
    expect(judged(given({ Name: 'Prod' }), refuse(rule))).toBe('deny');
    expect(judged(given({ name: ['x', 'prod'] }), refuse(rule))).toBe('deny');
    expect(judged(given({ name: ['prod', 'x'] }), allow(rule))).toBe('ask');
    expect(judged(given({ name: 'prod', NAME: 'x' }), allow(rule))).toBe('ask');
    const twice = {
      ...GITHUB,
      line: 'POST /x',
      headers: JSON_TYPE,
      body: '{"name":"prod","name":"x"}',
    };
    expect(verdict(twice, refuse(rule))).toBe('deny');
  });

  it('a pattern that is allowed is not taken from under a class that is refused', () => {
    const credential: CredentialFact = { kind: 'granted', name: 'k' };
    const scope = { allow: ['*'], deny: ['destroy'] };
    expect(judged(of({}), [], { credential, scope })).toBe('deny');
    expect(judged(of({}), [], { credential, scope: { ...scope, allow: ['op'] } })).toBe('allow');
  });

  it('an allow of a path does not cover where dots lead', () => {
    const rules = allow({ operation: 'POST /deploy/*' });
    const at = (path: string): Attack => ({ ...GITHUB, line: `POST ${path}` });
    expect(verdict(at('/deploy/web'), rules)).toBe('allow');
    expect(verdict(at('/deploy/../users/7'), rules)).toBe('ask');
    expect(verdict(at('/deploy/%2e%2e%2fusers/7'), rules)).toBe('ask');
    expect(verdict(at('/deploy/%252e%252e/users/7'), rules)).toBe('ask');
  });

  it('a name that a service does not know hides no target', () => {
    const [operation] = classified({
      provider: 'aws',
      host: 'kms.us-east-1.amazonaws.com',
      line: 'POST /',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': 'TrentService.ScheduleKeyDeletion',
      },
      body: '{"AName":"staging","KeyId":"prod"}',
    }).operations;
    expect(operation.target).toContain('prod');
  });
});
