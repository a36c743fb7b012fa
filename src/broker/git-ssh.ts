import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { isIP } from 'node:net';
import { isOutside, isSocket, withTilde } from './credentials.ts';
import type { BrokerContext } from './definition.ts';
import { runQuietly } from './git-settings.ts';
import type { SshUrl } from './git-url.ts';
import type { BrokerFact, BrokerHost } from './types.ts';

/** How ssh reaches a host in the sibling. */
export interface SshRun {
  host: BrokerHost;
  user: string;
  /** Identities, certificates and known hosts that exist. */
  files: string[];
  sockets: string[];
  env: Record<string, string>;
  generated: { path: string; content: string };
  facts: BrokerFact[];
}

export type SshDecision = SshRun | { refuse: string; safer: string };

/** Carried over as the user has them: they only choose among what ssh can do itself. */
const CARRIED = [
  'ciphers',
  'hostkeyalgorithms',
  'kexalgorithms',
  'macs',
  'pubkeyacceptedalgorithms',
  'casignaturealgorithms',
  'addressfamily',
  'requiredrsasize',
  'serveraliveinterval',
  'serveralivecountmax',
  'rekeylimit',
  'ipqos',
  'fingerprinthash',
  'compression',
  'identitiesonly',
  'pubkeyauthentication',
];

/** Since OpenSSH 8.5 and 8.7; before them there is nothing to turn off. */
const NEWER = 'IgnoreUnknown KnownHostsCommand,ForkAfterAuthentication\n';

/** Whatever the system's own settings say: nothing is started, forwarded, shared or asked. */
const FIXED = `  AddKeysToAgent no
  BatchMode yes
  CanonicalizeHostname no
  CheckHostIP no
  ClearAllForwardings yes
  ControlMaster no
  ControlPath none
  ControlPersist no
  EnableSSHKeysign no
  ForwardAgent no
  ForwardX11 no
  ForkAfterAuthentication no
  GSSAPIAuthentication no
  HostbasedAuthentication no
  KbdInteractiveAuthentication no
  KnownHostsCommand none
  LogLevel INFO
  NumberOfPasswordPrompts 0
  PasswordAuthentication no
  PermitLocalCommand no
  PKCS11Provider none
  ProxyCommand none
  ProxyJump none
  RemoteCommand none
  RequestTTY no
  Tunnel no
  UpdateHostKeys no
  VerifyHostKeyDNS no
`;

/**
 * How the user's ssh would reach the address, asked of ssh itself (`ssh -G`, ssh(1)) with the user's settings, and those
 * settings written out for that one host.
 */
