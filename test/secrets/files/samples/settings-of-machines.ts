import type { Sample } from './draw.ts';

const key = (name: string): string =>
  `-----BEGIN ${name}-----\n{{b64:64}}\n-----END ${name}-----\n`;

/** Mail, networks, keys, histories. */
export const MACHINE_SAMPLES: readonly Sample[] = [
  {
    rule: 'file.msmtp',
    path: '.msmtprc',
    text: 'defaults\nauth on\naccount work\nhost smtp.company.com\nuser bob\npassword {{pw}}\npasswordeval "pass show mail"\naccount other\npassword "{{pw}}"\n',
  },
  {
    rule: 'file.fetchmail',
    path: '.fetchmailrc',
    text: 'poll imap.company.com protocol IMAP\n  user "bob" there with password "{{pw}}" is "bob" here ssl\npoll pop.company.com\n  user bob pass {{pw}}\n',
  },
  {
    rule: 'file.getmail',
    path: '.offlineimaprc',
    text: '[Repository Remote]\ntype = IMAP\nremoteuser = bob\nremotepass = {{pw}}\n',
  },
  {
    rule: 'file.mutt',
    path: '.muttrc',
    text: 'set imap_user = "bob@company.com"\nset imap_pass = "{{pw}}"\nset my_pass = \'{{pw}}\'\nset smtp_url = "smtps://bob:{{pw}}@smtp.company.com"\nset sidebar_visible = yes\n',
  },
  {
    rule: 'file.sasl',
    path: 'postfix/sasl_passwd',
    text: '[smtp.company.com]:587 bob@company.com:{{pw}}\n',
  },
  {
    rule: 'file.wpa',
    path: 'wpa_supplicant.conf',
    text: 'ctrl_interface=/run/wpa_supplicant\nnetwork={\n    ssid="home"\n    psk="{{pw}}"\n}\nnetwork={\n    ssid="work"\n    key_mgmt=WPA-EAP\n    identity="bob"\n    password="{{pw}}"\n}\nnetwork={\n    psk={{hex:64}}\n}\n',
  },
  {
    rule: 'file.network-manager',
    path: 'system-connections/Home.nmconnection',
    text: '[connection]\nid=Home\ntype=wifi\n\n[wifi-security]\nkey-mgmt=wpa-psk\npsk={{pw}}\npsk-flags=0\n',
  },
  {
    rule: 'file.wireguard',
    path: 'etc/wireguard/wg0.conf',
    text: '[Interface]\nPrivateKey = {{wg}}\nAddress = 10.0.0.2/32\n\n[Peer]\nPublicKey = AAAAdddddddddddddddddddddddddddddddddddddddA=\nPresharedKey = {{wg}}\nEndpoint = vpn.company.com:51820\n',
    reference: '',
  },
  {
    rule: 'file.openvpn',
    path: 'client.ovpn',
    text:
      'client\nremote vpn.company.com 1194\n<ca>\n-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n</ca>\n<key>\n' +
      key('PRIVATE KEY') +
      '</key>\n<auth-user-pass>\nbob\n{{pw}}\n</auth-user-pass>\n',
    reference: '',
  },
  { rule: 'file.openvpn-password', path: 'auth-user-pass.txt', text: 'bob\n{{pw}}\n' },
  {
    rule: 'file.ipsec',
    path: 'ipsec.secrets',
    text: '# secrets\n: RSA server.pem\nvpn.company.com : PSK "{{pw}}"\nbob : EAP "{{pw}}"\n',
  },
  {
    rule: 'file.ppp',
    path: 'etc/ppp/chap-secrets',
    text: '# client server secret IP\nbob * {{pw}} *\n"alice" vpn "{{pw}}" 10.0.0.1\n',
  },
  {
    rule: 'file.curlrc',
    path: '.curlrc',
    text: 'silent\nuser = "bob:{{pw}}"\nheader = "Authorization: Bearer {{tok:40}}"\nproxy = "http://bob:{{pw}}@proxy:3128"\n',
  },
  {
    rule: 'file.smb',
    path: '.smbcredentials',
    text: 'username=bob\npassword={{pw}}\ndomain=COMPANY\n',
  },
  {
    rule: 'file.subversion',
    path: 'svn.simple/0123',
    text: 'K 8\nusername\nV 3\nbob\nK 8\npassword\nV 15\n{{pw}}\nEND\n',
    reference: '',
  },
  {
    rule: 'file.remmina',
    path: 'desk.remmina',
    text: '[remmina]\nname=desk\nserver=10.0.0.5\nusername=bob\npassword={{b64:32}}\n',
  },
  { rule: 'key.private', path: '.ssh/id_ed25519', text: key('OPENSSH PRIVATE KEY'), reference: '' },
  {
    rule: 'key.private',
    path: 'server.pem',
    text:
      '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n' +
      key('RSA PRIVATE KEY') +
      key('EC PRIVATE KEY'),
    reference: 'your key here...',
  },
  {
    rule: 'key.private',
    path: 'tls/server.key',
    text: '-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,0123456789ABCDEF\n\n{{b64:64}}\n-----END RSA PRIVATE KEY-----\n',
    reference: '',
  },
  {
    rule: 'key.putty',
    path: 'deploy.ppk',
    text: 'PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: bob\nPublic-Lines: 1\nAAAAC3NzaC1lZDI1NTE5AAAA\nPrivate-Lines: 1\n{{b64:44}}\nPrivate-MAC: 0123456789abcdef\n',
    reference: '',
  },
  {
    rule: 'key.age',
    path: 'age/keys.txt',
    text: '# created: 2026-01-01\n# public key: age1qqq\n{{age}}\n',
    reference: '',
  },
  {
    rule: 'key.jwk',
    path: 'private.jwk',
    text: '{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","d":"{{tok:43}}"}',
    reference: '',
  },
  {
    rule: 'file.shadow',
    path: 'backup/etc/shadow',
    text: 'root:{{crypt}}:19000:0:99999:7:::\ndaemon:*:19000:0:99999:7:::\nbob:!:19000::::::\n',
    reference: '!',
  },
  {
    rule: 'file.htpasswd',
    path: 'nginx/.htpasswd',
    text: 'bob:{{crypt}}\nalice:{{crypt}}\n# comment\n',
    reference: '',
  },
  {
    rule: 'file.history',
    path: '.bash_history',
    text: `ls -la
mysql -u root -p{{pw}} app
mysqldump -h db -u app --password={{pw}} app > dump.sql
export GITHUB_TOKEN={{tok:40}}
PGPASSWORD='{{pw}}' psql -h db -U app
curl -u bob:{{pw}} https://api.company.com
curl -H "Authorization: Bearer {{tok:40}}" https://api.company.com
git clone https://bob:{{tok:40}}@github.com/org/app.git
sshpass -p {{pw}} ssh bob@host
redis-cli -h cache -a {{pw}} ping
docker login -u bob -p {{pw}} registry.company.com
echo {{pw}} | sudo -S apt update
kubectl create secret generic app --from-literal=api-token={{tok:32}}
docker login --password-stdin registry.company.com
cat ~/.ssh/id_rsa.pub
git commit -m "Add password reset"
psql -U app -p 5432 -h db
mkdir -p build/output
aws configure set aws_secret_access_key {{b64:40}}
openssl rsa -in key.pem -passin pass:{{pw}} -out out.pem
`,
    reference: '$SECRET_NAME',
  },
  {
    rule: 'file.history',
    path: '.psql_history',
    text: "select 1;\nCREATE USER app WITH PASSWORD '{{pw}}';\nALTER ROLE app ENCRYPTED PASSWORD '{{pw}}';\nselect * from passwords;\n",
    reference: '',
  },
  {
    rule: 'file.history',
    path: '.mysql_history',
    text: "CREATE USER 'app'@'%' IDENTIFIED BY '{{pw}}';\nSET PASSWORD FOR 'root'@'localhost' = PASSWORD('{{pw}}');\nshow tables;\n",
    reference: '',
  },
  {
    rule: 'file.history',
    path: '.python_history',
    text: 'import boto3\nclient = boto3.client("s3", aws_secret_access_key="{{b64:40}}")\napi_key = \'{{tok:40}}\'\nprint(api_key)\n',
  },
  {
    rule: 'file.history',
    path: '.rediscli_history',
    text: 'ping\nAUTH {{pw}}\nauth default {{pw}}\nconfig set requirepass {{pw}}\nget auth\n',
  },
];
