import type { ReadRule } from './read.ts';
import type { SecretRule } from './rule-format.ts';

const INTRODUCTION = `# Kinds of secrets

What guard knows by provider: kinds that have a shape of their own, and kinds that are known beside the provider's name. This
page is generated from \`profiles/secrets\`; [secrets-format.md](secrets-format.md) describes the format and how to add a kind.
What is known by its surroundings alone (passwords in assignments, URLs, headers, keys in PEM, credential files) is not here.

**Sure**: \`certain\` by shape or checksum, \`likely\` by shape and surroundings, \`weak\` is hidden from an agent and does not
stop a commit. **Known by**: \`ghp_…\` begins the secret, \`…AZDO…\` stands in it, _near_ words stand before it. A kind that
opens everything the account has, whatever it was made for, says so in **bold**.
`;

const COLUMNS = ['Kind', 'What it is', 'Known by', 'Sure', 'Opens', 'To revoke'];
const WORDS_SHOWN = 4;

/** `docs/secrets.md`: generated, so that it says what the rules say. */
export function renderSecretReference(rules: readonly ReadRule[]): string {
  const providers = groupByProvider(rules);
  const sections = [...providers]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([provider, kinds]) => section(provider, kinds));
  return [
    INTRODUCTION,
    `${rules.length} kinds of ${providers.size} providers.`,
    '',
    row(COLUMNS),
    row(COLUMNS.map(() => '---')),
    ...sections.flat(),
  ]
    .join('\n')
    .concat('\n');
}

function groupByProvider(rules: readonly ReadRule[]): Map<string, ReadRule[]> {
  const groups = new Map<string, ReadRule[]>();
  for (const rule of rules) groups.set(rule.provider, [...(groups.get(rule.provider) ?? []), rule]);
  return groups;
}

function section(provider: string, kinds: readonly ReadRule[]): string[] {
  return [...kinds]
    .sort((one, other) => (one.rule.id < other.rule.id ? -1 : 1))
    .map(({ rule, name }) =>
      row([
        `\`${provider}.${rule.id}\``,
        cell(`${name}: ${rule.description}`),
        knownBy(rule),
        rule.tier,
        opens(rule),
        cell(rule.revoke ?? ''),
      ]),
    );
}

function knownBy({ by, words, before }: SecretRule): string {
  const shown = words.slice(0, WORDS_SHOWN).map((word) => {
    if (by === 'near') return `\`${cell(word)}\``;
    return `\`${before ? '…' : ''}${cell(word)}…\``;
  });
  const rest = words.length > WORDS_SHOWN ? ', …' : '';
  return `${by === 'near' ? 'near ' : ''}${shown.join(', ')}${rest}`;
}

function opens({ power, unlimited }: SecretRule): string {
  const text = cell(power ?? '');
  return unlimited ? `**${text === '' ? 'everything' : text}**` : text;
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** Text that a table does not break. */
function cell(text: string): string {
  return text.replace(/[|*]/g, '\\$&').replace(/\s+/g, ' ');
}
