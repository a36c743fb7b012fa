import type { Match } from '../../engine/detector.ts';
import { firstCharacter, linesOf, trimmed } from '../field.ts';
import { bounded, inOrder, wholeFile, type Format } from '../format.ts';
import { isSecretValue } from '../secret-part.ts';
import { pemBodies } from './pem.ts';

/** A DER sequence of a length as long as the file, which begins with a version: PKCS #8, PKCS #1, SEC 1, PKCS #12. */
function isDerKey(text: string): boolean {
  return /^\x30(?:[\x01-\x7f]|\x81.|\x82..|\x83...|\x80)\x02\x01[\0\x01\x03]/s.test(
    text.slice(0, 16),
  );
}

/** PKCS #12 (RFC 7292): version 3. JKS, JCEKS: Java's KeyStore magic. BKS: Bouncy Castle's version 1 or 2. */
function isKeyStore(text: string): boolean {
  return (
    /^\x30(?:[\x01-\x7f]|\x81.|\x82..|\x83...|\x80)\x02\x01\x03/s.test(text.slice(0, 16)) ||
    /^(?:\xfe\xed\xfe\xed|\xce\xce\xce\xce)\0\0\0[\x01\x02]/.test(text.slice(0, 8)) ||
    (/^\0\0\0[\x01\x02]\0\0\0[\x08-\x40]/.test(text.slice(0, 8)) && text.length > 32)
  );
}

/** KeePass 1 and 2 (file signatures of its documentation). */
const isKeePass = (text: string): boolean =>
  /^\x03\xd9\xa2\x9a[\x65-\x67]\xfb\x4b\xb5/.test(text.slice(0, 8));
