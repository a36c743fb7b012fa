import { expect, it } from 'vitest';
import type { ExecRequest } from '../../../src/policy/types.ts';
import { CallerRoot } from '../../../src/session/facts/caller-root.ts';
import { Pace } from '../../../src/session/facts/pace.ts';
import { whereFacts } from '../../../src/session/facts/where.ts';
import { makeFolder } from './measuring.ts';

const HOME = {
  '.kube/config': 'apiVersion: v1\ncurrent-context: "shop-live"\nkind: Config\n',
  '.config/gcloud/active_config': 'work\n',
  '.config/gcloud/configurations/config_work':
    '[compute]\nproject = x\n[core]\nproject = shop-prod\n',
  '.docker/config.json': '{"auths":{}, "currentContext": "far"}',
};

/** What is told of a command with these options, in this environment. */
function where(
  command: string,
  flags: Record<string, string> = {},
  environment: Record<string, string> = {},
  files: Record<string, string> = HOME,
): string | undefined {
  const home = makeFolder(files);
  const request: ExecRequest = {
    ...{ kind: 'exec', path: `/usr/bin/${command}`, names: [command], argv: [command] },
    ...{ cwd: home, repository: home, home },
  };
  const root = new CallerRoot(process.pid);
  try {
    const used = Object.entries(flags).map(
      ([id, value]) => [id, { values: [value], certain: true }] as const,
    );
    const invocation = { command, path: [], operands: [], flags: new Map(used) };
    const facts = whereFacts({
      invocation: invocation as never,
      ...{ request, root, pace: new Pace(new AbortController().signal) },
      environment: new Map(Object.entries(environment)),
    });
    expect(facts.length).toBeLessThan(2);
    return facts[0]?.text;
  } finally {
    root.close();
  }
}

it.each([
  ['kubectl', { context: 'prod', namespace: 'shop' }, {}, 'context prod, namespace shop'],
  ['kubectl', {}, {}, 'context shop-live (the current one)'],
  ['helm', {}, { HELM_KUBECONTEXT: 'eu' }, 'context eu (HELM_KUBECONTEXT)'],
  ['helm', { 'kube-context': 'us' }, { HELM_KUBECONTEXT: 'eu' }, 'context us'],
  [
    'aws',
    {},
    { AWS_PROFILE: 'prod', AWS_REGION: 'eu-1' },
    'profile prod (AWS_PROFILE), region eu-1 (AWS_REGION)',
  ],
  ['aws', { profile: 'staging' }, { AWS_PROFILE: 'prod' }, 'profile staging'],
  ['gcloud', {}, {}, 'project shop-prod (configuration work)'],
  ['gcloud', { project: 'other' }, {}, 'project other'],
  ['docker', {}, {}, 'context far (the current one)'],
  [
    'docker',
    {},
    { DOCKER_HOST: 'tcp://user:secret@far:2376' },
    'host tcp://user:…@far:2376 (DOCKER_HOST)',
  ],
  ['psql', { host: 'db.prod', dbname: 'shop' }, { PGHOST: 'x' }, 'host db.prod, database shop'],
  [
    'anything',
    { project: 'shop', url: 'https://u:secret@h/x?token=s' },
    {},
    'project shop, address https://u:…@h/x',
  ],
] as [string, Record<string, string>, Record<string, string>, string][])(
  'is told of %s with %j in %j',
  (command, flags, environment, text) => {
    expect(where(command, flags, environment)).toBe(text);
  },
);

it('is the workspace of terraform, of the folder it works in', () => {
  const files = { '.terraform/environment': 'live\n', 'infra/.terraform/environment': 'eu' };
  expect(where('terraform', {}, {}, files)).toBe('workspace live (the selected one)');
  expect(where('tofu', { chdir: 'infra' }, {}, files)).toBe('workspace eu (the selected one)');
  expect(where('terraform', {}, { TF_WORKSPACE: 'dev' }, files)).toBe(
    'workspace dev (TF_WORKSPACE)',
  );
});

it('is nothing where nothing says it, what is too long to read, or of local tools', () => {
  expect(where('kubectl', {}, {}, {})).toBeUndefined();
  const long = { '.kube/config': `${'#'.repeat(300_000)}\ncurrent-context: x\n` };
  expect(where('kubectl', {}, {}, long)).toBeUndefined();
  expect(where('kubectl', {}, { KUBECONFIG: '/dev/zero' })).toBeUndefined();
  expect(where('rm', { context: 'x' })).toBeUndefined();
  expect(where('git', { context: 'x' })).toBeUndefined();
});
