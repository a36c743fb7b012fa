import type { Detector, Hit, Match, Tier } from '../engine/detector.ts';
import { assignmentAt, type Assignment, type Language } from './assignment-syntax.ts';
import { lineStart } from './literals.ts';
import { nameKind, type NameKind } from './names.ts';
import { isPage, languageOf, tierAt } from './paths.ts';
import { isChosen, tierNear } from './real-values.ts';
import { valueTier } from './value-strength.ts';

const REACH = { before: 240, after: 700 };

/** Names that say secret: `password = "…"` in the notations of languages, settings, shells and notes. */
export const ASSIGNMENT_DETECTORS: readonly Detector[] = [
  detector('password.assignment', [
    'passw',
    'passphrase',
    'passcode',
    'mnemonic',
    'contrase',
    'senha',
    'motdepasse',
  ]),
  detector('password.assignment', ['pass', 'pwd', 'psk'], { after: true }),
  detector('password.assignment', ['pin', 'otp', 'puk'], { before: true, after: true }),
  detector('secret.assignment', [
    'secret',
    'token',
    'credential',
    'apikey',
    ...keys(
      'api',
      'access',
      'private',
      'encryption',
      'signing',
      'master',
      'shared',
      'account',
      'auth',
    ),
    ...keys(
      'hmac',
      'license',
      'storage',
      'subscription',
      'service',
      'session',
      'admin',
      'app',
      'crypt',
      'jwt',
      'aes',
    ),
    ...keys('cookie', 'integration', 'cipher', 'write'),
  ]),
  detector('secret.assignment', ['auth', 'creds', 'salt', 'jwt', 'pat', 'sid'], {
    before: true,
    after: true,
  }),
];

/** The ways to write a compound: `api_key`, `api-key`, `apiKey`. */
function keys(...firsts: string[]): string[] {
  return firsts.flatMap((first) => [`${first}_key`, `${first}-key`, `${first}key`, `${first}.key`]);
}

function detector(id: string, words: readonly string[], bounded?: Detector['bounded']): Detector {
  return {
    id,
    tier: 'likely',
    words: [...new Set(words)],
    ...(bounded ? { bounded } : {}),
    reach: REACH,
    rank: 0,
    look: (hit) => look(hit),
  };
}

function look(hit: Hit): readonly Match[] {
  const language = languageOf(hit.path);
  const found = assignmentAt(hit.text, hit.at, hit.end, language);
  if (!found) return [];
  const kind = kindOf(found);
  if (!kind || (found.tie === 'called' && !setsIt(found, kind, hit.text))) return [];
  const tier = judge(hit, found, kind, language);
  if (!tier) return [];
  return [{ start: found.value.start, end: found.value.end, tier, rule: ruleOf(hit, found, kind) }];
}

function ruleOf({ text }: Hit, { at, tie }: Assignment, kind: NameKind): string {
  if (tie === 'assigned' && /[?&]/.test(text[at - 1] ?? '')) return 'url.parameter';
  return kind === 'secret' || kind === 'key' ? 'secret.assignment' : 'password.assignment';
}

/** `pass` is a word of every day: only where a value is given to it. `PASS: …` is the result of a test. */
const strictTie = ({ name, tie, value }: Assignment): boolean =>
  tie === 'element' ||
  tie === 'paired' ||
  (tie === 'assigned' && (value.quoted || name === 'pass'));

/** The last part of `spring.datasource.password`; of `db.password.prod` the last two. */
function kindOf(found: Assignment): NameKind | undefined {
  const { name, tie } = found;
  const parts = name.split('.').filter(Boolean);
  const last = parts.at(-1) ?? '';
  if (/^pass$/i.test(name) && !strictTie(found)) return undefined;
  const plain = tie === 'called' ? last.replace(/^(?:set|with|use|add)(?=[A-Z_])_?/, '') : last;
  const kind = nameKind(plain);
  const together = parts.length > 1 ? nameKind(parts.slice(-2).join('_')) : undefined;
  return kind === 'key' ? (together ?? kind) : (kind ?? together);
}

/** `setPassword("…")`, `.token("…")`, `password("…")`; but `rtas_token("…")` asks for something of that name. */
function setsIt({ name, value }: Assignment, kind: NameKind, text: string): boolean {
  if (/(?:^|\.)(?:set|with|use|add)[A-Z_]/.test(name) || name.includes('.')) return true;
  const end = text.lastIndexOf(name, value.start) + name.length;
  return kind === 'password' || /["'`]/.test(text[end] ?? '');
}

function judge(
  hit: Hit,
  { tie, value }: Assignment,
  kind: NameKind,
  language: Language,
): Tier | undefined {
  const text = hit.text.slice(value.start, value.end);
  const settings = language === 'settings';
  let tier = valueTier(kind, text, { quoted: value.quoted, settings });
  if (!tier) return undefined;
  if (!value.quoted) tier = bareTier(hit, tie, text, language, tier);
  // A comparison and a sentence say less than an assignment.
  else if (tie === 'compared' || (tie === 'told' && !isChosen(text))) tier = 'weak';
  if (!tier) return undefined;
  if (kind !== 'password' && kind !== 'passphrase') return tierAt(hit.path, tier);
  // What a page tells its readers in so many words is meant.
  const told = language === 'other' && !/[=(]/.test(hit.text.slice(hit.end, value.start));
  if (told && tier === 'likely' && isChosen(text) && isPage(hit.path)) return tier;
  return tierNear(hit, tier, { value: text, at: value.start });
}

/** A word without quotes is a literal in settings; in code only inside a comment or a string. */
function bareTier(
  hit: Hit,
  tie: Assignment['tie'],
  value: string,
  language: Language,
  tier: Tier,
): Tier | undefined {
  const mixed = /\d/.test(value) && /[A-Za-z]/.test(value);
  if (tie === 'told')
    return mixed && tier === 'likely' ? (isChosen(value) ? tier : 'weak') : undefined;
  if (language === 'settings') return tier;
  if (/^[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*$/.test(value) && !mixed) return undefined;
  if (language === 'other') return tier;
  if (tier !== 'likely' || !mixed || /[()[\]{}]/.test(value)) return undefined;
  if (/^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+$/.test(value) && !/\d\d/.test(value)) return undefined;
  return inComment(hit) ? tier : undefined;
}

function inComment({ text, at }: Hit): boolean {
  return /(?:^|\s)(?:\/\/|#(?!\s?define)|\/?\*|--|<!--|;|%|rem\s)/i.test(
    text.slice(lineStart(text, at), at),
  );
}
