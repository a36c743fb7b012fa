import type { Match } from '../../engine/detector.ts';
import { linesOf, trimmed } from '../field.ts';
import { bounded, inOrder, settings, type Format } from '../format.ts';
import { iniFields } from '../ini-fields.ts';
import { isSecretValue, urlParts } from '../secret-part.ts';
import { xmlFields } from '../xml-fields.ts';
import { yamlFields } from '../yaml-fields.ts';
import { pemBodies } from './pem.ts';

/** `password VALUE`, `set imap_pass="VALUE"`: a name, white space or `=`, and a value that may stand in quotes. */
function words(names: RegExp): Format['read'] {
  return (text) => {
    const source = bounded(text);
    const found: Match[] = [];
    for (const line of linesOf(source)) {
      const { start, end } = trimmed(source, line.start, line.end);
      if (start === end || source[start] === '#' || end - start > 4096) continue;
      names.lastIndex = 0;
      const name = names.exec(source.slice(start, end));
      if (!name) continue;
      const at = start + name.index + name[0].length;
      const quote = /^["']/.exec(source.slice(at, at + 1))?.[0];
      const close = quote ? source.indexOf(quote, at + 1) : -1;
      const from = close > 0 && close <= end ? at + 1 : at;
      const to = from > at ? close : at + (/^\S*/.exec(source.slice(at, end))?.[0].length ?? 0);
      if (isSecretValue(source.slice(from, to))) found.push({ start: from, end: to });
    }
    return inOrder([...found, ...urlParts(source)]);
  };
}

/** WireGuard keys: 32 bytes in base64 (wg(8)). */
const isWireguardKey = (value: string): boolean =>
  /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/.test(value) && !/^A{43}=$/.test(value);

const wireguard = settings(
  (text) => iniFields(text, { separators: '=', trailing: '#' }),
  ['PrivateKey', 'PresharedKey'],
  isWireguardKey,
);

function readWireguard(text: string, path: string): readonly Match[] {
  return /\[Interface\]/i.test(text.slice(0, 65_536)) ? wireguard(text, path) : [];
}

/** Keys inside `<key>`, `<tls-auth>`, `<tls-crypt>`, `<auth-user-pass>`, `<pkcs12>` (openvpn(8), "Inline file support"). */
function readOpenvpn(text: string): Match[] {
  const source = bounded(text);
  const found: Match[] = pemBodies(source);
  for (const tag of [
    'auth-user-pass',
    'pkcs12',
    'tls-auth',
    'tls-crypt',
    'tls-crypt-v2',
    'secret',
  ]) {
    const open = source.indexOf(`<${tag}>`);
    const close = open < 0 ? -1 : source.indexOf(`</${tag}>`, open);
    if (close < 0) continue;
    const inner = trimmed(source, open + tag.length + 2, close);
    const body = source.slice(inner.start, inner.end);
    if (tag === 'auth-user-pass') {
      const lineBreak = body.indexOf('\n');
      if (lineBreak > 0) found.push(trimmed(source, inner.start + lineBreak, inner.end));
    } else if (!body.includes('-----BEGIN')) found.push(inner);
  }
  return inOrder(found);
}

/** NetworkManager keyfile: `psk`, `password`, `wep-key0`, WireGuard and VPN secrets (nm-settings-keyfile(5)). */
const NETWORK_MANAGER =
  /^(?:psk|password|password-raw|wep-key[0-3]|leap-password|private-key|private-key-password|phase2-private-key-password|preshared-key|pin|cert-pass|gateway-password|IPSec secret|Xauth password|http-proxy-password)$/i;

/** `psk="…"` or 64 hex digits, `password=`, `wep_key0=`, `private_key_passwd=` (wpa_supplicant.conf(5)). */
const WPA =
  /^(?:psk|sae_password|password|wep_key[0-3]|private_key2?_passwd|pin|wps_pin|eapol_psk)$/i;

export const NETWORK_FORMATS: readonly Format[] = [
  {
    id: 'file.msmtp',
    at: ['.msmtprc', 'msmtprc', 'msmtp/config'],
    read: words(/^password\s+(?=\S)/),
  },
  {
    id: 'file.fetchmail',
    at: ['.fetchmailrc', 'fetchmailrc'],
    read: words(/(?:^|\s)(?:password|pass|sslkeypass)\s+(?:is\s+)?(?=\S)/i),
  },
  {
    id: 'file.getmail',
    at: [
      'getmailrc',
      '.getmail/getmailrc',
      '.offlineimaprc',
      'offlineimap/config',
      '.mbsyncrc',
      '.isyncrc',
      '.authinfo.conf',
      '.esmtprc',
      '.ssmtp/ssmtp.conf',
      'ssmtp.conf',
      '.vdirsyncer/config',
      'getmail/getmailrc',
    ],
    read: words(/^(?:pass|password|remotepass|authpass|proxypass)\s*(?:[=:]\s*|\s)(?=\S)/i),
  },
  {
    id: 'file.mutt',
    at: ['.muttrc', '.neomuttrc', '.mutt/*', 'mutt/*', 'neomutt/*'],
    read: words(
      /^set\s+(?:my_\w*pass\w*|imap_pass|smtp_pass|pop_pass|nntp_pass|imap_oauth\w*|ssl_pass\w*)\s*=\s*/,
    ),
  },
  { id: 'file.sasl', at: ['sasl_passwd', 'sasl/passwd', 'relay_passwd'], read: readPostfix },
  {
    id: 'file.wpa',
    at: ['wpa_supplicant.conf', 'wpa_supplicant*.conf', 'iwd/*.psk', '*.8021x'],
    read: settings(
      (text) => iniFields(text, { separators: '=' }),
      ({ name }) => WPA.test(name) || /^(?:passphrase|presharedkey)$/i.test(name),
    ),
  },
  {
    id: 'file.network-manager',
    at: ['*.nmconnection', 'system-connections/*'],
    read: settings(
      (text) => iniFields(text, { separators: '=' }),
      ({ name }) => NETWORK_MANAGER.test(name),
    ),
  },
  {
    id: 'file.netplan',
    tier: 'likely',
    at: ['netplan/*.yaml'],
    read: settings(yamlFields, ['password', 'psk', 'client-key-password', 'key']),
  },
  {
    id: 'file.hostapd',
    at: ['hostapd.conf', 'hostapd-*.conf'],
    read: settings(
      (text) => iniFields(text, { separators: '=' }),
      [
        'wpa_passphrase',
        'wpa_psk',
        'wep_key0',
        'auth_server_shared_secret',
        'sae_password',
        'private_key_passwd',
      ],
    ),
  },
  {
    id: 'file.wireguard',
    at: ['wireguard/*.conf', 'wg*.conf', '*.wg.conf', '*.conf'],
    read: readWireguard,
  },
  { id: 'file.openvpn', at: ['*.ovpn', 'openvpn/*.conf', '*.tblk'], read: readOpenvpn },
  { id: 'file.ipsec', at: ['ipsec.secrets', '*.ipsec.secrets', 'swanctl.conf'], read: readIpsec },
  {
    id: 'file.ppp',
    at: ['chap-secrets', 'pap-secrets', 'vpnc/*.conf', '.vpnc.conf'],
    read: readPpp,
  },
  {
    id: 'file.freeradius',
    at: ['clients.conf', 'radius/users'],
    read: settings((text) => iniFields(text, { separators: '=', trailing: '#' }), ['secret']),
  },
  { id: 'file.curlrc', at: ['.curlrc', '_curlrc', '.wgetrc', '_wgetrc'], read: readCurlrc },
  {
    id: 'file.ddclient',
    at: ['ddclient.conf', 'inadyn.conf', 'geoip.conf'],
    read: settings(
      (text) =>
        iniFields(
          text.replace(/,\\?$/gm, (m) => ' '.repeat(m.length)),
          { separators: '= ' },
        ),
      ['password', 'LicenseKey'],
    ),
  },
  {
    id: 'file.pidgin',
    at: ['.purple/accounts.xml', 'accounts.xml'],
    read: settings(xmlFields, ['password']),
  },
  {
    id: 'file.weechat',
    at: ['weechat/irc.conf', 'weechat/sec.conf', '.irssi/config'],
    read: settings(
      (text) => iniFields(text, { separators: '=' }),
      ({ name }) => /password|passphrase|oauth/i.test(name),
    ),
  },
  {
    id: 'file.proxychains',
    at: ['.proxychains/proxychains.conf', 'proxychains.conf', 'proxychains4.conf'],
    read: readProxychains,
  },
];

/** `[host]:port user:password` (Postfix, SASL_README). */
function readPostfix(text: string): Match[] {
  return perLine(text, /^\S+\s+[^\s:]+:(\S+)$/);
}

/** `: PSK "…"`, `user : EAP "…"`, `secret = …` (ipsec.secrets(5), swanctl.conf(5)). */
function readIpsec(text: string): Match[] {
  return perLine(
    text,
    /(?:^|:)\s{0,16}(?:PSK|EAP|XAUTH|NTLM|PIN|secret\s{0,16}=)\s{0,16}"?([^"\s]{3,512})/i,
  );
}

