import type { Match } from '../../engine/detector.ts';
import type { Field } from '../field.ts';
import { isCredentialName } from '../credential-name.ts';
import { bounded, settings, wholeFile, type Format } from '../format.ts';
import { isSecretValue } from '../secret-part.ts';
import { iniFields } from '../ini-fields.ts';
import { jsonFields } from '../json-fields.ts';
import { xmlFields } from '../xml-fields.ts';
import { yamlFields } from '../yaml-fields.ts';

const ini = (text: string): Field[] => iniFields(text, { separators: '=' });
const iniColon = (text: string): Field[] => iniFields(text);
const yaml = settings(yamlFields);

/** The key id is no secret by itself, but it names the account, and the two are lost together. */
const AWS = ['aws_secret_access_key', 'aws_session_token', 'aws_security_token'];

/** A service account's key file by its content: `"type": "service_account"` with a key (Google's `key.json`). */
export function isServiceAccount(text: string): boolean {
  return /"type":\s{0,16}"service_account"/.test(text) && text.includes('"private_key"');
}

const GOOGLE = ['private_key', 'client_secret', 'refresh_token', 'access_token', 'id_token'];
const google = settings(jsonFields, GOOGLE);

function readServiceAccount(text: string): readonly Match[] {
  return isServiceAccount(bounded(text)) || /"(?:client_secret|refresh_token)"/.test(text)
    ? google(text, '')
    : [];
}

/** Passwords that rclone obscured are opened by a key in its source. */
const RCLONE =
  /^(?:pass|password2?|token|secret|client_secret|secret_access_key|key|account_key|sas_url|bearer_token|api_key|key_pem|private_key|service_account_credentials|session_token|refresh_token|api_password|user_pass|auth_key|mailbox_password|2fa)$/i;

export const isSqlite = (text: string): boolean => text.startsWith('SQLite format 3\0');

