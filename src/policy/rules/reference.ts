import { usualTier } from '../tier.ts';
import type { RuleData, RulePackData } from './pack.ts';

const INTRODUCTION = `# Rules

What \`guard\` asks about or refuses before a command starts, pack by pack. This page is generated from \`profiles/rules\`;
[rules-format.md](rules-format.md) describes the format, and every rule there carries commands that it matches and commands
that it lets pass.

A command that no rule speaks of is allowed. **Action** is what happens without a word of yours in a profile. **Tier** is how
a yes is given: \`confirm\` is one key, \`review\` is Enter below what was measured, \`type\` is the name of what would be
lost, typed; \`log\` asks nobody. A name that says production makes it \`type\` where the rule acts on another machine, and an
option that answers the tool's own question (\`--yes\`) makes it one tier harder.
`;

const COLUMNS = ['Rule', 'Commands', 'Action', 'Tier', 'Can it be undone', 'Why', 'Instead'];
/** The rest of a rule's commands are in its pack. */
const COMMANDS_SHOWN = 6;

/** `docs/rules.md`: generated, so that it says what the packs say. */
export function renderRuleReference(packs: readonly RulePackData[]): string {
  const told = packs.filter(({ rules }) => rules.length > 0);
  const silent = packs.filter(({ rules }) => rules.length === 0);
  const contents = told.map(
    ({ pack, rules }) =>
      `- [${pack}](#${pack}): ${rules.length} ${rules.length === 1 ? 'rule' : 'rules'}`,
  );
  return [
    INTRODUCTION,
    ...contents,
    '',
    ...told.map(section),
    ...(silent.length ? ['## Packs without rules', '', ...silent.map(described), ''] : []),
  ]
    .join('\n')
    .trimEnd()
    .concat('\n');
}

function section({ pack, about, rules }: RulePackData): string {
  return [
    `## ${pack}`,
    '',
    prose(about),
    '',
    row(COLUMNS),
    row(COLUMNS.map(() => '---')),
    ...rules.map((rule) => row(cells(rule))),
    '',
  ].join('\n');
}

function described({ pack, about }: RulePackData): string {
  return `- ${pack}: ${prose(about)}`;
}

function cells(rule: RuleData): string[] {
  const asks = rule.action === 'ask';
  const where = rule.reach === 'remote' ? ', elsewhere' : '';
  return [
    code(rule.id),
    commands(rule),
    rule.action + (rule.applies === 'session' ? ' (in a session)' : ''),
    asks ? (rule.tier ?? usualTier(rule)) : '',
    (rule.reversibility ?? '') + (rule.reversibility ? where : ''),
    prose(rule.reason),
    prose(rule.safer ?? ''),
  ];
}

function commands({ match }: RuleData): string {
  const all = [
    ...new Set(
      match.flatMap(({ command, verb }) =>
        command.flatMap((line) => verb?.map((each) => `${line} … ${each}`) ?? [line]),
      ),
    ),
  ];
  const shown = all.slice(0, COMMANDS_SHOWN).map(code).join(', ');
  const more = all.length - COMMANDS_SHOWN;
  return more > 0 ? `${shown} and ${more} more` : shown;
}

function row(columns: readonly string[]): string {
  return `| ${columns.join(' | ')} |`;
}

function code(text: string): string {
  return `\`${text.replace(/[`|]/g, '')}\``;
}

/** Text of a pack as Markdown shows it unchanged. */
function prose(text: string): string {
  return text.replace(/[\\|*_<>`[\]]/g, '\\$&').replace(/\s+/g, ' ');
}
