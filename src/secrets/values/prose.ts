import type { Detector, Hit, Match } from '../engine/detector.ts';
import { languageOf, pathTraits } from './paths.ts';
import { isChosen, tierNear } from './real-values.ts';
import { valueTier } from './value-strength.ts';

/** In marks of Markdown or between typographic quotes, which are three bytes each. */
const MARKED =
  /(?:\*\*|__)?[ \t]{0,2}(?::|is)?[ \t]{0,3}(?:\*\*|__)?[ \t]{0,3}(?:`{1,2}(?<code>[^\s`<>]{4,128})`|(?:\*\*|\xe2\x80[\x98\x9c\x9e]|\xc2\xab)(?<v>[^\s`*\xe2\xc2<>]{4,128})(?:\*\*|\xe2\x80|\xc2\xbb))/dy;
/** `A temporary password is generated for root@localhost: …`, `password for admin set to: …`. */
const GENERATED =
  /(?:[ \t]{1,2}[\w@.()'%-]{1,48}){1,8}:[ \t]{1,2}(?<v>[^\s"'<>]{6,128})[ \t]{0,8}(?=[\r\n]|$)/dy;
/** `Login: mail@host / …`, `credentials: admin:…`. */
const LOGIN =
  /s?(?:\*\*|__)?:(?:\*\*|__)?[ \t]{1,4}[`"'*]{0,2}[\w.+@-]{2,64}[`"'*]{0,2}(?:[ \t]{0,2}[/|][ \t]{0,2}|[ \t]{0,1}:[ \t]{0,1})[`"'*]{0,2}(?<v>[^\s`"'<>*]{4,128})/dy;

const PASSWORDS = ['password', 'passwd', 'passwort', 'passphrase', 'kennwort'];
const LOGINS = ['login', 'credential', 'account', 'creds'];

/** What people tell each other in notes, pages and messages of programs. In documentation it is meant as in any other file. */
export const TOLD_PASSWORD: Detector = {
  id: 'password.assignment',
  tier: 'likely',
  words: [...PASSWORDS, ...LOGINS],
  reach: { before: 120, after: 560 },
  rank: 0,
  look: lookAtProse,
};

function lookAtProse(hit: Hit): readonly Match[] {
  const { text, at, end, path } = hit;
  if (languageOf(path) === 'code' && !inComment(text, at)) return [];
  const { lock, localisation, generated, dependency, sample, test } = pathTraits(path);
  if (lock || localisation || generated) return [];
  const told = LOGINS.includes(text.slice(at, end).toLowerCase()) ? [LOGIN] : [MARKED, GENERATED];
  for (const shape of told) {
    shape.lastIndex = end;
    const groups = shape.exec(text)?.indices?.groups;
    const span = groups?.['code'] ?? groups?.['v'];
    if (!span) continue;
    const written = text.slice(span[0], span[1]);
    const value = groups?.['code'] ? written : written.replace(/[).,;]+$/, '');
    if (!valueTier('password', value, { quoted: true, settings: false })) continue;
    const chosen = isChosen(value);
    if (shape !== MARKED && !chosen) continue;
    if (!chosen && !/\d/.test(value)) continue;
    const meant = chosen && !dependency && !sample ? 'likely' : 'weak';
    const tier = test ? tierNear({ text, path }, meant, { value, at: span[0] }) : meant;
    if (!tier) continue;
    return [{ start: span[0], end: span[0] + value.length, tier }];
  }
  return [];
}

const inComment = (text: string, at: number): boolean =>
  /(?:^|\s)(?:\/\/|#|\/?\*|--|<!--|;|%)[^\r\n]{0,100}$/.test(text.slice(Math.max(0, at - 120), at));
