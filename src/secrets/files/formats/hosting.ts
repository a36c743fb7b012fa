import { isCredentialName } from '../credential-name.ts';
import type { Field } from '../field.ts';
import { settings, type Format } from '../format.ts';
import { iniFields } from '../ini-fields.ts';
import { jsonFields } from '../json-fields.ts';
import { yamlFields } from '../yaml-fields.ts';
import { readToken } from './lines.ts';

const ini = (text: string): Field[] => iniFields(text);
const yaml = settings(yamlFields);
const json = settings(jsonFields);
const toml = settings(ini);

/** Tools of services that keep what a login gave them in a file of their own. */
export const HOSTING_FORMATS: readonly Format[] = [
  {
    id: 'file.gh',
    at: ['gh/hosts.yml', 'gh/hosts.yaml'],
    read: settings(yamlFields, ['oauth_token']),
  },
  { id: 'file.hub', at: ['.config/hub'], read: settings(yamlFields, ['oauth_token']) },
  {
    id: 'file.glab',
    at: ['glab-cli/config.yml', '.config/glab-cli/config.yaml'],
    read: settings(yamlFields, ['token', 'job_token', 'oauth2_refresh_token']),
  },
  {
    id: 'file.github-copilot',
    at: ['github-copilot/apps.json', 'github-copilot/hosts.json'],
    read: settings(jsonFields, ['oauth_token']),
  },
  {
    id: 'file.fly',
    at: ['.fly/config.yml'],
    read: settings(yamlFields, [
      'access_token',
      'metrics_token',
      'wire_guard_state',
      'privatekey',
      'private_key',
    ]),
  },
  {
    id: 'file.railway',
    at: ['.railway/config.json'],
    read: settings(jsonFields, ['token', 'accessToken', 'refreshToken']),
  },
  {
    id: 'file.vercel',
    at: ['com.vercel.cli/auth.json', '.vercel/auth.json', '.now/auth.json'],
    read: settings(jsonFields, ['token', 'refreshToken']),
  },
  {
    id: 'file.netlify',
    at: ['netlify/config.json', '.netlify/config.json'],
    read: settings(jsonFields, ['token']),
  },
  { id: 'file.supabase', at: ['.supabase/access-token', 'supabase/access-token'], read: readToken },
  {
    id: 'file.wrangler',
    at: ['.wrangler/config/*.toml', '.wrangler/config/default.toml', '.cloudflare/config'],
    read: settings(ini, ['oauth_token', 'refresh_token', 'api_token']),
  },
  {
    id: 'file.configstore',
    at: ['.config/configstore/*.json'],
    read: settings(jsonFields, ({ name }) => name === 'api' || isCredentialName(name)),
  },
  {
    id: 'file.render',
    at: ['.render/cli.yaml'],
    read: settings(yamlFields, ['key', 'apiKey', 'refreshToken', 'token']),
  },
  { id: 'file.neon', at: ['neonctl/credentials.json'], read: json },
  {
    id: 'file.planetscale',
    at: ['planetscale/access-token', 'planetscale/service-token'],
    read: readToken,
  },
  { id: 'file.planetscale', at: ['planetscale/pscale.yml'], read: yaml },
  { id: 'file.turso', at: ['turso/settings.json'], read: json },
  { id: 'file.heroku', at: ['heroku/config.json', '.heroku/credentials'], read: json },
  {
    id: 'file.expo',
    at: ['.expo/state.json'],
    read: settings(jsonFields, ['sessionSecret', 'accessToken']),
  },
  {
    id: 'file.stripe',
    at: ['stripe/config.toml'],
    read: settings(
      ini,
      ({ name }) =>
        /_(?:api_key|mode_key|key)$|^device_secret$/.test(name) && !/pub_key$/.test(name),
    ),
  },
  {
    id: 'file.ngrok',
    at: ['ngrok/ngrok.yml', '.ngrok2/ngrok.yml', 'ngrok.yml'],
    read: settings(yamlFields, ['authtoken', 'api_key', 'auth', 'basic_auth']),
  },
  { id: 'file.huggingface', at: ['huggingface/token', '.huggingface/token'], read: readToken },
  { id: 'file.huggingface', at: ['huggingface/stored_tokens'], read: settings(ini, ['hf_token']) },
  {
    id: 'file.atlas',
    at: ['atlascli/config.toml', 'mongocli.toml'],
    read: settings(ini, ['private_api_key', 'access_token', 'refresh_token', 'client_secret']),
  },
  { id: 'file.auth0', at: ['.config/auth0/config.json'], read: json },
  { id: 'file.okta', at: ['.okta/okta.yaml'], read: yaml },
  {
    id: 'file.twilio',
    at: ['.twilio-cli/config.json'],
    read: settings(jsonFields, ['apiSecret', 'authToken']),
  },
  {
    id: 'file.newrelic',
    at: ['.newrelic/credentials.json'],
    read: settings(jsonFields, ['apiKey', 'licenseKey', 'insightsInsertKey']),
  },
  { id: 'file.snyk', at: ['snyk.json'], read: settings(jsonFields, ['api', 'token']) },
  { id: 'file.sanity', at: ['sanity/config.json'], read: settings(jsonFields, ['authToken']) },
  {
    id: 'file.contentful',
    at: ['.contentfulrc.json'],
    read: settings(jsonFields, ['managementToken', 'cmaToken']),
  },
  {
    id: 'file.salesforce',
    at: ['.sfdx/*.json', '.sf/*.json'],
    read: settings(jsonFields, [
      'accessToken',
      'refreshToken',
      'clientSecret',
      'password',
      'sfdxAuthUrl',
    ]),
  },
  { id: 'file.slack', at: ['.slack/credentials.json'], read: json },
  {
    id: 'file.twurl',
    at: ['.twurlrc'],
    read: settings(yamlFields, ['token', 'secret', 'consumer_secret']),
  },
  { id: 'file.jira', at: ['.config/.jira/.config.yml'], read: yaml },
  {
    id: 'file.cloudsmith',
    at: ['cloudsmith/credentials.ini', '.cloudsmith/credentials.ini'],
    read: toml,
  },
  {
    id: 'file.onepassword',
    at: ['1password-credentials.json'],
    read: settings(jsonFields, ['data', 'k', 'encryptedSecretKey', 'verifier']),
  },
  {
    id: 'file.op',
    at: ['.config/op/config', '.op/config'],
    read: settings(jsonFields, ['accountKey', 'accountSecret', 'secretKey']),
  },
  {
    id: 'file.bitwarden',
    at: ['Bitwarden CLI/data.json'],
    read: settings(jsonFields, ({ name }) =>
      /(?:accessToken|refreshToken|protectedKey|autoKey|apiKeyClientSecret|__PROTECTED__)/i.test(
        name,
      ),
    ),
  },
  {
    id: 'file.google-services',
    tier: 'likely',
    at: ['google-services.json'],
    read: settings(jsonFields, ['current_key']),
  },
  {
    id: 'file.postman',
    tier: 'likely',
    at: ['*.postman_environment.json'],
    read: settings(postmanFields, ({ name }) => isCredentialName(name)),
  },
  {
    id: 'file.supermaven',
    at: ['.supermaven/config.json'],
    read: settings(jsonFields, ['api_key']),
  },
  {
    id: 'file.jupyter',
    at: [
      'jupyter_server_config.json',
      'jupyter_notebook_config.json',
      'jupyter_config.json',
      'jupyter/runtime/*.json',
    ],
    read: settings(jsonFields, ['password', 'hashed_password', 'token', 'key', 'cookie_secret']),
  },
  { id: 'file.jupyter', at: ['jupyter_cookie_secret', 'notebook_cookie_secret'], read: readToken },
  // Coding agents: whoever has these speaks to the model as their user.
  {
    id: 'file.claude',
    at: ['.claude/.credentials.json'],
    read: settings(jsonFields, ['accessToken', 'refreshToken', 'apiKey', 'clientSecret']),
  },
  {
    id: 'file.claude',
    at: [
      '.claude.json',
      '.claude/settings.json',
      '.claude/settings.local.json',
      '.mcp.json',
      'claude_desktop_config.json',
    ],
    tier: 'likely',
    read: json,
  },
  {
    id: 'file.codex',
    at: ['.codex/auth.json'],
    read: settings(jsonFields, ['OPENAI_API_KEY', 'id_token', 'access_token', 'refresh_token']),
  },
  {
    id: 'file.gemini',
    at: ['.gemini/oauth_creds.json', '.gemini/mcp-oauth-tokens.json', '.qwen/oauth_creds.json'],
    read: settings(jsonFields, [
      'access_token',
      'refresh_token',
      'id_token',
      'accessToken',
      'refreshToken',
    ]),
  },
  {
    id: 'file.opencode',
    at: ['opencode/auth.json', 'opencode/mcp-auth.json'],
    read: settings(jsonFields, [
      'key',
      'access',
      'refresh',
      'token',
      'accessToken',
      'refreshToken',
      'clientSecret',
    ]),
  },
  {
    id: 'file.cursor',
    at: [
      'cursor/auth.json',
      '.cursor/cli-config.json',
      '.cursor/auth.json',
      '.cursor/mcp.json',
      '.vscode/mcp.json',
    ],
    tier: 'likely',
    read: json,
  },
  { id: 'file.continue', at: ['.continue/config.json'], tier: 'likely', read: json },
  {
    id: 'file.continue',
    at: ['.continue/config.yaml', '.aider.conf.yml'],
    tier: 'likely',
    read: settings(yamlFields, ({ name }) => isCredentialName(name) || name === 'api-key'),
  },
  {
    id: 'file.openai',
    at: ['.config/openai', '.openai', '.openai-api-key', '.anthropic-api-key'],
    read: readToken,
  },
  {
    id: 'file.llm',
    at: ['io.datasette.llm/keys.json'],
    read: settings(jsonFields, ({ name }) => !name.startsWith('//')),
  },
];

/** A variable of Postman's is `{"key": NAME, "value": VALUE}`. */
function postmanFields(text: string): Field[] {
  let key = '';
  return jsonFields(text).map((field) => {
    if (field.name === 'key') key = field.value;
    return field.name === 'value' ? { ...field, name: key } : field;
  });
}
