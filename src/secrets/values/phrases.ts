import type { Detector, Hit, Match, Tier } from '../engine/detector.ts';
import { argumentTier } from './commands.ts';
import { lineStart } from './literals.ts';
import { isChosen, tierNear } from './real-values.ts';

/** Words of a command or a directive, in an order of its own, behind which a password stands without a name for it. */
interface Phrase {
  words: readonly string[];
  /** From the word on; `v` is the password. */
  shape: RegExp;
  /** What must stand in the text before the word. */
  before?: RegExp;
  /** The place is used for much else: likely only what has letters and digits, at least. */
  unsure?: true;
}

const V = String.raw`\\?["']?(?<v>[^\s"'${'`'}\\|;&<>()]{4,128})`;
/** Up to the end of the command, with the options between. */
const NEAR = String.raw`[^\r\n|;&]{0,200}?`;
const phrase = (words: readonly string[], shape: string, more: Partial<Phrase> = {}): Phrase => ({
  words,
  shape: new RegExp(shape, 'diy'),
  ...more,
});

const PHRASES: readonly Phrase[] = [
  // Oracle's tools: `user/password@service`.
  phrase(
    ['sqlplus ', 'impdp ', 'expdp ', 'sqlldr ', 'rman '],
    String.raw`\w{3,8}(?:[ \t]{1,4}-\w{1,8}){0,4}[ \t]{1,4}(?:target[ \t]{1,4}|userid=|control=\S{1,60}[ \t]{1,4}){0,2}\\?["']?[\w$.]{1,60}\/\\?"?(?<v>[^\s"'@/\\|;&<>]{4,128})(?=\\?"?(?:@|\s|["']|$))`,
    { unsure: true },
  ),
  phrase(
    ['lftp ', 'lftp\t'],
    String.raw`lftp\b${NEAR}\s-u[ \t]{0,4}\\?["']?[^\s,"']{1,100},(?<v>[^\s"'${'`'}\\|;&<>()]{4,128})`,
  ),
  // enc(1): `-k password`; of other commands of openssl it is something else.
  phrase(
    ['openssl '],
    String.raw`openssl[ \t]{1,4}(?:enc|aes|des|camellia|aria|bf|rc[245]|chacha)[\w-]{0,24}\b${NEAR}\s-k[ \t]{1,4}${V}`,
  ),
  phrase(
    ['net use'],
    String.raw`net use\b[^\r\n]{0,160}?\/u(?:ser)?:\S{1,100}[ \t]{1,4}(?![/])${V}`,
  ),
  phrase(
    ['net use'],
    String.raw`net use[ \t]{1,4}\S{1,60}[ \t]{1,4}(?:\\\\\S{1,200}[ \t]{1,4})?(?![/\\])${V}[ \t]{1,4}\/u(?:ser)?:`,
  ),
  phrase(
    ['net user ', 'net1 user '],
    String.raw`net1? user[ \t]{1,4}\S{1,60}[ \t]{1,4}(?![/*])${V}[ \t]{1,4}\/add`,
  ),
  phrase(
    ['cmdkey ', 'xfreerdp ', 'wfreerdp ', 'mstsc '],
    String.raw`\w{5,8}\b[^\r\n]{0,200}?\s\/p(?:ass)?:${V}`,
  ),
  phrase(['signtool '], String.raw`signtool[ \t]{1,4}sign\b[^\r\n]{0,200}?\s\/p[ \t]{1,4}${V}`),
  // expect(1): what is sent when a password was asked for.
  phrase(
    ['send '],
    String.raw`send[ \t]{1,4}(?:--[ \t]{1,4})?\\?["{](?<v>[^"\\\r\n{}$ ]{4,128})\\{1,2}[rn]`,
    {
      before: /(?:assword|assphrase|asscode)[^\r\n]{0,40}(?:\r?\n)?[^\r\n]{0,60}$/,
    },
  ),
  // Kickstart, and the answers of debconf(7): owner, question, type, value.
  phrase(
    ['rootpw '],
    String.raw`rootpw(?:[ \t]{1,4}--(?:plaintext|allow-ssh|lock)){0,3}[ \t]{1,4}(?!-)${V}`,
  ),
  phrase(
    [
      'password password ',
      'password-again password ',
      'password_again password ',
      'password\tpassword',
    ],
    String.raw`password(?:[_-]again)?[ \t]{1,4}password[ \t]{1,4}${V}[ \t]{0,8}(?=["'\r\n]|$)`,
    {
      before:
        /^[\w:-]{1,60}[ \t]{1,8}[\w/-]{2,80}$|^[^\r\n]{0,80}["'][\w:-]{1,60}[ \t]{1,8}[\w/-]{2,80}$/,
    },
  ),
  // Routers: `enable password`, `username … password 0 …`, `snmp-server community …`; `0` is plain, `7` can be read back.
  phrase(
    ['enable password ', 'enable secret '],
    String.raw`enable (?:password|secret)(?: level \d{1,2})?(?: [07])? (?!\d )${V}[ \t]{0,8}(?=[\r\n]|$)`,
    { before: /^[ \t]{0,8}$/ },
  ),
  phrase(
    ['password 0 ', 'password 7 ', 'secret 0 ', 'key 0 ', 'key 7 ', 'ascii 0 ', 'ascii 7 '],
    String.raw`\w{3,8} [07] ${V}[ \t]{0,8}(?=[\r\n]|$)`,
    { before: /^[ \t]{0,8}(?:[\w.:/-]{1,40} ){0,8}$/ },
  ),
  phrase(
    ['username '],
    String.raw`username \S{1,60}(?: privilege \d{1,2})? (?:password|secret) (?!\d )${V}[ \t]{0,8}(?=[\r\n]|$)`,
    {
      before: /^[ \t]{0,8}$/,
      unsure: true,
    },
  ),
  phrase(
    ['snmp-server community ', 'snmp community ', 'rocommunity ', 'rwcommunity '],
    String.raw`(?:snmp(?:-server)?[ \t]community|r[ow]community)[ \t]{1,4}(?!(?:public|private|default|encrypted)\b)${V}(?=[ \t\r\n]|$)`,
    { before: /^[ \t]{0,8}(?:set[ \t])?$/ },
  ),
  phrase(
    [
      'isakmp key ',
      'tacacs-server key ',
      'radius-server key ',
      'chap password ',
      'pap password ',
      'wpa-passphrase ',
    ],
    String.raw`[\w-]{3,14} (?:key|password|passphrase) (?!\d )${V}(?=[ \t\r\n]|$)`,
    { before: /^[ \t]{0,8}(?:[\w.:/-]{1,40} ){0,4}$/, unsure: true },
  ),
  // SQL Server's procedures with their arguments by place.
  phrase(
    ['sp_addlinkedsrvlogin'],
    String.raw`sp_addlinkedsrvlogin\s{1,8}(?:N?(?:'[^'\r\n]{0,128}'|\w{1,20})\s{0,4},\s{0,8}){4}N?'(?<v>[^'\r\n]{4,128})'`,
  ),
  phrase(
    ['sp_addlogin'],
    String.raw`sp_addlogin\s{1,8}N?'[^'\r\n]{1,128}'\s{0,4},\s{0,8}N?'(?<v>[^'\r\n]{4,128})'`,
  ),
  phrase(['connect to '], String.raw`connect to \S{1,60} user \S{1,60} using ${V}`),
  phrase(['mysqladmin '], String.raw`mysqladmin\b${NEAR}\spassword[ \t]{1,4}(?!-)${V}`, {
    unsure: true,
  }),
  phrase(
    ['rabbitmqctl '],
    String.raw`rabbitmqctl\b${NEAR}\s(?:add_user|change_password)[ \t]{1,4}\S{1,60}[ \t]{1,4}${V}`,
  ),
  phrase(['nmcli '], String.raw`nmcli\b${NEAR}\spassword[ \t]{1,4}${V}`),
  phrase(
    ['wpa_passphrase '],
    String.raw`wpa_passphrase[ \t]{1,4}(?:"[^"\r\n]{1,40}"|\S{1,40})[ \t]{1,4}${V}`,
  ),
  phrase(['user_pw ', 'owner_pw '], String.raw`\w{5,6}_?pw[ \t]{1,4}${V}`, { unsure: true }),
];

const BY_WORD = new Map<string, Phrase[]>();
for (const one of PHRASES)
  for (const word of one.words) BY_WORD.set(word, [...(BY_WORD.get(word) ?? []), one]);

/** Commands and directives that give a password by its place alone. */
export const PHRASE_PASSWORD: Detector = {
  id: 'command.password',
  tier: 'likely',
  words: [...BY_WORD.keys()],
  bounded: { before: false },
  reach: { before: 320, after: 480 },
  rank: 0,
  look: lookAtPhrase,
};

function lookAtPhrase({ text, at, end, path }: Hit): readonly Match[] {
  if (/\w/.test(text[at - 1] ?? '') && !/[/-]/.test(text.slice(at, at + 12))) return [];
  for (const { shape, before, unsure } of BY_WORD.get(text.slice(at, end).toLowerCase()) ?? []) {
    shape.lastIndex = at;
    const span = shape.exec(text)?.indices?.groups?.['v'];
    if (!span) continue;
    const from = before?.source.startsWith('^') ? lineStart(text, at) : Math.max(0, at - 240);
    if (before && !before.test(text.slice(from, at))) continue;
    const [start, stop] = span;
    const value = text.slice(start, stop);
    const tier = phraseTier(value, unsure === true);
    const known = tier && tierNear({ text, path }, tier, { value, at: start });
    if (known) return [{ start, end: stop, tier: known }];
  }
  return [];
}

function phraseTier(value: string, unsure: boolean): Tier | undefined {
  const tier = argumentTier(value);
  if (!tier || (unsure && tier === 'weak') || /^[\w-]+\.[a-z]{2,4}$/.test(value)) return undefined;
  return unsure && !isChosen(value) ? undefined : tier;
}