export async function resolveSsh(
  ssh: string,
  url: SshUrl,
  context: BrokerContext,
): Promise<SshDecision> {
  // ssh takes the home folder from passwd(5), never from HOME; guard goes by HOME everywhere.
  const passwd = userInfo().homedir;
  const own = join(context.home, '.ssh', 'config');
  const settingsOf =
    passwd === context.home ? [] : ['-F', existsSync(own) ? own : '/etc/ssh/ssh_config'];
  const args = [
    '-G',
    ...settingsOf,
    ...(url.port === null ? [] : ['-p', String(url.port)]),
    '--',
    url.user === null ? url.host : `${url.user}@${url.host}`,
  ];
  const said = parse(await runQuietly(ssh, args, context, agentVariable(context)));
  const one = (key: string): string => said.get(key)?.[0] ?? '';
  for (const key of ['proxycommand', 'proxyjump'])
    if (!['', 'none'].includes(one(key)))
      return {
        refuse: `your ssh settings reach ${url.host} through another program or host (${key === 'proxyjump' ? 'ProxyJump' : 'ProxyCommand'}), which guard does not start`,
        safer: 'Run it outside of the session',
      };
  const host = one('hostname').toLowerCase();
  const port = Number(one('port'));
  const user = one('user');
  if (isIP(host))
    return {
      refuse: `your ssh settings give ${url.host} an address, and guard reaches hosts by name`,
      safer: `Have HostName name it, and place the name with network.hosts`,
    };
  if (!/^[a-z0-9](?:[a-z0-9._-]{0,251}[a-z0-9])?$/.test(host) || !(port > 0 && port < 65_536))
    return { refuse: `ssh does not say where ${url.host} is`, safer: 'Look at `ssh -G` for it' };
  const here = (path: string): string => expand(path, passwd, context.home);
  const usable = (path: string): boolean => path.startsWith('/') && isOutside(path, context);
  const identities = (said.get('identityfile') ?? []).map(here).filter(usable);
  const certificates = (said.get('certificatefile') ?? []).map(here).filter(usable);
  const known = ['userknownhostsfile', 'globalknownhostsfile']
    .flatMap((key) => one(key).split(' '))
    .map(here)
    .filter(usable);
  const agent = agentSocket(one('identityagent'), here, context);
  if (!identities.length && agent === null)
    return {
      refuse: `no ssh key for ${url.host} and no ssh agent is on this machine`,
      safer: 'Make a key with ssh-keygen, or start ssh-agent, outside of the session',
    };
  const settings = [
    ['HostName', host],
    ['Port', String(port)],
    ['User', user],
    ...identities.map((path) => ['IdentityFile', path]),
    ...(identities.length ? [] : [['IdentityFile', 'none']]),
    ...certificates.map((path) => ['CertificateFile', path]),
    ['IdentityAgent', agent ?? 'none'],
    ['StrictHostKeyChecking', strictness(one('stricthostkeychecking'))],
    ['UserKnownHostsFile', ...(known.length ? known : ['none'])],
    ['GlobalKnownHostsFile', 'none'],
    ...(one('hostkeyalias') ? [['HostKeyAlias', one('hostkeyalias')]] : []),
    ...CARRIED.filter((key) => one(key)).map((key) => [key, ...one(key).split(' ')]),
  ];
  if (settings.flat().some((word) => /["\\\u0000-\u001f]/.test(word)))
    return {
      refuse: `your ssh settings for ${url.host} have a quotation mark or a control character`,
      safer: 'Run it outside of the session',
    };
  const shown = [...identities.map((path) => withTilde(path, context.home))];
  if (agent !== null) shown.push('the ssh agent');
  return {
    host: { host, port },
    user,
    files: [
      ...new Set([
        ...identities,
        ...identities.flatMap((path) => [`${path}.pub`, `${path}-cert.pub`]).filter(usable),
        ...certificates,
        ...known,
      ]),
    ],
    sockets: agent === null ? [] : [agent],
    env: agent === null ? {} : { SSH_AUTH_SOCK: agent },
    generated: {
      path: join(passwd, '.ssh', 'config'),
      content: `${NEWER}Host *\n${settings.map(settingLine).join('')}${FIXED}`,
    },
    facts: [
      { label: 'as', text: `${user} at ${host}, port ${port}` },
      { label: 'with', text: shown.join(', ') },
    ],
  };
}

function settingLine([name = '', ...values]: string[]): string {
  return `  ${name} ${values.map((value) => (/[\s#]/.test(value) ? `"${value}"` : value)).join(' ')}\n`;
}

/** `ssh -G`: a setting in lower case and its values, one line each. */
function parse(output: string): Map<string, string[]> {
  const said = new Map<string, string[]>();
  for (const line of output.split('\n')) {
    const space = line.indexOf(' ');
    if (space < 0) continue;
    const key = line.slice(0, space).toLowerCase();
    said.set(key, [...(said.get(key) ?? []), line.slice(space + 1)]);
  }
  return said;
}

/** Asking becomes refusing: nobody could answer there. */
function strictness(value: string): string {
  if (value === 'accept-new') return value;
  return ['no', 'off', 'false'].includes(value) ? 'no' : 'yes';
}

function expand(path: string, passwd: string, home: string): string {
  if (path.startsWith('~/')) return join(home, path.slice(2));
  return path.startsWith(`${passwd}/`) ? join(home, path.slice(passwd.length + 1)) : path;
}

function agentVariable({ env }: BrokerContext): Record<string, string> {
  return env.SSH_AUTH_SOCK === undefined ? {} : { SSH_AUTH_SOCK: env.SSH_AUTH_SOCK };
}

/** ssh_config(5), IdentityAgent: a path, `none`, or the name of a variable. */
function agentSocket(
  written: string,
  here: (path: string) => string,
  context: BrokerContext,
): string | null {
  if (written === 'none') return null;
  const variable =
    written === '' || written === 'SSH_AUTH_SOCK'
      ? 'SSH_AUTH_SOCK'
      : /^\$\{?(\w+)\}?$/.exec(written)?.[1];
  const path = variable === undefined ? here(written) : context.env[variable];
  return path !== undefined && isSocket(path, context) ? path : null;
}
