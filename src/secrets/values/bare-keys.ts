import type { Detector, Hit, Match } from '../engine/detector.ts';
import { exampleKind } from './example-values.ts';
import { isOrdinary, tierAt } from './paths.ts';
import { drawnAtRandom } from './value-strength.ts';

/**
 * The first bytes of DER in base64, as far as they are the same for every key: PKCS #8 (RFC 5958) of RSA, NIST's curves,
 * Ed25519 and X25519, PKCS #1 (RFC 8017, A.1.2), SEC 1 (RFC 5915). Public keys and certificates begin otherwise.
 */
const DER =
  /MII[A-Za-z0-9+/]{3}IBADAN(?:BgkqhkiG9w0BAQEFAAS)|MIICdgIBADANBgkq|MII[A-Za-z0-9+/]{3}IBAAKC|MII[A-Za-z0-9+/]{3}IBAAKB|MIIB[A-Za-z0-9+/]{2}IBAAJB|MI(?:GHAgEAMBMG|G2AgEAMBAG|HuAgEAMBAG|G[A-Za-z0-9+/]AgEAMB[A-Za-z]G)ByqGSM49AgEG|MC4CAQAwBQYDK2V[wu]BCIEI|M(?:HcCAQEEI|IGkAgEBBD|IHcAgEBBE)/y;
/** What of it all have behind the length, by which it is found. */
const WORDS = [
  'ibadanbgkqhkig9w0b',
  'ibaakc',
  'ibaakb',
  'ibaajb',
  'byqgsm49ageg',
  'mc4caqawbqydk2v',
  'mhccaqeei',
  'migkagebbd',
  'mihcagebbe',
];
/** Characters between the beginning and such a word. */
const LEAD = 16;
/** An RSA key of 16,384 bits in base64 is 12.6 kB; quotes, `\n` and signs between its lines add to it. */
const LONGEST = 24_000;
const SHORTEST = 64;
const BODY =
  /[A-Za-z0-9+/]{16,8192}(?:(?:\\{1,3}[nr]|[\s"'+,.\\]){1,40}[A-Za-z0-9+/]{1,8192}){0,400}={0,2}/y;

/** What stands between the lines of a wrapped one; a sign of concatenation is a character of base64 elsewhere. */
const NOT_CODED = /\\+[nr]|[^A-Za-z0-9+/=]|(?<=[\s"'])\+(?=[\s"'])/g;

/** A private key without the lines that frame one: base64 of its DER in a literal or a setting, whole, wrapped or cut off. */
export const DER_KEY: Detector = {
  id: 'key.der',
  tier: 'certain',
  words: WORDS,
  reach: { before: 96, after: LONGEST },
  rank: 0,
  look: lookAtDer,
};

function lookAtDer({ text, at }: Hit): readonly Match[] {
  for (let start = at; start >= Math.max(0, at - LEAD); start--) {
    DER.lastIndex = start;
    if (text[start] !== 'M' || !DER.test(text)) continue;
    // Inside other base64 it is chance, inside a frame others know better.
    if (
      /[\w+/=]$|-----[^-]{0,8}$/.test(text.slice(Math.max(0, start - 64), start)) &&
      !/\\[nr]$/.test(text.slice(0, start))
    )
      return [];
    BODY.lastIndex = start;
    const body = BODY.exec(text)?.[0] ?? '';
    const length = keyLength(body);
    const key = body.replace(NOT_CODED, '').slice(0, length);
    if (
      key.length < SHORTEST ||
      new Set(key.slice(32, 2048)).size < 16 ||
      !drawnAtRandom(key.slice(-40).replace(/=+$/, ''))
    )
      return [];
    return [{ start, end: start + reach(body, length) }];
  }
  return [];
}

/** Characters of base64 that a key has whose DER begins so: its own length, of one byte or two behind the first (X.690, 8.1.3). */
function keyLength(body: string): number {
  const head = Buffer.from(body.slice(0, 8), 'base64');
  const first = head[1] ?? 0;
  const bytes =
    first < 0x80 ? first + 2 : first === 0x81 ? (head[2] ?? 0) + 3 : head.readUInt16BE(2) + 4;
  return Math.ceil(bytes / 3) * 4;
}

/** Where in the text of the body the last of so many characters stands. What goes on behind is none of the key. */
function reach(body: string, length: number): number {
  NOT_CODED.lastIndex = 0;
  let end = 0;
  let count = 0;
  for (const { 0: gap, index } of body.matchAll(NOT_CODED)) {
    const run = index - end;
    if (count + run >= length) return end + length - count;
    count += run;
    end = index + gap.length;
  }
  return Math.min(body.length, end + length - count);
}

/** A key of secp256k1: 32 bytes. A name, a list of accounts, or a function that takes one must say so: hashes look the same. */
const NAMES = [
  ...[
    'private_key',
    'privatekey',
    'private-key',
    'privkey',
    'priv_key',
    'deployer_key',
    'deployerkey',
  ],
  ...['wallet_key', 'walletkey', 'signer_key', 'signerkey', 'owner_key', 'ownerkey', 'accounts'],
];
const TAKERS = ['wallet(', 'privatekeytoaccount(', 'from_key(', 'vm.addr(', 'startbroadcast('];
/** Between a name and its value: a type, the sign, `process.env.KEY ||`, the beginning of a list. */
const SIGN =
  /(?:s|_\w{1,24})?["'\]]{0,2}(?:[ \t]{0,4}:[ \t]{0,4}[A-Za-z`{}$]{1,24}(?=[ \t]{0,4}=))?(?:[ \t]{0,8}(?:=>|:=|=|:)[ \t]{0,8}|[ \t]{1,4})(?:[\w.!]{1,60}[ \t]{0,4}(?:\|\||\?\?)[ \t]{0,4})?\[?/y;
const KEY = /[\s,]{0,60}["'`]?0x([0-9a-f]{64})(?![0-9a-f])["'`]?/iy;
const KEYS = 12;

export const ETHEREUM_KEY: Detector = {
  id: 'key.ethereum',
  tier: 'likely',
  words: [...NAMES, ...TAKERS],
  reach: { before: 1, after: 1200 },
  rank: 1,
  look({ text, at, end, path }) {
    let position = end;
    if (!text.slice(at, end).endsWith('(')) {
      SIGN.lastIndex = end;
      if (!SIGN.test(text)) return [];
      position = SIGN.lastIndex;
    }
    // What it opens is a wallet, in tests as well; those that development networks give to all are known by value.
    const tier = isOrdinary(path) ? tierAt(path, 'likely') : 'likely';
    const matches: Match[] = [];
    while (matches.length < KEYS) {
      KEY.lastIndex = position;
      const found = KEY.exec(text);
      const digits = found?.[1];
      if (!found || digits === undefined) break;
      const start = position + found[0].indexOf(digits) - 2;
      position = KEY.lastIndex;
      if (tier && drawnAtRandom(digits) && !exampleKind(digits))
        matches.push({ start, end: start + 66, tier });
    }
    return matches;
  },
};
