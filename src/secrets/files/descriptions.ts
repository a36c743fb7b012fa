import type { RuleDescription } from '../rules/catalog.ts';

/**
 * `rule | provider | name | what it is | what it opens | how to make it worthless`; `!` before what it opens where that is
 * all that the account has.
 */
const TABLE = `
file.dotenv | | dotenv | value in a dotenv file | |
file.netrc | | netrc | password in a netrc file | what that login may on its host | Change the password at the host the entry names
file.pgpass | | PostgreSQL | password in .pgpass | the databases of that line | ALTER ROLE name PASSWORD '…'
file.htpasswd | | Apache | password hash in .htpasswd | what the password behind it protects; short ones are found by trying | htpasswd FILE USER
file.git-credentials | | git | password or token that git stored | what that login may at the code host | Revoke the token at the code host, then git credential reject
file.git-config | | git | password or token in a URL of git settings | what that login may at the code host | Revoke the token at the code host
file.s3fs | aws | s3fs | secret key of s3fs | what the key may in the account | Delete the access key in IAM
file.smb | | SMB | password of a Windows share | the shares that login may open | Change the password of the account
file.openvpn-password | | OpenVPN | password of a VPN login | the network behind the VPN | Change the password of the account
file.npmrc | npm | npm | token or password of an npm registry | publishing and reading packages as its owner | npm token revoke, or the registry's own page
file.yarnrc | npm | yarn | token or password of an npm registry | publishing and reading packages as its owner | npm token revoke
file.pypirc | pypi | PyPI | upload token or password | publishing packages as its owner | https://pypi.org/manage/account/
file.pip | | pip | password of a package index | reading that index, publishing where it may | Change it at the package index
file.poetry | | Poetry, uv | password or token of a package index | publishing packages as its owner | Change it at the package index
file.gem | rubygems | RubyGems | API key | publishing gems as its owner | https://rubygems.org/profile/api_keys
file.bundle | | Bundler | password of a gem server | reading private gems | Change it at the gem server
file.cargo | crates | cargo | token of crates.io or another registry | publishing crates as its owner | https://crates.io/settings/tokens
file.nuget | nuget | NuGet | password or key of a feed | publishing and reading packages | https://www.nuget.org/account/apikeys
file.maven | | Maven | password of a server | publishing and reading artifacts | Change it at the repository
file.gradle | | Gradle | password or signing key | publishing and signing artifacts | Change it at the repository, make a new signing key
file.composer | packagist | composer | token of a code host or repository | reading private packages and code | Revoke the token at the code host
file.hex | hex | Hex | API key | publishing packages as its owner | mix hex.user key revoke
file.conda | | conda | token of a channel | reading private channels | anaconda auth --remove
file.lein | | Leiningen | password of a repository | publishing artifacts | Change it at the repository
file.docker | docker | Docker | registry password or token | pulling and pushing images as its owner | docker logout, and revoke the token at the registry
file.kubeconfig | kubernetes | Kubernetes | key, token or password of a cluster | what that user may in the cluster | Rotate the certificate, or delete the service account's token
file.helm | | Helm | password of a chart repository | reading and pushing charts | Change it at the repository
file.kubernetes-secret | | Kubernetes | value of a Secret manifest | | Change the value, and apply the manifest from another place
file.compose | | Docker Compose | password in a compose file | |
file.tfstate | | Terraform | secret in a state file | whatever the resource it belongs to opens | Rotate it at the provider; keep state in an encrypted backend
file.tfvars | | Terraform | secret in a variables file | |
file.terraformrc | terraform_cloud | Terraform | API token of Terraform Cloud | ! all workspaces of its owner, with their state and variables | https://app.terraform.io/app/settings/tokens
file.pulumi | pulumi | Pulumi | access token | ! all stacks of its owner | https://app.pulumi.com/account/tokens
file.ansible-vault | | Ansible | password of encrypted variables | everything encrypted with it | ansible-vault rekey
file.vault-token | hashicorp | Vault, Consul, Nomad | token | what its policies allow | vault token revoke
file.vault-keys | hashicorp | Vault | unseal keys and root token | ! everything in the vault | vault operator rekey; vault token revoke
file.jenkins | | Jenkins | password or master key | all jobs and their credentials | Change the password; make new credentials
file.buildkite | buildkite | Buildkite | agent token | running as an agent: jobs with their secrets | Revoke it in the agent settings
file.gitlab-runner | gitlab | GitLab | runner token | running as a runner: jobs with their secrets | gitlab-runner reset-token
file.circleci | circleci | CircleCI | personal token | ! all projects of its owner | https://app.circleci.com/settings/user/tokens
file.travis | travis | Travis CI | access token | all repositories of its owner | travis token --regenerate
file.sentry | sentry | Sentry | auth token | releases and issues of the organisation | https://sentry.io/settings/account/api/auth-tokens/
file.sonar | | SonarQube | token or password | analysis and results of projects | The security page of the account
file.doppler | doppler | Doppler | token | the secrets of projects | doppler logout
file.jfrog | jfrog | JFrog | password or token | artifacts of the platform | jf config remove, and revoke the token
file.rancher | | Rancher | token | clusters of its owner | The API keys page
file.aws | aws | AWS | secret access key or session token | what the user may in the account | aws iam delete-access-key
file.aws-cache | aws | AWS | session token | what the role may, until it ends | aws sso logout
file.boto | aws | boto | secret key | what the user may in the account | Delete the key at the provider
file.s3cfg | aws | s3cmd | secret key | what the user may in the account | aws iam delete-access-key
file.mc | | MinIO | secret key | the buckets of that key | mc admin accesskey remove
file.rclone | | rclone | password or token of a storage service | the files behind it | rclone config disconnect, and revoke at the service
file.gcloud | gcp | Google Cloud | refresh token or key | ! all that its owner may, in every project | gcloud auth application-default revoke
file.gcloud-database | gcp | Google Cloud | logins of gcloud | ! all that their owners may, in every project | gcloud auth revoke --all
file.google-key | gcp | Google Cloud | key of a service account, or secret of a client | what the service account may | gcloud iam service-accounts keys delete
file.azure | azure | Azure | access or refresh token | ! all that its owner may | az logout, and revoke sessions in Entra
file.azure-config | azure | Azure | secret of a service principal | what the principal may | az ad app credential reset
file.azure-publish | azure | Azure | deployment password | replacing what runs there | Reset the publish profile
file.doctl | digitalocean | DigitalOcean | API token | ! all that its owner may | https://cloud.digitalocean.com/account/api/tokens
file.oci | oracle | Oracle Cloud | passphrase of an API key | all that its owner may | Delete the API key in the console
file.aliyun | alibaba | Alibaba Cloud | access key secret | what the user may | Delete the access key in RAM
file.tencent | tencent | Tencent Cloud | secret key | what the user may | Delete the key in CAM
file.bluemix | ibm | IBM Cloud | API key or token | all that its owner may | ibmcloud iam api-key-delete
file.scaleway | scaleway | Scaleway | secret key | what the key may | scw iam api-key delete
file.hcloud | hetzner | Hetzner Cloud | API token | ! the whole project, servers and volumes | The security page of the project
file.linode | linode | Linode | token | what the token may | https://cloud.linode.com/profile/tokens
file.vultr | vultr | Vultr | API key | ! the whole account | https://my.vultr.com/settings/#settingsapi
file.ovh | ovh | OVH | application secret or consumer key | what the application may | https://www.ovh.com/auth/api/
file.openstack | | OpenStack | password | all that its owner may | Change the password
file.b2 | backblaze | Backblaze | application key | the buckets of that key | b2 key delete
file.cloudflared | cloudflare | Cloudflare | tunnel secret | answering in place of what is behind the tunnel | cloudflared tunnel delete
file.kaggle | kaggle | Kaggle | API key | the account of its owner | https://www.kaggle.com/settings
file.civo | civo | Civo | API key | ! the whole account | The security page of the account
file.yandex | | Yandex Cloud | token | all that its owner may | yc config profile delete
file.gh | github | GitHub | token of gh | what its scopes allow on all repositories of its owner | gh auth logout, and https://github.com/settings/applications
file.hub | github | GitHub | token of hub | what its scopes allow on all repositories of its owner | https://github.com/settings/tokens
file.glab | gitlab | GitLab | token of glab | what its scopes allow on all projects of its owner | https://gitlab.com/-/user_settings/personal_access_tokens
file.github-copilot | github | GitHub | token of Copilot | Copilot as its owner | https://github.com/settings/applications
file.fly | fly | Fly.io | access token | ! all organisations of its owner | fly auth logout; fly tokens revoke
file.railway | railway | Railway | login token | ! all projects of its owner, databases and their backups too | railway logout, and https://railway.com/account/tokens
file.vercel | vercel | Vercel | access token | ! all teams and projects of its owner | https://vercel.com/account/settings/tokens
file.netlify | netlify | Netlify | access token | ! all sites of its owner | https://app.netlify.com/user/applications
file.supabase | supabase | Supabase | personal access token | ! all projects of its owner | https://supabase.com/dashboard/account/tokens
file.wrangler | cloudflare | Cloudflare | login of wrangler | what its scopes allow in the account | wrangler logout
file.configstore | | a command line tool | token | what that tool may |
file.render | render | Render | API key | ! all services of its owner | https://dashboard.render.com/u/settings#api-keys
file.neon | neon | Neon | login | ! all projects of its owner | https://console.neon.tech/app/settings/api-keys
file.planetscale | planetscale | PlanetScale | token | all databases of its owner | pscale auth logout
file.turso | turso | Turso | token | all databases of its owner | turso auth logout
file.heroku | heroku | Heroku | token | ! all apps of its owner | heroku authorizations:revoke
file.expo | expo | Expo | session | the account of its owner | https://expo.dev/settings/access-tokens
file.stripe | stripe | Stripe | API key | payments, refunds and customers | https://dashboard.stripe.com/apikeys
file.ngrok | ngrok | ngrok | auth token | tunnels as its owner | https://dashboard.ngrok.com/authtokens
file.huggingface | huggingface | Hugging Face | access token | models and spaces of its owner | https://huggingface.co/settings/tokens
file.atlas | mongodb | MongoDB Atlas | private API key | clusters of the organisation | atlas organizations apiKeys delete
file.auth0 | auth0 | Auth0 | secret or token | the tenant | auth0 logout
file.okta | okta | Okta | API token | what its owner may in the organisation | The API tokens page
file.twilio | twilio | Twilio | API secret | messages and calls at the account's cost | twilio profiles:remove
file.newrelic | newrelic | New Relic | API key | the account's data | https://one.newrelic.com/api-keys
file.snyk | snyk | Snyk | API token | the organisation's projects | https://app.snyk.io/account
file.sanity | sanity | Sanity | auth token | the datasets of its owner | sanity logout
file.contentful | contentful | Contentful | management token | the content of its owner's spaces | contentful logout
file.salesforce | salesforce | Salesforce | session or refresh token | the data that its owner sees | sf org logout
file.slack | slack | Slack | token of the command line | the workspace as its owner | slack logout
file.twurl | | X | token | the account of its owner | The apps page of the account
file.jira | atlassian | Jira | token | the projects of its owner | https://id.atlassian.com/manage-profile/security/api-tokens
file.cloudsmith | cloudsmith | Cloudsmith | API key | the packages of its owner | The API settings page
file.onepassword | onepassword | 1Password | credentials of a Connect server | the vaults shared with it | op connect server delete
file.op | onepassword | 1Password | account key | with the account password, all vaults | op account forget
file.bitwarden | bitwarden | Bitwarden | vault and session | with the master password, the vault | bw logout
file.google-services | gcp | Google | API key of an app | what the key is not limited to | https://console.cloud.google.com/apis/credentials
file.postman | | Postman | secret variable of an environment | |
file.supermaven | | Supermaven | API key | |
file.jupyter | | Jupyter | password or token of a server | running code as its owner | jupyter server password
file.claude | anthropic | Claude | login, or key of a tool | the model at its owner's cost | claude logout
file.codex | openai | Codex | OpenAI login | the model at its owner's cost | codex logout
file.gemini | google | Gemini CLI | Google login | the model, and what else the login may | gemini auth revoke; https://myaccount.google.com/permissions
file.opencode | | opencode | key of a model provider | the model at its owner's cost | opencode auth logout
file.cursor | cursor | Cursor | login, or key of a tool | the model at its owner's cost | cursor-agent logout
file.continue | | Continue, aider | key of a model provider | the model at its owner's cost |
file.openai | openai | OpenAI | API key | the model at its owner's cost | https://platform.openai.com/api-keys
file.llm | | llm | key of a model provider | the model at its owner's cost |
file.mysql | | MySQL | password in an option file | the databases that login may open | ALTER USER name IDENTIFIED BY '…'
file.mysql-login | | MySQL | obfuscated logins | the databases that login may open | ALTER USER name IDENTIFIED BY '…'
file.pg-service | | PostgreSQL | password of a service | the databases that login may open | ALTER ROLE name PASSWORD '…'
file.databricks | databricks | Databricks | token or password | the workspaces of its owner | databricks tokens delete
file.snowflake | snowflake | Snowflake | password or token | the data of that user | ALTER USER name SET PASSWORD
file.cqlsh | | Cassandra | password | the databases that login may open | ALTER ROLE name WITH PASSWORD
file.mongorc | | MongoDB | password | the databases that login may open | db.changeUserPassword()
file.redis | | Redis | password | the databases that login may open | ACL SETUSER, or CONFIG SET requirepass
file.redis-server | | Redis | password of a server | all data of the server | CONFIG SET requirepass
file.influx | influxdata | InfluxDB | token | the buckets of that token | influx auth delete
file.dbt | | dbt | password of a warehouse | the databases that login may open |
file.dbeaver | | DBeaver | passwords of database connections | the databases that login may open | Change the passwords at the databases
file.pgadmin | | pgAdmin | password of a server | the databases that login may open |
file.mssql | | SQL Server | password | the databases that login may open |
file.ldap | | LDAP | password | what that entry may in the directory | ldappasswd
file.database-settings | | a database | password in settings of a database | the databases that login may open |
file.superset | | Superset, Airflow | key or password | |
file.airflow | | Airflow | key or password | all connections it keeps | airflow rotate-fernet-key
file.elastic | | Elastic | password or key | the indexes of that user |
file.redash | | Redash | password of a data source | the databases that login may open |
file.wordpress | | WordPress | database password, key or salt | the database; logging in as anybody | Change the password; https://api.wordpress.org/secret-key/1.1/salt/
file.php-settings | | a PHP program | password or key in its settings | |
file.magento | | Magento | password or key | the shop's database |
file.python-settings | | a Python program | password or key in its settings | |
file.rails-key | | Rails | key of encrypted credentials | everything in the encrypted credentials | bin/rails credentials:edit with a new key
file.rails | | a program | password or key in its settings | |
file.rails-session | | Rails | secret of sessions | logging in as anybody | Set a new secret
file.spring | | a Java program | password or key in its settings | |
file.java-xml | | a Java program | password or key in its settings | |
file.dotnet | | a .NET program | password or key in its settings | |
file.appsettings | | a .NET program | password or key in its settings | |
file.json-settings | | a program | password or key in its settings | |
file.ini-settings | | a program | password or key in its settings | |
file.toml-settings | | a program | password or key in its settings | |
file.secrets | | a program | value of a file of secrets | |
file.sftp | | an editor | password of a server it copies to | replacing what runs there | Change the password of the account
file.filezilla | | FileZilla | password of a server | the files of that login | Change the password of the account
file.winscp | | WinSCP | password of a server, obfuscated | the files of that login | Change the password of the account
file.jetbrains | | JetBrains | password of a server or database | what that login may |
file.remmina | | Remmina | password of a remote desktop, encrypted | the desktop behind it |
file.rdp | | Remote Desktop | password of a remote desktop | the desktop behind it |
file.vnc | | VNC | password of a desktop, obfuscated | the desktop behind it | vncpasswd
file.mremoteng | | mRemoteNG | password of a connection | the machines behind it |
file.sequel | | Sequel Pro | password of a database | the databases that login may open |
file.subversion | | Subversion | cached password | what that login may in the repository | svn auth --remove
file.msmtp | | msmtp | mail password | reading and sending mail as its owner | Change the password at the mail provider
file.fetchmail | | fetchmail | mail password | reading and sending mail as its owner | Change the password at the mail provider
file.getmail | | a mail program | mail password | reading and sending mail as its owner | Change the password at the mail provider
file.mutt | | mutt | mail password | reading and sending mail as its owner | Change the password at the mail provider
file.sasl | | Postfix | password of a relay | sending mail in its owner's name | Change the password at the relay
file.wpa | | wireless network | password of a network | the network |
file.network-manager | | NetworkManager | password of a network or VPN | the network |
file.netplan | | netplan | password of a network | the network |
file.hostapd | | hostapd | password of a network | the network |
file.wireguard | | WireGuard | private or preshared key | the network behind the tunnel | wg genkey, and a new public key at every peer
file.openvpn | | OpenVPN | key of a VPN | the network behind the VPN | Revoke the certificate
file.ipsec | | IPsec | secret of a VPN | the network behind the VPN |
file.ppp | | PPP | secret of a connection | the network behind it |
file.freeradius | | RADIUS | shared secret | logins of everybody it checks |
file.curlrc | | curl, wget | password or token | what that login may on its host |
file.ddclient | | dynamic DNS | password | the names of that account |
file.pidgin | | a chat program | password | the account of its owner |
file.weechat | | a chat program | password | the account of its owner |
file.proxychains | | proxychains | password of a proxy | the network behind it |
key.private | | private key | private key | whatever trusts its public key | Make a new one, and remove the old public key wherever it is trusted
key.putty | | PuTTY | private key | whatever trusts its public key | Make a new one, and remove the old public key wherever it is trusted
key.store | | key store | key store: PKCS #12, JKS, JCEKS, BKS | with its password, the keys in it | Make new keys, revoke the certificates
key.keepass | | KeePass | password database | with its password, everything in it |
key.keytab | | Kerberos | keytab | logging in as its principals | kadmin ktadd -randkey
key.kerberos-tickets | | Kerberos | ticket cache | what its principal may, until the tickets end | kdestroy
key.gnupg | | GnuPG | private key | signing and decrypting as its owner | gpg --gen-revoke
key.age | | age | identity | decrypting whatever was encrypted to it | age-keygen, and encrypt everything anew
key.jwk | | JSON Web Key | private key | signing or decrypting in its owner's name |
key.nats | | NATS | seed of a user or account | what that user may | nsc delete user
key.ethereum | | Ethereum | encrypted key | with its password, the account |
key.password-store | | pass | encrypted password | with the OpenPGP key, the password |
file.cookies | | cookies | cookies of sessions | what those sessions may | Log out everywhere
file.browser-state | | a browser | cookies of sessions | what those sessions may | Log out everywhere
file.browser-store | | a browser | cookies or passwords | all sessions and logins of its owner | Log out everywhere, change the passwords
file.firefox-logins | | Firefox | saved passwords, encrypted | with the key beside it, all of them |
file.keyring | | desktop keyring | passwords, encrypted | with the login password, all of them |
file.telegram | | Telegram | session | the account of its owner | End the session in the settings
file.shadow | | password file | password hash | what the password behind it opens | passwd
file.history | | history | secret typed at a prompt | |
`;

/** What there is to say of the kinds that are known here, by rule. */
export const fileDescriptions = (): Record<string, RuleDescription> =>
  Object.fromEntries(TABLE.trim().split('\n').map(described));

function described(line: string): [string, RuleDescription] {
  const [id = '', provider, name, description = '', power = '', revoke] = line
    .split('|')
    .map((cell) => cell.trim());
  const unlimited = power.startsWith('! ');
  return [
    id,
    {
      ...(provider && { provider }),
      ...(name && { name }),
      description,
      ...(power && { power: power.replace(/^! /, '') }),
      ...(unlimited && { unlimited }),
      ...(revoke && { revoke }),
    },
  ];
}
