import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compilePolicy, decide } from '../../src/policy/decide.ts';
import { loadRulePacks } from '../../src/policy/load-rules.ts';
import { data, exec } from './support.ts';

interface Service {
  operations: string[];
}

const FACTS = new URL('../../profiles/providers/aws-operations.json', import.meta.url);
const services = JSON.parse(readFileSync(FACTS, 'utf8')) as Record<string, Service>;
const policy = compilePolicy(data({ packs: await loadRulePacks() }));

/** The command line's name of an operation: `DeleteDBInstance` is `delete-db-instance`. */
function kebab(operation: string): string {
  return operation
    .replace(/([A-Z]{2,}s)$/, (plural) => `-${plural.toLowerCase()}`)
    .replace(/(.)([A-Z][a-z]+)/g, '$1-$2')
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replace(/--+/g, '-');
}

const destructive = Object.entries(services).flatMap(([service, { operations }]) =>
  operations.map((operation) => [service, kebab(operation.split(' ')[0] ?? '')] as const),
);

const actionOn = (...words: string[]) => decide(policy, exec(['aws', ...words])).action;

/** What an operation does to the same thing without destroying it. */
const HARMLESS_VERBS = [
  ...['list', 'describe', 'get', 'batch-get', 'head', 'search', 'scan', 'query', 'select'],
  ...['lookup', 'estimate', 'simulate', 'preview', 'validate', 'verify', 'test', 'check', 'view'],
  ...['detect', 'calculate', 'count', 'download', 'export', 'import', 'upload', 'copy', 'poll'],
  ...['create', 'put', 'add', 'register', 'associate', 'attach', 'enable', 'activate', 'allocate'],
  ...['start', 'run', 'invoke', 'publish', 'send', 'submit', 'receive', 'subscribe', 'confirm'],
  ...['tag', 'untag', 'update', 'modify', 'set', 'accept', 'authorize', 'grant', 'invite', 'apply'],
];

const READS = [
  's3 ls s3://data',
  's3 cp s3://data/x .',
  's3 sync . s3://data',
  's3 presign s3://data/x',
  's3api head-object --bucket b --key k',
  's3api select-object-content --bucket b --key k --expression x out',
  's3api list-object-versions --bucket b --prefix delete/',
  'ec2 describe-instances --filters Name=tag:Name,Values=terminate-me',
  'ec2 get-console-output --instance-id i-1',
  'ec2 wait instance-terminated --instance-ids i-1',
  'ec2 run-instances --image-id ami-1 --count 1',
  'ec2 start-instances --instance-ids i-1',
  'ec2 create-tags --resources i-1 --tags Key=purge-after,Value=1',
  'dynamodb scan --table-name t',
  'dynamodb query --table-name t --key-condition-expression x',
  'dynamodb batch-get-item --request-items file://x',
  'dynamodb put-item --table-name t --item file://x',
  'sqs receive-message --queue-url u',
  'sqs send-message --queue-url u --message-body delete-all',
  'sns publish --topic-arn t --message terminate-instances',
  'lambda invoke --function-name f out.json',
  'lambda update-function-code --function-name f --zip-file fileb://f.zip',
  'lambda publish-version --function-name f',
  'logs tail /aws/lambda/f --follow',
  'logs start-query --log-group-name g --query-string x --start-time 0 --end-time 1',
  'cloudtrail lookup-events --lookup-attributes AttributeKey=EventName,AttributeValue=DeleteTable',
  'cloudformation validate-template --template-body file://t',
  'cloudformation deploy --stack-name s --template-file t',
  'cloudformation describe-stacks --stack-name delete-stack',
  'cloudformation estimate-template-cost --template-body file://t',
  'cloudformation wait stack-delete-complete --stack-name s',
  'iam simulate-principal-policy --policy-source-arn a --action-names s3:DeleteBucket',
  'iam list-users',
  'iam create-access-key --user-name u',
  'sts assume-role --role-arn a --role-session-name reset-session',
  'ecs run-task --cluster c --task-definition t',
  'ecs register-task-definition --cli-input-json file://t',
  'ecs update-service --cluster c --service s --desired-count 3',
  'eks update-kubeconfig --name c',
  'ecr get-login-password',
  'ecr describe-images --repository-name r',
  'ssm get-parameter --name /release/reset-key',
  'ssm put-parameter --name n --value v --overwrite',
  'ssm start-session --target i-1',
  'secretsmanager get-secret-value --secret-id s',
  'kms decrypt --ciphertext-blob fileb://x',
  'rds create-db-snapshot --db-instance-identifier d --db-snapshot-identifier s',
  'rds describe-db-instances',
  'cloudwatch get-metric-statistics --namespace n --metric-name m',
  'cloudfront create-invalidation --distribution-id d --paths /*',
  'route53 test-dns-answer --hosted-zone-id z --record-name r --record-type A',
  'codebuild start-build --project-name p',
  'stepfunctions start-execution --state-machine-arn a',
  'athena get-query-results --query-execution-id q',
  'configure list',
  'configure sso',
  'sso login --profile p',
  'help',
];

describe('operations of AWS on the command line', () => {
  it('spells operations as the command line does', () => {
    expect(
      ['DeleteDBInstance', 'DeleteIPSet', 'PurgeQueue', 'DeleteVpcs', 'BatchDelete'].map(kebab),
    ).toEqual([
      'delete-db-instance',
      'delete-ip-set',
      'purge-queue',
      'delete-vpcs',
      'batch-delete',
    ]);
    expect(destructive.length).toBeGreaterThan(2000);
  });

  it('asks about every operation that is known to destroy', () => {
    const missed = destructive
      .filter(([service, operation]) => actionOn(service, operation, '--name', 'x') !== 'ask')
      .map((words) => words.join(' '));
    expect(missed).toEqual([]);
  });

  it('does not ask about its skeleton or its help', () => {
    const asked = destructive.filter(
      ([service, operation]) =>
        actionOn(service, operation, '--generate-cli-skeleton') !== 'allow' ||
        actionOn(service, operation, 'help') !== 'allow',
    );
    expect(asked).toEqual([]);
  });

  it('lets pass what does something else to the same things', () => {
    const asked = destructive.flatMap(([service, operation], index) =>
      // Each operation with a few of the verbs, so that every verb meets hundreds of them.
      HARMLESS_VERBS.filter((_verb, at) => at % 8 === index % 8)
        .map((verb) => [service, operation.replace(/^(?:batch-|admin-)?[a-z]+-/, `${verb}-`)])
        .filter((words) => actionOn(...words, '--name', 'x') !== 'allow'),
    );
    expect(asked).toEqual([]);
  });

  it.each(READS)('lets pass: aws %s', (line) => {
    expect(actionOn(...line.split(' '))).toBe('allow');
  });
});
