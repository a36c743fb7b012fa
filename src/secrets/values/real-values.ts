import type { Hit, Tier } from '../engine/detector.ts';
import { isExampleValue } from './example-values.ts';
import { isOrdinary, tierAt } from './paths.ts';
import { drawnAtRandom } from './value-strength.ts';

/** What a detector knows of the value it judges: itself, and where it stands in the text of the hit. */
export interface Judged {
  value: string;
  at: number;
}

/** Letters that stand for others in `P4ssw0rd` and `s3cr3t`, which are as common as what they spell. */
const SPELLED: Record<string, string> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
};
const STRONG = 12;
const CHOSEN = 8;

/**
 * The tier of a value known by its surroundings, in this file: in tests, documentation and samples it stays likely where
 * the value was drawn at random, or a host that is nobody's example stands near it and the value is not everybody's.
 */
export function tierNear(
  { text, path }: Pick<Hit, 'text' | 'path'>,
  tier: Tier,
  { value, at }: Judged,
): Tier | undefined {
  const known = tierAt(path, tier);
  if (known !== 'weak' || tier === 'weak' || isOrdinary(path)) return known;
  return isStrong(value) || (isChosen(value) && realHostNear(text, at)) ? tier : known;
}

/** The same of a value whose host is known, as that of a URL is. */
export function tierFor(path: string, tier: Tier, value: string, host: string): Tier | undefined {
  const known = tierAt(path, tier);
  if (known !== 'weak' || tier === 'weak' || isOrdinary(path)) return known;
  return isStrong(value) ||
    (isRealHost(host) && /\d/.test(value) && !isExampleValue(spelledOut(value)))
    ? tier
    : known;
}

/** No person made it up. */
export function isStrong(value: string): boolean {
  return value.length >= STRONG && drawnAtRandom(value) && !isTold(value);
}

/** Long enough, of letters and digits, and no word with a number that everybody takes: `Falcon_88!`, not `Passw0rd1`. */
export function isChosen(value: string): boolean {
  if (value.length < CHOSEN || !/\d/.test(value) || !/[A-Za-z]/.test(value) || /\s/.test(value))
    return false;
  if (/^[A-Za-z]+\d?$|^v?\d+(?:\.\d+)+/.test(value) || isTold(value)) return false;
  return !isExampleValue(value) && !isExampleValue(spelledOut(value));
}

/** Names of algorithms and encodings hold digits too. */
function isTold(value: string): boolean {
  return /^(?:sha|md|base|utf|aes|rsa|hmac|pbkdf|hs|rs|es|x)-?\d{1,4}(?![A-Za-z\d]{12})/i.test(
    value,
  );
}

function spelledOut(value: string): string {
  const end = /[\d!@#$%.*?_-]*$/.exec(value)?.[0] ?? '';
  const words = value.slice(0, value.length - end.length);
  return words.replace(/[0134577@$]/g, (sign) => SPELLED[sign] ?? sign);
}

/** Ends of names that no resolver knows, or that stand for any: RFC 2606, RFC 6761, RFC 6762, RFC 8375. */
const NO_TOP =
  /\.(?:test|local|localhost|invalid|example|localdomain|lan|home|internal|arpa|onion|domain|tld|xxx)$/;
/** Names that people give to a host, a company or a mailbox that is nobody's. */
const EXAMPLE_LABEL =
  /(?:^|[.-])(?:examples?|test\w*|foo\w*|bar|baz|qux|host\w*|server\d?|domain\d?|site|website|your\w*|my(?:[a-z]{0,3}-?(?:host|server|domain|site|app|company|corp|org|proxy|registry|db|account|project|name))\w*|some(?:where|host|domain|site|thing)\w*|acme\w*|contoso|fabrikam|company|corp|fake\w*|dummy|mock\w*|demo|sample|placeholder|abc|xyz|xxx+|abcde?f?|[a-z])\.(?:com?|net|org|edu|io|dev|app|info|biz|gov|us|uk|de|eu|co\.\w\w|com\.\w\w)$/;
/** Sites that documentation links to and hosts of tools that everybody has: near a password they say nothing. */
const EVERYBODYS =
  /(?:^|\.)(?:github\w*|gitlab|bitbucket|google\w*|gmail|googlemail|apache|w3|mozilla|microsoft\w*|wikipedia|stackoverflow|npmjs|yarnpkg|readthedocs|sourceforge|gnu|kernel|debian|ubuntu|redhat|fedoraproject|ietf|json-schema|maven|php|python|pypi|pythonhosted|ruby-lang|rubygems|perl|cpan|mysql|mariadb|postgresql|oracle|sun|java|springframework|jboss|nodejs|golang|rust-lang|crates|docker|quay|yahoo|hotmail|outlook|live|icloud|facebook|twitter|youtube|linkedin|slack|discord|openssl|openldap|samba|gnome|kde|freedesktop|jquery|unpkg|jsdelivr|cloudflare|sentry|shields|travis-ci|circleci|codecov|creativecommons|opensource|xmlsoap|openxmlformats)\.[a-z]{2,6}(?:\.[a-z]{2})?$/;
/** The first label of a page rather than of a machine. */
const PAGE =
  /^(?:www|docs?|blog|wiki|help|support|developers?|bugs|bugzilla|lists?|tools|schemas?|man)\./;

/** A name that the DNS may know, and that nobody takes for an example. Addresses and bare names of services are none. */
export function isRealHost(host: string): boolean {
  const name = host.toLowerCase().replace(/:\d{1,5}$/, '');
  if (name.length > 253 || !/^[a-z0-9](?:[\w-]{0,62}\.){1,8}[a-z]{2,12}$/.test(name)) return false;
  return !NO_TOP.test(name) && !EXAMPLE_LABEL.test(name);
}

const NEAR = { before: 240, after: 320 };
/** A host of three labels, or one of two behind `@` or `//`; members of programs have no such ends. */
const HOST_IN_TEXT =
  /(?<![\w.-])(?:[a-z0-9][a-z0-9-]{0,62}\.){1,6}(?:com?|net|org|io|dev|cloud|app|info|biz|tech|ai|eu|de|fr|nl|ch|at|be|it|es|pl|se|no|dk|fi|cz|us|ca|uk|au|nz|jp|cn|kr|in|br|ru|me|tv)(?![\w-]|\.\w|\()/gi;

/** Does a host that is nobody's example stand near this place, at most some lines away? */
export function realHostNear(text: string, at: number): boolean {
  const from = Math.max(0, at - NEAR.before);
  const piece = text.slice(from, at + NEAR.after);
  for (const { 0: host, index } of piece.matchAll(HOST_IN_TEXT)) {
    const mailOrUrl = /[@/\\]$/.test(piece.slice(0, index));
    if (!mailOrUrl && host.split('.').length < 3) continue;
    const name = host.toLowerCase();
    if (isRealHost(name) && !EVERYBODYS.test(name) && !PAGE.test(name)) return true;
  }
  return false;
}
