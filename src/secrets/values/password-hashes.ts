import type { Detector } from '../engine/detector.ts';
import { tierAt } from './paths.ts';

/** crypt(5), PHC strings, Apache's htpasswd, RFC 2307, Django. From a hash a weak password can be guessed. */
const HASH =
  /\$2[abxy]\$\d\d\$[./A-Za-z0-9]{53}|\$(?:1|apr1)\$[^$\s]{1,8}\$[./A-Za-z0-9]{22}|\$5\$(?:rounds=\d{1,9}\$)?[^$\s]{1,16}\$[./A-Za-z0-9]{43}|\$6\$(?:rounds=\d{1,9}\$)?[^$\s]{1,16}\$[./A-Za-z0-9]{86}|\$y\$[./A-Za-z0-9]{1,8}\$[./A-Za-z0-9]{1,86}\$[./A-Za-z0-9]{43}|\$argon2(?:id|i|d)\$[\w$,=.-]{8,64}\$[A-Za-z0-9+/]{11,86}\$[A-Za-z0-9+/]{22,172}|\{S?SHA(?:256|512)?\}[A-Za-z0-9+/]{26,172}={0,2}|pbkdf2_sha\d{1,3}\$\d{1,9}\$[^$\s]{1,64}\$[A-Za-z0-9+/]{20,172}={0,2}/iy;

export const PASSWORD_HASH: Detector = {
  id: 'password.hash',
  tier: 'weak',
  words: [
    '$2a$',
    '$2b$',
    '$2y$',
    '$2x$',
    '$1$',
    '$apr1$',
    '$5$',
    '$6$',
    '$y$',
    '$argon2',
    '{ssha',
    '{sha',
    'pbkdf2_sha',
  ],
  reach: { before: 0, after: 300 },
  rank: 0,
  look({ text, at, path }) {
    HASH.lastIndex = at;
    const hash = HASH.exec(text)?.[0];
    const tier =
      hash === undefined || /x{8}|\.{8}|X{8}/.test(hash) ? undefined : tierAt(path, 'weak');
    return hash !== undefined && tier ? [{ start: at, end: at + hash.length, tier }] : [];
  },
};
