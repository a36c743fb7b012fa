import type { Sample } from './draw.ts';

/** Containers, infrastructure. */
export const INFRASTRUCTURE_SAMPLES: readonly Sample[] = [
  {
    rule: 'file.docker',
    path: '.docker/config.json',
    text: `{
	"auths": {
		"https://index.docker.io/v1/": {
			"auth": "{{b64:32}}"
		},
		"registry.company.com": {
			"username": "bob",
			"password": "{{pw}}",
			"identitytoken": "{{tok:64}}"
		}
	},
	"credHelpers": { "gcr.io": "gcloud" },
	"HttpHeaders": { "User-Agent": "Docker-Client/19.03" }
}
`,
  },
  {
    rule: 'file.kubeconfig',
    path: '.kube/config',
    text: `apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1J
    server: https://10.0.0.1:6443
  name: prod
current-context: prod
kind: Config
users:
- name: admin
  user:
    client-certificate-data: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1J
    client-key-data: {{b64:160}}
- name: ci
  user:
    token: {{tok:80}}
- name: old
  user: {username: bob, password: "{{pw}}"}
- name: oidc
  user:
    auth-provider:
      config:
        client-id: kubernetes
        client-secret: {{tok:32}}
        refresh-token: '{{tok:64}}'
      name: oidc
`,
  },
  {
    rule: 'file.kubeconfig',
    path: 'kubeconfig.json',
    text: '{"apiVersion":"v1","kind":"Config","users":[{"name":"a","user":{"token":"{{tok:64}}"}}]}',
  },
  {
    rule: 'file.helm',
    path: 'helm/repositories.yaml',
    text: `apiVersion: ""
repositories:
- name: company
  password: {{pw}}
  url: https://charts.company.com
  username: bob
`,
  },
  {
    rule: 'file.kubernetes-secret',
    path: 'k8s/app-secret.yaml',
    text: `apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
data:
  color: blue-and-green-9
---
apiVersion: v1
kind: Secret
metadata:
  name: app
type: Opaque
stringData:
  database-password: {{pw}}
  config.json: |
    {{tok:40}}
data:
  token: {{tok:40}}
`,
    reference: '{{ .Values.x }}',
  },
  {
    rule: 'file.compose',
    path: 'docker-compose.yml',
    text: `services:
  db:
    image: postgres:16
    environment:
      POSTGRES_PASSWORD: {{pw}}
      POSTGRES_DB: app
  app:
    environment:
      - DB_PASSWORD={{pw}}
      - NODE_ENV=production
      - DATABASE_URL=postgres://app:{{pw}}@db:5432/app
`,
  },
  {
    rule: 'file.tfstate',
    path: 'infra/terraform.tfstate',
    text: `{
  "version": 4,
  "terraform_version": "1.6.0",
  "outputs": {
    "endpoint": { "value": "db.company.com:5432", "type": "string" },
    "connection": { "value": "{{tok:24}}", "type": "string", "sensitive": true },
    "admin_password": { "value": "{{pw}}", "type": "string" }
  },
  "resources": [
    {
      "mode": "managed", "type": "aws_db_instance", "name": "main",
      "instances": [ { "attributes": {
        "arn": "arn:aws:rds:eu-west-1:123456789012:db:main",
        "username": "app", "password": "{{pw}}", "port": 5432,
        "tags": { "Name": "main" }
      } } ]
    },
    {
      "type": "random_password",
      "instances": [ { "attributes": { "length": 24, "result": "{{tok:24}}" } } ]
    }
  ]
}
`,
  },
  {
    rule: 'file.tfvars',
    path: 'prod.tfvars',
    text: `# production
region      = "eu-west-1"
db_password = "{{pw}}"
api_tokens = { stripe_secret_key = "{{tok:32}}", name = "x" }
instance    = 3
`,
  },
  {
    rule: 'file.terraformrc',
    path: '.terraformrc',
    text: `plugin_cache_dir = "$HOME/.terraform.d/plugin-cache"
credentials "app.terraform.io" {
  token = "{{tok:90}}"
}
`,
  },
  {
    rule: 'file.terraformrc',
    path: 'credentials.tfrc.json',
    text: '{\n  "credentials": {\n    "app.terraform.io": {\n      "token": "{{tok:90}}"\n    }\n  }\n}\n',
  },
  {
    rule: 'file.pulumi',
    path: '.pulumi/credentials.json',
    text: '{"current":"https://api.pulumi.com","accessTokens":{"https://api.pulumi.com":"{{hex:44}}"},"accounts":{"https://api.pulumi.com":{"accessToken":"{{hex:44}}","username":"bob"}}}',
  },
  { rule: 'file.ansible-vault', path: '.vault_pass', text: '{{pw}}\n' },
  { rule: 'file.vault-token', path: '.vault-token', text: '{{tok:95}}' },
  {
    rule: 'file.subversion',
    path: '.subversion/auth/svn.simple/abc123',
    text: `K 8
passtype
V 6
simple
K 8
password
V 14
{{pw}}
K 8
username
V 3
bob
END
`,
    reference: '',
  },
  {
    rule: 'file.sentry',
    path: '.sentryclirc',
    text: '[auth]\ntoken={{hex:64}}\n[defaults]\norg=company\n',
  },
];