/** MIT Kerberos: version 5.1 or 5.2. */
const isKeytab = (text: string): boolean => /^\x05[\x01\x02]/.test(text) && text.length > 16;
/** An OpenPGP secret key packet (RFC 9580, 4.2), or GnuPG's own forms: an S-expression, "Key:" lines, a keybox. */
const isGnupgKey = (text: string): boolean =>
  /^(?:[\x94-\x97\xc5\xc7]|\(?\d*:?\(?(?:21:protected|11:private-key|20:shadowed|\d+:)|Key: |Created: |\(private-key|\(protected)/.test(
    text.slice(0, 64),
  );

/** One key for a symmetric cipher or a token: what `openssl rand` and `git-crypt` leave in `*.key`. */
function readKey(text: string): Match[] {
  const source = bounded(text);
  const keys = pemBodies(source);
  if (keys.length > 0) return keys;
  if (source.includes('-----BEGIN') || source.startsWith('PK')) return [];
  if (isDerKey(source) || source.startsWith('\0GITCRYPTKEY'))
    return [{ start: 0, end: text.length }];
  const { start, end } = trimmed(source, 0, Math.min(source.length, 4096));
  const line = source.slice(start, end);
  const single = /^(?:[0-9a-f]{32,512}|[0-9A-F]{32,512}|[A-Za-z0-9+/_-]{32,512}={0,2})$/.test(line);
  return single && source.length <= 4096 && /\d/.test(line) && isSecretValue(line)
    ? [{ start, end, tier: 'likely' }]
    : [];
}

/** PuTTY: the lines behind `Private-Lines` and the MAC (PuTTY manual, appendix C). */
function readPpk(text: string): Match[] {
  const source = bounded(text);
  if (!source.startsWith('PuTTY-User-Key-File-', firstCharacter(source))) return pemBodies(source);
  const found: Match[] = [];
  const head = /^Private-Lines: \d{1,4}\r?\n/m.exec(source);
  if (head) {
    const from = head.index + head[0].length;
    const stop = /^Private-(?:MAC|Hash):/m.exec(source.slice(from));
    found.push(trimmed(source, from, stop ? from + stop.index : source.length));
  }
  return inOrder(found);
}

/** `AGE-SECRET-KEY-1…`, a line each (age(1)). */
function readAge(text: string): Match[] {
  const source = bounded(text);
  return [...linesOf(source)]
    .map(({ start, end }) => trimmed(source, start, end))
    .filter(({ start, end }) =>
      /^AGE-(?:SECRET-KEY|PLUGIN)-[A-Z0-9-]{20,4096}$/.test(source.slice(start, end)),
    );
}

/** JSON Web Keys: the private members of RFC 7518, 6.2.2, 6.3.2 and 6.4.1. */
function readJwk(text: string): Match[] {
  const source = bounded(text);
  return inOrder(
    [...source.matchAll(/"(?:d|p|q|dp|dq|qi|k)"\s{0,16}:\s{0,16}"([A-Za-z0-9_-]{16,4096})"/g)].map(
      (match) => {
        const end = match.index + match[0].length - 1;
        return { start: end - (match[1] ?? '').length, end };
      },
    ),
  );
}

/** A user's file of NATS: a JWT and the seed (nats.io, "User credentials"). */
function readNats(text: string): Match[] {
  const source = bounded(text);
  return [...source.matchAll(/(?<![A-Z0-9])S[UAOCNX][A-Z2-7]{56}(?![A-Z0-9])/g)].map(
    ({ index }) => ({ start: index, end: index + 58 }),
  );
}

/** The encrypted key and what it was made with (Web3 Secret Storage). */
function readEthereum(text: string): Match[] {
  const match = /"ciphertext"\s{0,16}:\s{0,16}"([0-9a-fA-F]{16,4096})"/.exec(bounded(text));
  if (!match) return [];
  const end = match.index + match[0].length - 1;
  return [{ start: end - (match[1] ?? '').length, end }];
}

export const KEY_FORMATS: readonly Format[] = [
  {
    id: 'key.private',
    at: [
      'id_rsa',
      'id_dsa',
      'id_ecdsa',
      'id_ed25519',
      'id_ecdsa_sk',
      'id_ed25519_sk',
      'id_xmss',
      'identity',
      '.ssh/*',
      'ssh_host_*_key',
      '.chef/*.pem',
      '*.pem',
      '*.p8',
      '*.pk8',
      '*.asc',
      '*.priv',
      '*.private',
      'deploy_key',
      'private_key',
      'privatekey',
      'server.crt',
      '*.gpg-key',
    ],
    read: (text) => (isDerKey(text) ? [{ start: 0, end: text.length }] : pemBodies(bounded(text))),
  },
  {
    id: 'key.private',
    at: ['*.key', '*.keyfile', 'git-crypt-key', '*.git-crypt-key', '*.der'],
    read: readKey,
  },
  { id: 'key.putty', at: ['*.ppk'], read: readPpk },
  {
    id: 'key.store',
    whole: true,
    at: [
      '*.p12',
      '*.pfx',
      '*.jks',
      '*.jceks',
      '*.keystore',
      '*.bks',
      '*.bcfks',
      '*.truststore',
      'keystore',
      '.keystore',
      '*.ks',
    ],
    read: wholeFile(isKeyStore),
  },
  { id: 'key.keepass', whole: true, at: ['*.kdbx', '*.kdb'], read: wholeFile(isKeePass) },
  {
    id: 'key.keytab',
    whole: true,
    at: ['*.keytab', 'krb5.keytab', '.k5keytab'],
    read: wholeFile(isKeytab),
  },
  {
    id: 'key.kerberos-tickets',
    whole: true,
    at: ['*.ccache', 'krb5cc_*'],
    read: wholeFile((text) => /^\x05[\x03\x04]/.test(text)),
  },
  {
    id: 'key.gnupg',
    whole: true,
    at: ['secring.gpg', 'private-keys-v1.d/*.key', 'secring.kbx', '.gnupg/*.sec'],
    read: wholeFile(isGnupgKey),
  },
  {
    id: 'key.age',
    at: ['age/keys.txt', '*.agekey', 'key.txt', 'keys.txt', 'age-key.txt', '.age/*.txt'],
    read: readAge,
  },
  {
    id: 'key.jwk',
    at: [
      'jwks.json',
      'jwk.json',
      '*.jwk',
      '*.jwks',
      'private.json',
      'keys.json',
      'private-jwk.json',
    ],
    read: readJwk,
  },
  { id: 'key.nats', at: ['*.creds', '*.nk'], read: readNats },
  { id: 'key.ethereum', at: ['keystore/UTC--*', 'utc--*'], read: readEthereum },
  {
    id: 'key.password-store',
    whole: true,
    at: ['.password-store/*.gpg'],
    read: wholeFile((text) => /^[\x84\x85\xc1]/.test(text)),
  },
];