export const CLOUD_FORMATS: readonly Format[] = [
  {
    id: 'file.aws',
    at: [
      '.aws/credentials',
      '.aws/config',
      'aws_credentials',
      'aws-credentials',
      '.aws-credentials',
    ],
    read: settings(ini, AWS),
  },
  {
    id: 'file.aws-cache',
    at: ['.aws/sso/cache/*.json', '.aws/cli/cache/*.json', '.aws/login/cache/*.json'],
    read: settings(jsonFields, [
      'accessToken',
      'refreshToken',
      'clientSecret',
      'SecretAccessKey',
      'SessionToken',
    ]),
  },
  {
    id: 'file.boto',
    at: ['.boto', 'boto.cfg', '.gsutil/credstore'],
    read: settings(iniColon, [
      ...AWS,
      'gs_secret_access_key',
      'gs_oauth2_refresh_token',
      'client_secret',
      'gs_service_key_file_password',
      'proxy_pass',
    ]),
  },
  {
    id: 'file.s3cfg',
    at: ['.s3cfg', 's3cfg'],
    read: settings(ini, ['secret_key', 'access_token', 'gpg_passphrase', 'cloudfront_secret']),
  },
  {
    id: 'file.mc',
    at: ['.mc/config.json', '.mcli/config.json'],
    read: settings(jsonFields, ['secretKey', 'sessionToken']),
  },
  {
    id: 'file.rclone',
    at: ['rclone.conf', '.rclone.conf'],
    read: settings(ini, ({ name }) => RCLONE.test(name), isRcloneSecret),
  },
  {
    id: 'file.gcloud',
    at: [
      'application_default_credentials.json',
      'gcloud/legacy_credentials/*.json',
      'adc.json',
      '.gcloud/*.json',
    ],
    read: google,
  },
  {
    id: 'file.gcloud-database',
    whole: true,
    at: ['gcloud/credentials.db', 'gcloud/access_tokens.db'],
    read: wholeFile(isSqlite),
  },
  {
    id: 'file.google-key',
    at: [
      '*service-account*.json',
      '*service_account*.json',
      '*serviceaccount*.json',
      '*-firebase-adminsdk-*.json',
      'gcp-*.json',
      'gcloud-*.json',
      'google-*.json',
      '*-sa.json',
      '*-key.json',
      'key.json',
      'credentials.json',
      'client_secret*.json',
      'client_secrets.json',
      'token.json',
    ],
    read: readServiceAccount,
  },
  {
    id: 'file.azure',
    at: [
      '.azure/accessTokens.json',
      'accessTokens.json',
      'msal_token_cache*.json',
      '.azure/azureProfile.json',
      '.azure/service_principal_entries.json',
      '.azure/service_principal_entries.bin',
      '.azure/msal_http_cache.bin',
      'azureauth.json',
      '.azure/TokenCache.dat',
    ],
    read: settings(jsonFields, [
      'accessToken',
      'refreshToken',
      'secret',
      'client_secret',
      'clientSecret',
      'password',
      'clientKey',
      'servicePrincipalKey',
    ]),
  },
  { id: 'file.azure-config', at: ['.azure/config', '.azure/credentials'], read: settings(ini) },
  { id: 'file.doctl', at: ['doctl/config.yaml'], read: settings(yamlFields, doctlSecret) },
  { id: 'file.oci', at: ['.oci/config'], read: settings(ini, ['pass_phrase', 'security_token']) },
  {
    id: 'file.aliyun',
    at: ['.aliyun/config.json'],
    read: settings(jsonFields, [
      'access_key_secret',
      'sts_token',
      'oauth_access_token',
      'oauth_refresh_token',
    ]),
  },
  {
    id: 'file.tencent',
    at: ['.tccli/*.credential'],
    read: settings(jsonFields, ['secretKey', 'token']),
  },
  {
    id: 'file.bluemix',
    at: ['.bluemix/apikey.json', '.bluemix/config.json', 'apikey.json'],
    read: settings(jsonFields, [
      'apikey',
      'IAMToken',
      'IAMRefreshToken',
      'UAAToken',
      'UAARefreshToken',
    ]),
  },
  {
    id: 'file.scaleway',
    at: ['.config/scw/config.yaml'],
    read: settings(yamlFields, ['secret_key']),
  },
  { id: 'file.hcloud', at: ['hcloud/cli.toml'], read: settings(ini, ['token']) },
  { id: 'file.linode', at: ['.config/linode-cli'], read: settings(ini, ['token']) },
  { id: 'file.vultr', at: ['.vultr-cli.yaml'], read: settings(yamlFields, ['api-key']) },
  {
    id: 'file.ovh',
    at: ['.ovh.conf', 'ovh.conf'],
    read: settings(ini, ['application_secret', 'consumer_key', 'client_secret']),
  },
  {
    id: 'file.openstack',
    at: ['clouds.yaml', 'clouds-public.yaml', 'secure.yaml', 'clouds.yml'],
    read: settings(yamlFields, ({ name }) => isCredentialName(name)),
  },
  {
    id: 'file.b2',
    at: ['.config/b2/account_info', '.b2_account_info'],
    whole: true,
    read: wholeFile(isSqlite),
  },
  {
    id: 'file.cloudflared',
    at: ['.cloudflared/*.json'],
    read: settings(jsonFields, ['TunnelSecret']),
  },
  {
    id: 'file.azure-publish',
    at: ['*.publishsettings'],
    read: settings(xmlFields, ['userPWD', 'ManagementCertificate', 'password']),
  },
  {
    id: 'file.kaggle',
    at: ['.kaggle/kaggle.json', 'kaggle.json'],
    read: settings(jsonFields, ['key']),
  },
  {
    id: 'file.civo',
    at: ['.civo.json'],
    read: settings(jsonFields, ({ above }) => above.at(-1) === 'apikeys'),
  },
  { id: 'file.yandex', at: ['yandex-cloud/config.yaml'], read: yaml },
];

/** Tokens of further accounts stand under `auth-contexts` by the names people gave them. */
function doctlSecret({ name, above }: Field): boolean {
  return name === 'access-token' || above.at(-1) === 'auth-contexts';
}

/** `token = {"access_token":…}` is one value; obscured passwords are base64 without padding. */
function isRcloneSecret(value: string): boolean {
  return value.length >= 8 && isSecretValue(value);
}
