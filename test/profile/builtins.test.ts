import { describe, expect, it } from 'vitest';
import { builtinAgentNames, builtinProfile } from '../../src/profile/builtins.ts';
import {
  compileBuiltinProfiles,
  type BuiltinProfiles,
} from '../../src/profile/compile-builtins.ts';
import { loadProfile } from '../../src/profile/load.ts';
import { compileNames } from '../../src/view/name-patterns.ts';
import { places } from './places.ts';

const base = await loadProfile(places().options);
const names = compileNames(base.files);

it('compiles to the data that parsing gives', async () => {
  const compiled = JSON.parse(compileBuiltinProfiles()) as BuiltinProfiles;
  expect(Object.keys(compiled)).toHaveLength(1 + builtinAgentNames().length);
  for (const [file, content] of Object.entries(compiled))
    expect(await builtinProfile(file)).toEqual(content);
});

it('knows the agents', () => {
  expect(builtinAgentNames()).toEqual([
    'claude',
    'codex',
    'cursor-agent',
    'gemini',
    'opencode',
    'shell',
  ]);
});

it.each(builtinAgentNames())('%s loads, and leaves the user namespaces off', async (agent) => {
  const profile = await loadProfile({ ...places().options, agent });
  expect(profile.agent).toBe(agent);
  expect(profile.program).toBeTruthy();
  expect(profile.sandbox.userNamespaces.value).toBe(false);
  for (const { value } of profile.network.allow) expect(value).not.toBe('*');
});

describe('the environment of every session', () => {
  const passes = (name: string): boolean =>
    base.env.pass.some(({ value }) =>
      value.endsWith('*') ? name.startsWith(value.slice(0, -1)) : name === value,
    );

  it.each([
    ...['LD_PRELOAD', 'LD_LIBRARY_PATH', 'NODE_OPTIONS', 'NODE_PATH', 'BASH_ENV', 'ENV'],
    ...[
      'PYTHONPATH',
      'PYTHONSTARTUP',
      'PERL5OPT',
      'RUBYOPT',
      'JAVA_TOOL_OPTIONS',
      'PROMPT_COMMAND',
    ],
    ...['GIT_SSH_COMMAND', 'GIT_ASKPASS', 'SSH_ASKPASS', 'SSH_AUTH_SOCK', 'GPG_AGENT_INFO'],
    ...['HTTP_PROXY', 'https_proxy', 'ALL_PROXY', 'DBUS_SESSION_BUS_ADDRESS', 'DISPLAY'],
    ...['XDG_RUNTIME_DIR', 'WAYLAND_DISPLAY', 'DOCKER_HOST', 'KUBECONFIG', 'LESSOPEN'],
    ...['npm_config__authToken', 'NPM_TOKEN', 'GITHUB_TOKEN', 'AWS_SECRET_ACCESS_KEY'],
    ...['RAILWAY_TOKEN', 'ANTHROPIC_API_KEY', 'OPENAI_API_KEY', 'DATABASE_URL', 'PGPASSWORD'],
  ])('has no %s', (name) => {
    expect(passes(name)).toBe(false);
  });

  it.each(['PATH', 'HOME', 'LANG', 'LC_ALL', 'TERM', 'COLORTERM', 'NO_COLOR', 'NVM_DIR', 'TZ'])(
    'has %s',
    (name) => {
      expect(passes(name)).toBe(true);
    },
  );
});

describe('files that are secret by name', () => {
  it.each([
    ...['.env', '.env.local', 'ops/domains/.env.railway', 'prod.env', '.envrc', '.dev.vars'],
    ...['a/b/.env.production.local', '.env.keys'],
  ])('%s is redacted', (path) => {
    expect(names.secretBelow(path)?.kind).toBe('redact');
  });

  it.each([
    ...['tls.key', 'certs/server.pem', 'id_ed25519', 'deep/id_rsa', 'x.p12', 'app.keystore'],
    ...['.npmrc', '.pypirc', '.netrc', '.pgpass', '.git-credentials', 'config/master.key'],
    ...['kubeconfig', 'kubeconfig.yaml', 'prod.kubeconfig', '.kube/config', '.aws/credentials'],
    ...['home/.aws/sso/cache/x.json', '.docker/config.json', '.config/gcloud/x/y.db'],
    ...['.railway/config.json', 'terraform.tfstate', 'terraform.tfstate.backup', 'prod.tfvars'],
    ...['my-service-account.json', 'credentials.json', '.streamlit/secrets.toml', '.ssh/config'],
    ...['.vault-token', '.htpasswd', 'x-firebase-adminsdk-abc.json', 'client_secret_1.json'],
  ])('%s is hidden', (path) => {
    expect(names.secretBelow(path)?.kind).toBe('hide');
  });

  it.each([
    ...['.env.example', 'a/.env.sample', '.env.local.example', '.env.template', 'example.env'],
    ...['.envrc.example', 'venv/lib/certifi/cacert.pem', 'chart/templates/secrets.yaml'],
    ...['id_rsa.pub', 'server.crt', 'package.json', '.yarnrc.yml', 'src/environment.ts'],
    ...['src/keys.ts', 'locale/en.json', 'Makefile', 'README.md', '.gitignore', 'env.ts'],
  ])('%s is left alone', (path) => {
    expect(names.secretBelow(path)).toBeNull();
  });

  it.each([
    ...['.git/hooks', '.git/config', '.git/config.worktree', '.git/modules/a/b/hooks'],
    ...['sub/.git/config', '.vscode', 'packages/a/.vscode', '.cursor', '.claude', '.mcp.json'],
    ...['.husky', '.idea', '.guard.yaml', '.envrc', '.bashrc', '.devcontainer', 'x.code-workspace'],
  ])('%s is protected', (path) => {
    expect(names.protect(path)).not.toBeNull();
  });

  it.each(['.git', '.git/index', '.git/objects', '.git/HEAD', 'src', '.github', 'AGENTS.md'])(
    '%s is not',
    (path) => {
      expect(names.protect(path)).toBeNull();
    },
  );
});
