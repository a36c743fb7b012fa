import { parseDocument } from 'yaml';
import { GuardError } from '../../guard-error.ts';
import { parseSet, SetError } from './character-set.ts';
import { CHECKSUM_KINDS } from './checksums.ts';
import { compactRule, compileRule } from './compile.ts';
import { checkLinear } from './linear.ts';
import { SECRET_FILE, type SecretFile, type SecretRule } from './rule-format.ts';
import { lookEverywhere } from './look-everywhere.ts';
import { passingText, sampleOf, seeded } from './samples.ts';

/** A rule with all that its file says of it. */
export interface ReadRule {
  rule: SecretRule;
  provider: string;
  name: string;
}

/** Times each example is drawn. */
const DRAWS = 3;

/** Reads and checks one file of kinds, examples included. @throws GuardError that names the rule */
export function readSecretFile(yaml: string, file: string): ReadRule[] {
  const rules = parseSecretFile(yaml, file);
  for (const { rule, provider } of rules) named(rule, file, () => checkExamples(rule, provider));
  return rules;
}

/** Without the examples, which the tests of the built-in ones try. @throws GuardError */
export function parseSecretFile(yaml: string, file: string): ReadRule[] {
  const document = parseDocument(yaml, { uniqueKeys: true });
  if (document.errors[0]) throw broken(file, document.errors[0].message.split('\n')[0] ?? '');
  const parsed = SECRET_FILE.safeParse(document.toJS());
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw broken(
      file,
      `"${issue?.path.join('.') ?? ''}": ${issue?.message ?? 'not as it must be'}`,
    );
  }
  const rules = owners(parsed.data, file);
  for (const { rule } of rules) named(rule, file, () => checkShape(rule));
  return rules;
}

function named(rule: SecretRule, file: string, check: () => void): void {
  try {
    check();
  } catch (error) {
    if (!(error instanceof SetError)) throw error;
    throw broken(file, `"${rule.id}": ${error.message}`);
  }
}

function owners(data: SecretFile, file: string): ReadRule[] {
  return data.rules.map((rule) => {
    const provider = rule.provider ?? data.provider;
    if (!provider) throw broken(file, `"${rule.id}" does not say its provider`);
    return { rule, provider, name: rule.name ?? data.name ?? provider };
  });
}

/** @throws SetError */
function checkShape(rule: SecretRule): void {
  if (!rule.pattern && !(rule.alphabet && rule.length))
    throw new SetError('it needs a pattern, or an alphabet and a length');
  if (rule.pattern) checkLinear(rule.pattern);
  if (rule.alphabet !== undefined) {
    if (rule.alphabet.startsWith('^')) throw new SetError('an alphabet says what may stand there');
    parseSet(rule.alphabet);
  }
  if (rule.length && rule.length[1] < rule.length[0])
    throw new SetError('its length goes backwards');
  if (rule.by === 'token' && (rule.everyday || rule.needs || rule.within))
    throw new SetError('"everyday", "needs" and "within" are for "by: near"');
  if (rule.by === 'near' && rule.before) throw new SetError('"before" is for "by: token"');
  if (rule.before && !rule.alphabet)
    throw new SetError('"before" needs the alphabet of what stands there');
  if (rule.checksum && !(rule.checksum in CHECKSUM_KINDS)) throw new SetError('no such checksum');
}

/** @throws SetError where an example of `find` is not found as it stands, or one of `pass` is */
export function checkExamples(rule: SecretRule, provider: string): void {
  const detector = compileRule(compactRule(rule, provider));
  const random = seeded(rule.id.length);
  for (let draw = 0; draw < DRAWS; draw += 1) {
    for (const example of rule.examples.find) {
      const { text, start, end } = sampleOf(rule, example, random);
      const found = lookEverywhere(detector, text);
      if (!found.some((match) => match.start === start && match.end === end))
        throw new SetError(`it does not find its example "${example}"`);
    }
    for (const example of rule.examples.pass)
      if (lookEverywhere(detector, passingText(example, random)).length > 0)
        throw new SetError(`it finds something in "${example}"`);
  }
}

function broken(file: string, why: string): GuardError {
  return new GuardError({
    what: `Cannot read the kinds of secrets in ${file}`,
    why,
    fix: 'See docs/secrets-format.md',
  });
}
