import type { Detector, Match, Tier } from '../engine/detector.ts';
import { exampleKind } from './example-values.ts';
import { languageOf } from './paths.ts';
import { tierNear } from './real-values.ts';
import { drawnAtRandom } from './value-strength.ts';

/** `Server=…;User Id=…;Password=…;` of ADO.NET, ODBC, JDBC and OLE DB, `AccountKey=…` of Azure, and libpq's `password=… host=…`. */
export const CONNECTION_STRING: Detector = {
  id: 'connection.password',
  tier: 'likely',
  words: [
    'password=',
    'pwd=',
    'accountkey=',
    'sharedaccesskey=',
    'passwd=',
    'password =',
    'pwd =',
    'sharedsecretvalue=',
  ],
  reach: { before: 320, after: 520 },
  rank: 0,
  look({ text, at, end, path }): readonly Match[] {
    const word = text.slice(at, end).replace(/\s?=$/, '').toLowerCase();
    const key = word === 'accountkey' || word.startsWith('shared');
    // Redis: `host:6379,password=…,ssl=True`.
    const redis = /:\d{2,5},(?:[\w ]{1,30}=[^,\s]{1,60},){0,4}$/.test(
      text.slice(Math.max(0, at - 240), at),
    );
    const value = redis ? fieldAt(text, end)?.split(',')[0] : fieldAt(text, end);
    if (value === undefined) return [];
    const stop = end + value.length;
    if (!key && !redis && !amongFields(text.slice(0, at), text.slice(stop, stop + 80))) return [];
    const content = value.trim().replace(/^['"{]|['"}]$/g, '');
    // `user = a; password = b;` of a program: names, not fields.
    if (!key && /\s/.test(text[end] ?? '') && /^[A-Za-z_$][\w$.]*$/.test(content)) return [];
    const start = end + value.indexOf(content);
    const tier = key ? keyTier(content) : passwordTier(content, languageOf(path) === 'code');
    const known = tier && tierNear({ text, path }, tier, { value: content, at: start });
    return known ? [{ start, end: start + content.length, tier: known }] : [];
  },
};

/** Up to the `;`, the end of the literal, or, for libpq, white space. */
const FIELD = /[ \t]?(?:'[^'\r\n]{1,200}'|\{[^}\r\n]{1,200}\}|[^;"'`\s<>&\\]{1,400})/y;

function fieldAt(text: string, at: number): string | undefined {
  FIELD.lastIndex = at;
  return FIELD.exec(text)?.[0];
}

/** Names of the fields that a connection string has beside the password. */
const OTHERS =
  'server|data source|host|hostaddr|address|addr|network address|user id|userid|uid|user|username|user name|database|initial catalog|dbname|port|driver|dsn|endpoint|provider|integrated security|persist security info|ssl ?mode|trusted_connection|account|timeout|pooling|encrypt|charset|defaultendpointsprotocol|accountname|sharedaccesskeyname|abortconnect|ssl|trustservercertificate|multipleactiveresultsets|connection timeout|max pool size|application name';
const OTHER_FIELD = new RegExp(`(?:^|[;\\s])(?:${OTHERS})\\s?=`, 'i');
const FIELD_BEHIND = new RegExp(`^['"}]?[;\\s]\\s{0,4}(?:${OTHERS})\\s?=`, 'i');

/** Fields of one string: in the same literal or, in a file of settings, on the same line. */
function amongFields(before: string, behind: string): boolean {
  const line = before.slice(before.lastIndexOf('\n') + 1);
  const literal = line.slice(line.search(/[^"'`<>(]{0,320}$/));
  return FIELD_BEHIND.test(behind) || (/[;\s]$/.test(literal) && OTHER_FIELD.test(literal));
}

function passwordTier(value: string, code: boolean): Tier | undefined {
  const kind = exampleKind(value);
  if (kind === 'placeholder' || value.length < 4 || /^\w+=$/.test(value)) return undefined;
  if (kind === 'common' || /^[a-z]+$|^[A-Z][a-z]+$/.test(value)) return code ? undefined : 'weak';
  return /^\w+\.[A-Za-z_]+$|[()]/.test(value) ? 'weak' : 'likely';
}

function keyTier(value: string): Tier | undefined {
  return !exampleKind(value) && value.length >= 20 && drawnAtRandom(value.replace(/[=]+$/, ''))
    ? 'likely'
    : undefined;
}
