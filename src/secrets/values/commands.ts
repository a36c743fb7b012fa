import type { Detector, Hit, Match, Tier } from '../engine/detector.ts';
import { exampleKind } from './example-values.ts';
import { tierNear } from './real-values.ts';
import { drawnAtRandom } from './value-strength.ts';

/** An argument: in quotes, or a word. Where it stands in a string, that string's quote ends it as well. */
const ARGUMENT = String.raw`(?:\\?"(?<double>[^"\r\n\\]{1,200})\\?"|\\?'(?<single>[^'\r\n\\]{1,200})\\?'|(?<word>[^\s"'${'`'}|&;<>()\\,]{1,200}))`;
const BLANK = String.raw`[ \t]{1,8}`;

/** A program and the option that takes a password or `user:password`. */
interface Command {
  program: RegExp;
  /** Behind the program, in one command. */
  option: RegExp;
  pair?: true;
}

const command = (program: string, option: string, pair?: true): Command => ({
  program: new RegExp(`(?:^|[^\\w.-])(?:${program})$`, 'i'),
  option: new RegExp(option + ARGUMENT, 'dg'),
  ...(pair ? { pair } : {}),
});

const COMMANDS: readonly Command[] = [
  command(
    'curl',
    String.raw`\s(?:-[a-zA-Z]{0,6}u[ \t]{0,4}|--(?:proxy-)?user(?:=|${BLANK})|-U${BLANK})`,
    true,
  ),
  command('https?(?=$)|httpie|xh', String.raw`\s(?:-a|--auth)(?:=|${BLANK})`, true),
  command(
    'mysql|mysqldump|mysqladmin|mysqlimport|mariadb|mariadb-dump|mariadb-admin',
    String.raw`\s-p`,
  ),
  command('sshpass', String.raw`\s-p[ \t]{0,4}`),
  command(
    'docker|podman|buildah|skopeo|helm|oras|nerdctl|crane',
    String.raw`\slogin\b[^\r\n|;&]{0,200}?\s-p${BLANK}`,
  ),
  command('redis-cli', String.raw`\s-a${BLANK}`),
  command('az', String.raw`\slogin\b[^\r\n|;&]{0,200}?\s-p${BLANK}`),
  command(
    'htpasswd',
    String.raw`\s-[a-zA-Z]{0,6}b[a-zA-Z]{0,6}${BLANK}[^\s"']{1,100}${BLANK}[^\s"']{1,60}${BLANK}`,
  ),
  command(
    'htpasswd',
    String.raw`\s-[a-zA-Z]{0,6}n[a-zA-Z]{0,3}b[a-zA-Z]{0,6}${BLANK}[^\s"']{1,60}${BLANK}`,
  ),
  command(
    'ldapsearch|ldapadd|ldapmodify|ldapdelete|ldappasswd|ldapwhoami',
    String.raw`\s-w${BLANK}`,
  ),
  command('sqlcmd|bcp', String.raw`\s-P[ \t]{0,4}`),
  command('plink|pscp|psftp|putty', String.raw`\s-pw${BLANK}`),
  command('mongo|mongosh|mongodump|mongorestore|mongoexport|mongoimport', String.raw`\s-p${BLANK}`),
  command('unzip|zip', String.raw`\s-P${BLANK}`),
  command('7za?|7zr', String.raw`\s-p`),
  command('mosquitto_pub|mosquitto_sub', String.raw`\s-P${BLANK}`),
  command('ipmitool', String.raw`\s-P${BLANK}`),
  command('smbclient|mount\\.cifs|rpcclient|net', String.raw`\s-U${BLANK}[^\s%"']{1,60}%`),
  command('clickhouse-client|influx|cqlsh|kadmin', String.raw`\s-(?:p|pw)${BLANK}`),
  command(
    'keytool|jarsigner',
    String.raw`\s-(?:store|key|deststore|srcstore|destkey|srckey)pass${BLANK}`,
  ),
  command(
    'twine|ncftp|ncftpput|ncftpget|psexec|winexe|rdesktop|hdbsql|racadm|cf|oc',
    String.raw`\s-p${BLANK}`,
  ),
  command('isql|osql|tsql', String.raw`\s-P[ \t]{0,4}`),
  command('rar|unrar', String.raw`\s-h?p`),
  command('gpg2?', String.raw`\s--passphrase(?:=|${BLANK})`),
];

const PROGRAMS =
  'curl mysql mariadb sshpass docker podman buildah skopeo helm oras nerdctl crane redis-cli htpasswd ldapsearch ldapadd ldapmodify ldapdelete ldappasswd ldapwhoami sqlcmd bcp plink pscp psftp mongo unzip mosquitto_ ipmitool smbclient mount.cifs rpcclient clickhouse-client influx cqlsh keytool jarsigner httpie ncftp psexec winexe rdesktop hdbsql racadm isql osql tsql unrar'.split(
    ' ',
  );

/** Commands in scripts, notes, pipelines and code that give a password as an argument. */
export const COMMAND_PASSWORD: Detector = {
  id: 'command.password',
  tier: 'likely',
  words: [
    ...PROGRAMS,
    'az login',
    '7z ',
    '7za ',
    'zip -',
    'https -',
    'http -',
    'gpg ',
    'twine ',
    'rar a',
    'cf login',
    'oc login',
  ],
  bounded: { before: true },
  reach: { before: 8, after: 700 },
  rank: 0,
  look: lookAtCommand,
};

