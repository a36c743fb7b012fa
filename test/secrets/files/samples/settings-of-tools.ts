import type { Sample } from './draw.ts';

/** Package managers, version control. */
export const TOOL_SAMPLES: readonly Sample[] = [
  {
    rule: 'file.netrc',
    path: '.netrc',
    text: `# hosts
machine api.heroku.com
  login someone@company.com
  password {{hex:36}}
machine github.com login someone password {{tok:40}}
default login anonymous password "{{pw}}"
macdef init
password quit

machine last.org login x password {{pw}}
`,
  },
  {
    rule: 'file.pgpass',
    path: 'deploy/.pgpass',
    text: `# host:port:database:user:password
db.internal:5432:*:app:{{pw}}
*:*:*:reader:{{pw}}
`,
  },
  {
    rule: 'file.git-credentials',
    path: '.git-credentials',
    text: `https://someone:{{tok:40}}@github.com
https://oauth2:{{tok:26}}@gitlab.com
http://bob:{{pw}}@git.internal:3000/team/app.git
`,
  },
  {
    rule: 'file.git-config',
    path: '.git/config',
    text: `[core]
	repositoryformatversion = 0
[remote "origin"]
	url = https://x-access-token:{{tok:40}}@github.com/org/app.git
	fetch = +refs/heads/*:refs/remotes/origin/*
[remote "up"]
	url = git@github.com:org/app.git
`,
  },
  {
    rule: 'file.npmrc',
    path: '.npmrc',
    text: `registry=https://registry.npmjs.org/
//registry.npmjs.org/:_authToken={{tok:36}}
//npm.pkg.company.com/:_password="{{b64:24}}"
//npm.pkg.company.com/:username=bob
always-auth=true
; a comment
//other.org/:_auth = {{b64:32}} ; trailing
`,
  },
  {
    rule: 'file.yarnrc',
    path: '.yarnrc',
    text: `registry "https://registry.yarnpkg.com"
"//registry.npmjs.org/:_authToken" "{{tok:36}}"
lastUpdateCheck 1690000000000
`,
  },
  {
    rule: 'file.yarnrc',
    path: '.yarnrc.yml',
    text: `nodeLinker: node-modules
npmRegistries:
  "https://npm.company.com":
    npmAlwaysAuth: true
    npmAuthToken: {{tok:36}}
npmScopes:
  company:
    npmAuthIdent: "{{b64:32}}"
yarnPath: .yarn/releases/yarn-4.1.0.cjs
`,
  },
  {
    rule: 'file.pypirc',
    path: '.pypirc',
    text: `[distutils]
index-servers =
    pypi
    internal

[pypi]
username = __token__
password = {{tok:60}}

[internal]
repository: https://pypi.company.com/
username: bob
password: {{pw}}
`,
  },
  {
    rule: 'file.pip',
    path: 'pip.conf',
    text: `[global]
index-url = https://bob:{{pw}}@pypi.company.com/simple
extra-index-url =
    https://pypi.org/simple
    https://__token__:{{tok:32}}@other.company.com/simple
timeout = 60
`,
  },
  {
    rule: 'file.gem',
    path: '.gem/credentials',
    text: `---
:rubygems_api_key: {{hex:48}}
https://gems.company.com: "{{tok:40}}"
`,
  },
  {
    rule: 'file.bundle',
    path: '.bundle/config',
    text: `---
BUNDLE_PATH: "vendor/bundle"
BUNDLE_GEMS__CONTRIBSYS__COM: "someuser:{{tok:16}}"
BUNDLE_JOBS: "4"
`,
  },
  {
    rule: 'file.cargo',
    path: '.cargo/credentials.toml',
    text: `[registry]
token = "{{tok:35}}"

[registries.company]
token = "{{tok:35}}"
`,
  },
  {
    rule: 'file.nuget',
    path: 'NuGet.Config',
    text: `<?xml version="1.0" encoding="utf-8"?>
<configuration>
  <packageSources>
    <add key="Company" value="https://nuget.company.com/v3/index.json" />
  </packageSources>
  <packageSourceCredentials>
    <Company>
      <add key="Username" value="bob" />
      <add key="ClearTextPassword" value="{{pw}}" />
    </Company>
  </packageSourceCredentials>
  <apikeys>
    <add key="https://nuget.company.com" value="{{tok:46}}" />
  </apikeys>
</configuration>
`,
  },
  {
    rule: 'file.maven',
    path: '.m2/settings.xml',
    text: `<settings xmlns="http://maven.apache.org/SETTINGS/1.0.0">
  <!-- <password>commented</password> -->
  <servers>
    <server>
      <id>central</id>
      <username>deployer</username>
      <password>{{pw}}</password>
    </server>
    <server>
      <id>ssh</id>
      <privateKey>/home/bob/.ssh/id_rsa</privateKey>
      <passphrase>{{pw}}</passphrase>
    </server>
    <server><id>x</id><password>\${env.MAVEN_PASSWORD}</password></server>
  </servers>
</settings>
`,
  },
  {
    rule: 'file.maven',
    path: 'settings-security.xml',
    text: `<settingsSecurity>
  <master>{{tok:44}}</master>
</settingsSecurity>
`,
  },
  {
    rule: 'file.gradle',
    path: 'gradle.properties',
    text: `org.gradle.jvmargs=-Xmx2g
nexusUsername=bob
nexusPassword={{pw}}
signing.keyId=24875D73
signing.password={{pw}}
systemProp.https.proxyPassword = {{pw}}
android.useAndroidX=true
`,
  },
  {
    rule: 'file.composer',
    path: 'auth.json',
    text: `{
    "github-oauth": { "github.com": "{{tok:40}}" },
    "http-basic": {
        "repo.company.com": { "username": "bob", "password": "{{pw}}" }
    },
    "bearer": {}
}
`,
  },
];