/** `client server secret addresses` (pppd(8)); `IPSec secret VALUE`, `Xauth password VALUE` (vpnc(8)). */
function readPpp(text: string): Match[] {
  const vpnc = perLine(text, /^(?:IPSec secret|Xauth password)\s{1,16}(\S{3,512})/i);
  return vpnc.length > 0
    ? vpnc
    : perLine(
        text,
        /^(?:"[^"\r\n]{0,256}"|[^\s#"]{1,256})\s{1,64}\S{1,256}\s{1,64}"?([^"\s]{3,512})/,
      );
}

/** `user = "name:password"`, `proxy-user`, `-u`, `oauth2-bearer`, `header = "Authorization: …"` (curl(1)); `password =` (wget). */
function readCurlrc(text: string): Match[] {
  return inOrder([
    ...perLine(
      text,
      /^-{0,2}(?:u|user|U|proxy-user)\s{0,16}[=:\s]\s{0,16}"?[^\s:"]{1,256}:([^\s"]{3,512})/,
    ),
    ...perLine(
      text,
      /^-{0,2}(?:oauth2-bearer|pass|proxy-pass|(?:http_|ftp_|proxy_)?password)\s{0,16}[=:\s]\s{0,16}"?([^\s"]{3,4096})/,
    ),
    ...perLine(
      text,
      /^-{0,2}(?:H|header)\s{0,16}[=:\s]\s{0,16}"(?:authorization:\s{0,8}(?:\w{1,16}\s{1,8})?|(?:x-[\w-]{0,32}|private-)(?:key|token):\s{0,8})([^\s"]{3,4096})/i,
    ),
    ...urlParts(bounded(text)),
  ]);
}

/** `socks5 host port user password` */
function readProxychains(text: string): Match[] {
  return perLine(
    text,
    /^(?:http|socks4|socks5|raw)\s{1,16}\S{1,256}\s{1,16}\d{1,5}\s{1,16}\S{1,256}\s{1,16}(\S{3,256})/,
  );
}

/** What the first group of `pattern` holds in each line. */
function perLine(text: string, pattern: RegExp): Match[] {
  const source = bounded(text);
  const found: Match[] = [];
  for (const line of linesOf(source)) {
    const { start, end } = trimmed(source, line.start, line.end);
    if (start === end || source[start] === '#' || end - start > 8192) continue;
    const match = pattern.exec(source.slice(start, end));
    const value = match?.[1] ?? '';
    if (!match || !isSecretValue(value)) continue;
    const from = start + match.index + match[0].lastIndexOf(value);
    found.push({ start: from, end: from + value.length });
  }
  return found;
}
