import type { Match } from '../../engine/detector.ts';
import { bounded, settings, wholeFile, type Format } from '../format.ts';
import { linesOf } from '../field.ts';
import { jsonFields } from '../json-fields.ts';
import { isSqlite } from './clouds.ts';

/** Netscape's format: seven fields between tabs, the last one the value (curl(1), `--cookie-jar`). */
function readCookies(text: string): Match[] {
  const source = bounded(text);
  const found: Match[] = [];
  for (const { start, end } of linesOf(source)) {
    const line = source.slice(start, Math.min(end, start + 16_384));
    const match =
      /^(?:#HttpOnly_)?[^#\t][^\t]*\t(?:TRUE|FALSE)\t[^\t]*\t(?:TRUE|FALSE)\t\d+\t[^\t]+\t(?=\S)/i.exec(
        line,
      );
    if (match && end - start - match[0].length >= 8)
      found.push({ start: start + match[0].length, end });
  }
  return found;
}

/** What Playwright and Puppeteer save of a browser that is logged in. */
const storageState = settings(
  jsonFields,
  ({ name, above }) =>
    name === 'value' && /^(?:cookies|localStorage|origins)$/.test(above.at(-1) ?? ''),
  (value) => value.length >= 16,
);

export const SESSION_FORMATS: readonly Format[] = [
  {
    id: 'file.cookies',
    at: [
      'cookies.txt',
      'cookie.txt',
      'cookies-*.txt',
      '.cookies',
      'cookiejar',
      'cookie-jar.txt',
      'cookiejar.txt',
    ],
    read: readCookies,
  },
  {
    id: 'file.browser-state',
    tier: 'likely',
    at: ['storagestate.json', 'storage_state.json', '.auth/*.json', 'playwright/.auth/*.json'],
    read: storageState,
  },
  {
    id: 'file.browser-store',
    whole: true,
    at: [
      'cookies.sqlite',
      'key4.db',
      'key3.db',
      'cookies',
      'cookies.db',
      'login data',
      'login data for account',
      'web data',
      'signons.sqlite',
    ],
    read: wholeFile(isSqlite),
  },
  {
    id: 'file.firefox-logins',
    at: ['logins.json', 'logins-backup.json', 'signedinuser.json'],
    read: settings(jsonFields, [
      'encryptedUsername',
      'encryptedPassword',
      'sessionToken',
      'kSync',
      'kXCS',
      'scopedKeys',
      'keyFetchToken',
    ]),
  },
  {
    id: 'file.keyring',
    whole: true,
    at: ['*.keyring', 'login.keyring', '*.kwl', '*.keychain', '*.keychain-db'],
    read: wholeFile(
      (text) => /^(?:GnomeKeyring|KWALLET|kych)/.test(text) || /^\[keyring\]/.test(text),
    ),
  },
  { id: 'file.telegram', whole: true, at: ['*.session'], read: wholeFile(isSqlite) },
  {
    id: 'file.shadow',
    at: ['etc/shadow', 'etc/gshadow', 'shadow', 'shadow.bak'],
    read: readShadow,
  },
];

/** shadow(5): the second field, where it is a hash and no `*` or `!`. */
function readShadow(text: string): Match[] {
  return [...bounded(text).matchAll(/^[^:\s]{1,64}:!?(\$[^:\s]{8,512}):/gm)].map((match) => {
    const end = match.index + match[0].length - 1;
    return { start: end - (match[1] ?? '').length, end };
  });
}