/** Options of that kind in one command: `-u` of curl's servers and its proxies. */
const OPTIONS = 4;
/** The program's whole name, then the command up to its end; a backslash continues the line. */
const PROGRAM = /[\w.-]{2,24}/y;
const REST = /(?:[^\r\n\\|;&]|\\\r?\n|\\[^\r\n]|&&?(?=[\w=%.-]{1,60}["' ])){1,600}/y;

function lookAtCommand({ text, at, path }: Hit): readonly Match[] {
  PROGRAM.lastIndex = at;
  const program = PROGRAM.exec(text)?.[0] ?? '';
  const from = at + program.length;
  if (!/[\s"']/.test(text[from] ?? '')) return [];
  REST.lastIndex = from;
  const rest = REST.exec(text)?.[0];
  if (rest === undefined || !/\s-/.test(rest)) return [];
  const matches: Match[] = [];
  for (const { program: known, option, pair } of COMMANDS) {
    if (!known.test(` ${program}`)) continue;
    option.lastIndex = 0;
    for (let tries = 0; tries < OPTIONS; tries++) {
      const found = option.exec(rest);
      if (!found) break;
      const where = found.indices?.groups;
      const span = where?.['double'] ?? where?.['single'] ?? where?.['word'];
      if (!span) continue;
      const value = rest.slice(span[0], span[1]);
      const colon = pair ? value.indexOf(':') : -1;
      if (pair && (colon < 0 || value.startsWith('//', colon + 1))) continue;
      const tier = argumentTier(value.slice(colon + 1), pair ? value.slice(0, colon) : undefined);
      const start = from + span[0] + colon + 1;
      const known =
        tier && tierNear({ text, path }, tier, { value: value.slice(colon + 1), at: start });
      if (known) matches.push({ start, end: from + span[1], tier: known });
    }
  }
  return matches;
}

/** `user` is what stands before it: `curl -u TOKEN:` has its secret there. */
export function argumentTier(value: string, user?: string): Tier | undefined {
  const kind = exampleKind(value);
  if (kind === 'placeholder' || value.length < 4 || value.startsWith('-') || /^[$@%{<]/.test(value))
    return undefined;
  if (/^(?:\/|\.{1,2}\/|[a-z]+:\/\/)/.test(value)) return undefined;
  if (kind === 'common' || value === user) return 'weak';
  if (/^[A-Za-z_]+$/.test(value) && !drawnAtRandom(value)) return 'weak';
  return /^\d+$/.test(value) ? 'weak' : 'likely';
}

/** `pass:SECRET` of openssl-passphrase-options(1), `echo 'user:password' | chpasswd`, `user%password`. */
const CHPASSWD =
  /(["'])([\w.-]{1,32}:)([^"'\r\n]{4,128})\1\s{0,4}\|\s{0,4}(?:sudo\s{1,4})?chpasswd/;
const SUDO =
  /echo\s{1,4}(?:-n\s{1,4})?(["']?)([^"'|\s]{4,128})\1\s{0,4}\|\s{0,4}(?:sudo\s{1,4}-\w{0,3}S|su\b|passwd|kinit|cryptsetup|docker\s{1,4}login|gpg|sshpass|helm\s{1,4}registry|podman\s{1,4}login|az\b)/;

export const PIPED_PASSWORD: Detector = {
  id: 'command.password',
  tier: 'likely',
  words: ['chpasswd', 'sudo -', 'password-stdin', '| kinit', '--stdin'],
  reach: { before: 240, after: 24 },
  rank: 0,
  look({ text, at, path }) {
    const begin = text.lastIndexOf('\n', at - 1) + 1;
    const lineEnd = text.indexOf('\n', at);
    const line = text.slice(begin, lineEnd < 0 ? text.length : lineEnd);
    const found = CHPASSWD.exec(line) ?? SUDO.exec(line);
    if (!found) return [];
    const value = found[3] ?? found[2] ?? '';
    const tier = argumentTier(value);
    const start =
      begin +
      found.index +
      found[0].indexOf(value, found[2] === value ? 4 : (found[2] ?? '').length);
    const known = tier && tierNear({ text, path }, tier, { value, at: start });
    return known ? [{ start, end: start + value.length, tier: known }] : [];
  },
};

const OPENSSL = /pass:([^\s"'`;|&)\\]{4,128})/y;

export const OPENSSL_PASSWORD: Detector = {
  id: 'command.password',
  tier: 'likely',
  words: ['pass:'],
  bounded: { before: true },
  reach: { before: 160, after: 160 },
  rank: 0,
  look({ text, at, path }) {
    const line = text.slice(text.lastIndexOf('\n', at - 1) + 1, at);
    if (!/-pass(?:in|out|word)?\\?["']?[\s,=]{1,4}["']?$|-k\s{1,4}["']?$/.test(line)) return [];
    OPENSSL.lastIndex = at;
    const value = OPENSSL.exec(text)?.[1];
    if (value === undefined) return [];
    const tier = argumentTier(value);
    const known = tier && tierNear({ text, path }, tier, { value, at: at + 5 });
    return known ? [{ start: at + 5, end: at + 5 + value.length, tier: known }] : [];
  },
};

export const COMMAND_DETECTORS: readonly Detector[] = [
  COMMAND_PASSWORD,
  PIPED_PASSWORD,
  OPENSSL_PASSWORD,
];
