import type { Sample } from './draw.ts';

/** Hosting, code hosts, coding agents: what a login leaves behind. */
export const HOSTING_SAMPLES: readonly Sample[] = [
  {
    rule: 'file.gh',
    path: '.config/gh/hosts.yml',
    text: `github.com:
    users:
        bob:
            oauth_token: {{tok:40}}
    git_protocol: https
    oauth_token: {{tok:40}}
    user: bob
`,
  },
  {
    rule: 'file.hub',
    path: '.config/hub',
    text: 'github.com:\n- user: bob\n  oauth_token: {{hex:40}}\n  protocol: https\n',
  },
  {
    rule: 'file.glab',
    path: '.config/glab-cli/config.yml',
    text: `git_protocol: ssh
hosts:
    gitlab.com:
        # a comment about the token
        token: {{tok:26}}
        api_host: gitlab.com
        user: bob
`,
  },
  {
    rule: 'file.fly',
    path: '.fly/config.yml',
    text: `access_token: {{b64:300}}
app_secrets_minvers: {}
metrics_token: "{{tok:80}}"
`,
  },
  {
    rule: 'file.railway',
    path: '.railway/config.json',
    text: '{\n  "projects": {"/home/bob/app": {"projectPath": "/home/bob/app", "project": "a-b"}},\n  "user": {\n    "token": "{{tok:43}}"\n  }\n}',
  },
  {
    rule: 'file.vercel',
    path: '.local/share/com.vercel.cli/auth.json',
    text: '{\n  "// Note": "This is your Vercel credentials file. DO NOT SHARE!",\n  "// Docs": "https://vercel.com/docs/projects/project-configuration/global-configuration#auth.json",\n  "token": "{{tok:24}}"\n}',
  },
  {
    rule: 'file.netlify',
    path: '.config/netlify/config.json',
    text: '{"telemetryDisabled":false,"cliId":"0a1b","userId":"5f","users":{"5f":{"id":"5f","email":"bob@company.com","auth":{"token":"{{tok:43}}","github":{"provider":"github","token":"{{tok:40}}"}}}}}',
  },
  { rule: 'file.supabase', path: '.supabase/access-token', text: '{{tok:44}}' },
  {
    rule: 'file.wrangler',
    path: '.config/.wrangler/config/default.toml',
    text: 'oauth_token = "{{tok:60}}"\nexpiration_time = "2026-01-01T00:00:00.000Z"\nrefresh_token = "{{tok:60}}"\nscopes = [ "account:read", "user:read" ]\n',
  },
  {
    rule: 'file.configstore',
    path: '.config/configstore/firebase-tools.json',
    text: '{"user":{"email":"bob@company.com"},"tokens":{"access_token":"{{tok:150}}","refresh_token":"{{tok:100}}","token_type":"Bearer","expires_at":1700000000000,"id_token":"{{tok:300}}"},"motd":{"version":"x"}}',
  },
  {
    rule: 'file.heroku',
    path: '.heroku/credentials',
    text: '{"token":"{{hex:36}}","email":"bob@company.com"}',
  },
  {
    rule: 'file.stripe',
    path: '.config/stripe/config.toml',
    text: `[default]
device_name = "laptop"
display_name = "Company"
live_mode_api_key = "{{tok:40}}"
live_mode_pub_key = "publicly known"
test_mode_api_key = "{{tok:40}}"
test_mode_key_expires_at = "2026-01-01"
`,
  },
  {
    rule: 'file.ngrok',
    path: '.config/ngrok/ngrok.yml',
    text: 'version: "2"\nauthtoken: {{tok:49}}\nregion: eu\ntunnels:\n  web:\n    proto: http\n    addr: 8080\n',
  },
  { rule: 'file.huggingface', path: '.cache/huggingface/token', text: '{{tok:37}}' },
  {
    rule: 'file.salesforce',
    path: '.sfdx/bob@company.com.json',
    text: '{"accessToken":"{{tok:112}}","instanceUrl":"https://company.my.salesforce.com","refreshToken":"{{tok:87}}","orgId":"00D","username":"bob@company.com"}',
  },
  {
    rule: 'file.op',
    path: '.config/op/config',
    text: '{"latest_signin":"company","accounts":[{"shorthand":"company","url":"https://company.1password.com","email":"b@company.com","accountKey":"{{tok:34}}","userUUID":"ABC"}]}',
  },
  {
    rule: 'file.claude',
    path: '.claude/.credentials.json',
    text: '{"claudeAiOauth":{"accessToken":"{{tok:108}}","refreshToken":"{{tok:108}}","expiresAt":1750000000000,"scopes":["user:inference"],"subscriptionType":"max"}}',
  },
  {
    rule: 'file.claude',
    path: '.mcp.json',
    text: '{"mcpServers":{"db":{"command":"npx","args":["-y","server"],"env":{"API_TOKEN":"{{tok:40}}","LOG_LEVEL":"info"}}}}',
  },
  {
    rule: 'file.codex',
    path: '.codex/auth.json',
    text: '{"OPENAI_API_KEY":null,"tokens":{"id_token":"{{tok:300}}","access_token":"{{tok:300}}","refresh_token":"{{tok:90}}","account_id":"0a-1b"},"last_refresh":"2026-01-01T00:00:00Z"}',
  },
  {
    rule: 'file.gemini',
    path: '.gemini/oauth_creds.json',
    text: '{"access_token":"{{tok:200}}","scope":"https://www.googleapis.com/auth/cloud-platform openid","token_type":"Bearer","id_token":"{{tok:300}}","expiry_date":1750000000000,"refresh_token":"{{tok:100}}"}',
  },
  {
    rule: 'file.opencode',
    path: '.local/share/opencode/auth.json',
    text: '{"anthropic":{"type":"oauth","refresh":"{{tok:100}}","access":"{{tok:100}}","expires":1750000000000},"openrouter":{"type":"api","key":"{{tok:64}}"}}',
  },
  {
    rule: 'file.cursor',
    path: '.config/cursor/auth.json',
    text: '{"accessToken":"{{tok:300}}","refreshToken":"{{tok:300}}"}',
  },
  {
    rule: 'file.llm',
    path: '.config/io.datasette.llm/keys.json',
    text: '{"// Note": "This file stores secret API credentials. Do not share!", "openai": "{{tok:48}}", "groq": "{{tok:52}}"}',
  },
  {
    rule: 'file.jupyter',
    path: '.jupyter/jupyter_server_config.json',
    text: '{"IdentityProvider":{"hashed_password":"{{tok:90}}"},"ServerApp":{"ip":"0.0.0.0","port":8888,"token":"{{hex:48}}"}}',
  },
  {
    rule: 'file.postman',
    path: 'prod.postman_environment.json',
    text: '{"name":"prod","values":[{"key":"baseUrl","value":"https://api.company.com","enabled":true},{"key":"access_token","value":"{{tok:40}}","type":"secret","enabled":true}]}',
  },
  {
    rule: 'file.circleci',
    path: '.circleci/cli.yml',
    text: 'host: https://circleci.com\nendpoint: graphql-unstable\ntoken: {{hex:40}}\n',
  },
  {
    rule: 'file.doppler',
    path: '.doppler/.doppler.yaml',
    text: 'scoped:\n    /:\n        api-host: https://api.doppler.com\n        token: {{tok:60}}\n',
  },
  {
    rule: 'file.dotenv',
    path: '.env',
    text: `# settings
NODE_ENV=production
PORT=3000
DATABASE_URL=postgres://app:{{pw}}@db.company.com:5432/app
export API_KEY="{{tok:32}}"
SESSION_SECRET='{{hex:64}}'
DEBUG=false
`,
  },
  {
    rule: 'file.cookies',
    path: 'cookies.txt',
    text: `# Netscape HTTP Cookie File
.company.com	TRUE	/	TRUE	1800000000	session	{{tok:64}}
#HttpOnly_.company.com	TRUE	/	TRUE	1800000000	remember	{{hex:40}}
`,
    reference: '',
  },
  {
    rule: 'file.browser-state',
    path: 'storageState.json',
    text: '{"cookies":[{"name":"sid","value":"{{tok:64}}","domain":"x.com","path":"/"},{"name":"theme","value":"dark"}],"origins":[{"origin":"https://x.com","localStorage":[{"name":"jwt","value":"{{tok:120}}"}]}]}',
    reference: 'short',
  },
];
