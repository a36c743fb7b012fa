import type { Match } from '../../engine/detector.ts';
import type { Field } from '../field.ts';
import { settings, type Format } from '../format.ts';
import { iniFields } from '../ini-fields.ts';
import { jsonFields } from '../json-fields.ts';
import { xmlFields } from '../xml-fields.ts';

const sftp = settings(jsonFields, ['password', 'passphrase', 'pass']);
/** JetBrains' IDEs scramble passwords with a fixed key: `password="dfc5dfc0…"`, `passphrase`. */
const jetbrains = settings(xmlFields, ['password', 'passphrase', 'secret', 'token']);

/** FileZilla: `<Pass encoding="base64">`; WS_FTP, Total Commander and WinSCP scramble theirs. */
const filezilla = settings(xmlFields, [
  'Pass',
  'Password',
  'Setting name="Proxy password"',
  'Proxy password',
  'FTP Proxy password',
  'MasterPasswordEncryptor',
]);

const ftpIni = settings(
  (text: string): Field[] => iniFields(text, { separators: '=', comments: ';' }),
  [
    'Password',
    'PWD',
    'ProxyPassword',
    'ProxyPasswordEnc',
    'TunnelPassword',
    'NewPassword',
    'password',
  ],
);

const WORKSPACE = /deployment|webServers|dataSources/i;

function readJetbrains(text: string, path: string): readonly Match[] {
  return WORKSPACE.test(path) || /password|passphrase/i.test(text) ? jetbrains(text, path) : [];
}

export const EDITOR_FORMATS: readonly Format[] = [
  {
    id: 'file.sftp',
    at: [
      '.ftpconfig',
      'sftp-config.json',
      'sftp-config-alt*.json',
      '.vscode/sftp.json',
      'sftp.json',
      '.remote-sync.json',
      '.sftpconfig',
      '.ftppass',
      '.vscode/ftp-simple.json',
      'ftp-simple.json',
      '.vscode/ftp-kr.json',
      'deployment-config.json',
      'ftp-sync.json',
      '.ftp-deploy.json',
      'ftpsync.settings',
      '.ftpsync_settings',
    ],
    read: sftp,
  },
  {
    id: 'file.filezilla',
    at: [
      'sitemanager.xml',
      'recentservers.xml',
      'filezilla.xml',
      'queue.xml',
      'filezilla server.xml',
    ],
    read: filezilla,
  },
  {
    id: 'file.winscp',
    at: ['winscp.ini', 'ws_ftp.ini', 'wcx_ftp.ini', 'winscp.rnd'],
    read: ftpIni,
  },
  {
    id: 'file.jetbrains',
    at: [
      '.idea/webServers.xml',
      '.idea/dataSources.xml',
      '.idea/dataSources.local.xml',
      '.idea/deployment.xml',
      '.idea/sshConfigs.xml',
      'webServers.xml',
      'dataSources.xml',
      'dataSources.local.xml',
      '.idea/workspace.xml',
    ],
    read: readJetbrains,
  },
  {
    id: 'file.remmina',
    at: ['*.remmina'],
    read: settings(
      (text) => iniFields(text, { separators: '=' }),
      ['password', 'ssh_password', 'gateway_password', 'ssh_tunnel_password'],
    ),
  },
  { id: 'file.rdp', at: ['*.rdg'], read: settings(xmlFields, ['password']) },
  {
    id: 'file.vnc',
    at: ['*.vnc', '.vnc/passwd', 'ultravnc.ini'],
    read: settings(
      (text) => iniFields(text, { separators: '=' }),
      ['password', 'passwd', 'passwd2'],
    ),
  },
  {
    id: 'file.mremoteng',
    at: ['confcons.xml'],
    read: settings(xmlFields, ['Password', 'RDGatewayPassword', 'VNCProxyPassword']),
  },
  { id: 'file.sequel', at: ['*.spf'], read: settings(plistFields, ['password', 'sshPassword']) },
  { id: 'file.subversion', at: ['.subversion/servers', 'svn.simple/*'], read: readSubversion },
];

/** A property list's value follows its `<key>`. */
function plistFields(text: string): Field[] {
  let key = '';
  return xmlFields(text).map((field) => {
    if (field.name === 'key') key = field.value;
    return field.name === 'key' ? field : { ...field, name: key };
  });
}

/** `K 8`, `password`, `V 12`, the value: lengths and lines by turns (svn_hash_write). */
function readSubversion(text: string): Match[] {
  const found: Match[] = [];
  for (const match of text
    .slice(0, 65_536)
    .matchAll(/^password\r?\nV \d{1,5}\r?\n([^\r\n]{1,1024})/gm)) {
    const end = match.index + match[0].length;
    found.push({ start: end - (match[1] ?? '').length, end });
  }
  if (found.length === 0 && text.includes('http-proxy-password'))
    return [
      ...settings(
        (t) => iniFields(t, { separators: '=' }),
        ['http-proxy-password', 'ssl-client-cert-password'],
      )(text, ''),
    ];
  return found;
}
