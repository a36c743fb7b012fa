import type { Sample } from './draw.ts';

/** Clouds: what a login leaves behind. */
export const SERVICE_SAMPLES: readonly Sample[] = [
  {
    rule: 'file.aws',
    path: '.aws/credentials',
    text: `[default]
aws_access_key_id = AKIDOFBOB
aws_secret_access_key = {{b64:40}}

[session]
aws_access_key_id=ASIDOFBOB
aws_secret_access_key={{b64:40}}
aws_session_token={{b64:300}}
region = eu-west-1
`,
  },
  {
    rule: 'file.aws-cache',
    path: '.aws/sso/cache/0a1b2c.json',
    text: '{"startUrl": "https://company.awsapps.com/start", "region": "eu-west-1", "accessToken": "{{tok:200}}", "expiresAt": "2026-01-01T00:00:00Z", "clientId": "abcdef", "clientSecret": "{{tok:120}}", "refreshToken": "{{tok:100}}"}',
  },
  {
    rule: 'file.boto',
    path: '.boto',
    text: `[Credentials]
aws_access_key_id = AKIDOFBOB
aws_secret_access_key = {{b64:40}}
gs_oauth2_refresh_token = {{tok:60}}
[Boto]
https_validate_certificates = True
`,
  },
  {
    rule: 'file.s3cfg',
    path: '.s3cfg',
    text: `[default]
access_key = AKIDOFBOB
access_token =
bucket_location = US
gpg_passphrase = {{pw}}
secret_key = {{b64:40}}
use_https = True
`,
  },
  {
    rule: 'file.s3fs',
    path: '.passwd-s3fs',
    text: 'AKIDOFBOB:{{b64:40}}\nbucket:AKIDOFBOB:{{b64:40}}\n',
  },
  {
    rule: 'file.rclone',
    path: '.config/rclone/rclone.conf',
    text: `[box]
type = sftp
host = files.company.com
user = bob
pass = {{tok:30}}

[drive]
type = drive
client_id =
client_secret = {{tok:24}}
token = {{tok:120}}

[crypt]
type = crypt
remote = drive:secret
password = {{tok:40}}
password2 = {{tok:40}}
filename_encryption = standard
`,
  },
  {
    rule: 'file.gcloud',
    path: '.config/gcloud/application_default_credentials.json',
    text: `{
  "account": "",
  "client_id": "764086051850-6qr4p6gpi6hn506pt8ejuq83di341hur.apps.googleusercontent.com",
  "client_secret": "{{tok:24}}",
  "refresh_token": "{{tok:90}}",
  "type": "authorized_user",
  "universe_domain": "googleapis.com"
}
`,
  },
  {
    rule: 'file.google-key',
    path: 'keys/my-service-account.json',
    text: `{
  "type": "service_account",
  "project_id": "company-prod",
  "private_key_id": "0123456789abcdef0123456789abcdef01234567",
  "private_key": "-----BEGIN PRIVATE KEY-----\\n{{b64:64}}\\n-----END PRIVATE KEY-----\\n",
  "client_email": "robot@company-prod.iam.gserviceaccount.com",
  "token_uri": "https://oauth2.googleapis.com/token"
}
`,
  },
  {
    rule: 'file.azure',
    path: '.azure/msal_token_cache.json',
    text: '{"AccessToken": {"a-b-c": {"credential_type": "AccessToken", "secret": "{{tok:400}}", "home_account_id": "x.y", "environment": "login.microsoftonline.com"}}, "RefreshToken": {"d": {"secret": "{{tok:300}}"}}}',
  },
  {
    rule: 'file.azure',
    path: '.azure/accessTokens.json',
    text: '[{"tokenType": "Bearer", "accessToken": "{{tok:300}}", "refreshToken": "{{tok:200}}", "servicePrincipalId": "0000"}]',
  },
  {
    rule: 'file.doctl',
    path: '.config/doctl/config.yaml',
    text: `access-token: {{hex:64}}
api-url: ""
auth-contexts:
  work: {{hex:64}}
context: default
output: text
`,
  },
  {
    rule: 'file.oci',
    path: '.oci/config',
    text: `[DEFAULT]
user=ocid1.user.oc1..aaaa
fingerprint=20:3b:97:13
key_file=~/.oci/oci_api_key.pem
pass_phrase={{pw}}
region=us-ashburn-1
`,
  },
  {
    rule: 'file.hcloud',
    path: '.config/hcloud/cli.toml',
    text: `active_context = "prod"

[[contexts]]
  name = "prod"
  token = "{{tok:64}}"
`,
  },
  {
    rule: 'file.scaleway',
    path: '.config/scw/config.yaml',
    text: `access_key: SCWIDOFBOB
secret_key: {{hex:36}}
default_region: fr-par
`,
  },
  {
    rule: 'file.kaggle',
    path: '.kaggle/kaggle.json',
    text: '{"username":"bob","key":"{{hex:32}}"}',
  },
  {
    rule: 'file.cloudflared',
    path: '.cloudflared/6ff42ae2.json',
    text: '{"AccountTag":"0123456789abcdef","TunnelSecret":"{{b64:44}}","TunnelID":"6ff42ae2-765d-4adf-8112-31c55c1551ef"}',
  },
  {
    rule: 'file.azure-publish',
    path: 'site.PublishSettings',
    text: '<publishData><publishProfile profileName="site" userName="$site" userPWD="{{tok:60}}" destinationAppUrl="https://site.azurewebsites.net"><databases /></publishProfile></publishData>',
  },
];
