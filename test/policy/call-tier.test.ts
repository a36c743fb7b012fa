import { describe, expect, it } from 'vitest';
import { isAboutWhole, tierOfOperation } from '../../src/policy/call-tier.ts';
import { compilePolicy, decide } from '../../src/policy/decide.ts';
import type { CallRequest, Operation, OperationClass } from '../../src/policy/types.ts';
import { data } from './support.ts';

const operation = (
  name: string,
  kind: OperationClass,
  target: string | null = null,
): Operation => ({
  name,
  class: kind,
  target,
  arguments: null,
});

describe('an operation about a thing that holds all else', () => {
  it.each([
    'mutation volumeDelete',
    'mutation volumeInstanceBackupDelete',
    'mutation deleteProject',
    'mutation projectScheduleDelete',
    'mutation deleteBackupById',
    'mutation deleteAllVolumes',
    'mutation environmentDelete',
    'DELETE /repos/{owner}/{repo}',
    'DELETE /v1/projects/{id}',
    'DELETE /orgs/{org}',
    'POST /v1/projects/{id}/delete',
    'POST /v1/databases/{id}:purge',
    'DELETE /api/v1/persistentvolumes/{name}',
    'rds:DeleteDBInstance',
    'rds:DeleteDBSnapshot',
    'ec2:DeleteVolume',
    'organizations:CloseAccount',
    'backup:DeleteRecoveryPoint',
    'sql DROP DATABASE',
    'sql DROP SCHEMA',
    'google.spanner.admin.v1.DatabaseAdmin/DropDatabase',
    'DELETE /v1/repositories/{id}',
  ])('%s', (name) => {
    expect(isAboutWhole(name)).toBe(true);
    expect(tierOfOperation(operation(name, 'destroy'))).toBe('type');
  });

  it.each([
    'mutation serviceDelete',
    'mutation projectTokenDelete',
    'mutation removeUserFromProject',
    'mutation databaseUserDelete',
    'mutation accessDelete',
    'DELETE /orgs/{org}/members/{username}',
    'DELETE /repos/{owner}/{repo}/contents/{path}',
    'DELETE /v1/projects/{id}/domains/{domain}',
    's3:DeleteObject',
    'iam:DeleteAccessKey',
    'ec2:TerminateInstances',
    'sql DROP TABLE',
    'push delete',
    'DELETE /',
    '',
  ])('is not %s', (name) => {
    expect(isAboutWhole(name)).toBe(false);
    expect(tierOfOperation(operation(name, 'destroy'))).toBe('review');
  });
});

it.each([
  ['read', null, 'confirm'],
  ['change', 'prod-db', 'confirm'],
  ['unknown', null, 'review'],
  ['access', 'staging', 'review'],
  ['access', 'prod-db', 'type'],
  ['destroy', 'a, eu-production', 'type'],
  ['destroy', 'product-photos', 'review'],
] as const)('%s of %s takes %s', (kind, target, tier) => {
  expect(tierOfOperation(operation('mutation thingDo', kind, target))).toBe(tier);
});

it('is in the verdict with what would be lost, and the hardest of several counts', () => {
  const request: CallRequest = {
    kind: 'call',
    protocol: 'graphql',
    provider: 'railway',
    host: 'backboard.railway.app',
    port: 443,
    method: 'POST',
    path: '/graphql/v2',
    operations: [
      operation('mutation serviceDelete', 'destroy', 'web'),
      operation('mutation volumeDelete', 'destroy', '7f3a'),
      operation('query me', 'read'),
    ],
    credential: { kind: 'none' },
  };
  const verdict = decide(compilePolicy(data()), request);
  expect(verdict).toMatchObject({ action: 'ask', tier: 'type', resource: '7f3a' });
  const reading = { ...request, operations: [operation('query me', 'read')] as const };
  expect(decide(compilePolicy(data()), reading)).not.toHaveProperty('tier');
});
