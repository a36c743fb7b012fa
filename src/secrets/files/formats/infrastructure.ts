import type { Match } from '../../engine/detector.ts';
import { codeFields } from '../code-fields.ts';
import { isCredentialName } from '../credential-name.ts';
import type { Field } from '../field.ts';
import { bounded, fieldMatches, inOrder, settings, type Format } from '../format.ts';
import { iniFields } from '../ini-fields.ts';
import { jsonFields } from '../json-fields.ts';
import { isSecretValue } from '../secret-part.ts';
import { yamlFields } from '../yaml-fields.ts';
import { readToken } from './lines.ts';

/** Attributes that providers of Terraform keep secrets in, beyond those whose names say so. */
const STATE_SECRETS =
  /^(?:b64_std|private_key_(?:pem|openssh|pem_pkcs8)|private_key|key_material|user_data(?:_base64)?|kube_config_raw|kube_admin_config_raw|client_key|secret_string|secret_binary|ciphertext_blob|ses_smtp_password_v4|primary_(?:access|shared)_key|secondary_(?:access|shared)_key|primary_connection_string|secondary_connection_string|bearer_token|result|bcrypt_hash)$/;
/** `result` is a password only of these resources. */
const RANDOM = /"type":\s{0,8}"random_(?:password|string)"/;
/** An output that was marked has `"sensitive": true` beside its `value` (Terraform's state format, version 4). */
const SENSITIVE = /"sensitive":[ \t\r\n]{0,32}true/;

/** Terraform's state: attributes that are secret by name, and outputs marked as sensitive. */
export function readState(text: string): Match[] {
  const source = bounded(text);
  if (!/^\s*(?:\xef\xbb\xbf)?\s*\{/.test(source.slice(0, 1024))) return [];
  const random = RANDOM.test(source);
  const fields = jsonFields(source);
  return inOrder(
    fields.flatMap((field) => fieldMatches(field, (f) => stateSecret(source, f, random))),
  );
}

function stateSecret(text: string, field: Field, random: boolean): boolean {
  const { name, above } = field;
  if (above[0] === 'outputs' && name === 'value')
    return isCredentialName(above[1] ?? '') || SENSITIVE.test(around(text, field));
  if (name === 'result') return random;
  return STATE_SECRETS.test(name) || isCredentialName(name);
}

/** The object that a value stands in, as far as it holds no further object. */
function around(text: string, { start, end }: Field): string {
  const from = Math.max(text.lastIndexOf('{', start), start - 512);
  const close = text.indexOf('}', end);
  return text.slice(from, Math.min(close < 0 ? text.length : close, end + 512));
}

/** The first line of an Ansible vault's password file; a program of that name prints it instead. */
function readVaultPassword(text: string): Match[] {
  return text.startsWith('#!') ? [] : readToken(text);
}

const json = settings(jsonFields);
const ini = (text: string): Field[] => iniFields(text);

export const INFRASTRUCTURE_FORMATS: readonly Format[] = [
  {
    id: 'file.tfstate',
    at: ['*.tfstate', '*.tfstate.backup', 'errored.tfstate'],
    read: readState,
  },
  {
    id: 'file.tfvars',
    tier: 'likely',
    at: ['*.tfvars', '*.tfvars.json'],
    read: settings((text) => (/^\s{0,64}\{/.test(text) ? jsonFields(text) : codeFields(text))),
  },
  {
    id: 'file.terraformrc',
    at: ['.terraformrc', 'terraform.rc', '.tofurc'],
    read: settings(codeFields, ['token']),
  },
  { id: 'file.terraformrc', at: ['credentials.tfrc.json'], read: settings(jsonFields, ['token']) },
  {
    id: 'file.pulumi',
    at: ['.pulumi/credentials.json'],
    read: settings(pulumiFields, ['accessToken', 'accessTokens']),
  },
  {
    id: 'file.ansible-vault',
    at: [
      '.vault_pass',
      '.vault-pass',
      '.vault_pass.txt',
      '.vault-password',
      '.vault_password',
      '.vault_password.txt',
      'vault_pass.txt',
      'vault_password.txt',
      'vault-password.txt',
      '.ansible_vault_password',
      '.vault_password_file',
    ],
    read: readVaultPassword,
  },
  {
    id: 'file.vault-token',
    at: ['.vault-token', '.consul-token', '.nomad-token'],
    read: readToken,
  },
  {
    id: 'file.vault-keys',
    at: ['vault-keys.json', 'vault-init.json', 'cluster-keys.json'],
    read: settings(jsonFields, [
      'keys',
      'keys_base64',
      'unseal_keys_b64',
      'unseal_keys_hex',
      'root_token',
      'recovery_keys',
      'recovery_keys_base64',
    ]),
  },
  {
    id: 'file.jenkins',
    at: ['secrets/initialAdminPassword', 'secrets/master.key'],
    read: readToken,
  },
  { id: 'file.buildkite', at: ['buildkite-agent.cfg'], read: settings(ini, ['token']) },
  {
    id: 'file.gitlab-runner',
    at: ['gitlab-runner/config.toml'],
    read: settings(ini, ({ name }) => isCredentialName(name)),
  },
  { id: 'file.circleci', at: ['.circleci/cli.yml'], read: settings(yamlFields, ['token']) },
  { id: 'file.travis', at: ['.travis/config.yml'], read: settings(yamlFields, ['access_token']) },
  {
    id: 'file.sentry',
    at: ['.sentryclirc', 'sentry.properties'],
    read: settings(ini, ['token', 'auth.token', 'api_key']),
  },
  {
    id: 'file.sonar',
    tier: 'likely',
    at: ['sonar-project.properties'],
    read: settings(ini, ['sonar.login', 'sonar.password', 'sonar.token']),
  },
  { id: 'file.doppler', at: ['.doppler/.doppler.yaml'], read: settings(yamlFields, ['token']) },
  { id: 'file.jfrog', at: ['.jfrog/jfrog-cli.conf', '.jfrog/jfrog-cli.conf.v*'], read: json },
  { id: 'file.rancher', at: ['.rancher/cli2.json'], read: json },
];

/** Tokens stand under `accessTokens` by the URL of the service. */
function pulumiFields(text: string): Field[] {
  return jsonFields(text).map((field) =>
    field.above.at(-1) === 'accessTokens' && isSecretValue(field.value)
      ? { ...field, name: 'accessTokens' }
      : field,
  );
}
