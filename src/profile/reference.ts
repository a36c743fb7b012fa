import { profileJsonSchema } from './schema.ts';

interface Schema {
  type?: string;
  const?: unknown;
  enum?: unknown[];
  description?: string;
  properties?: Record<string, Schema>;
  items?: Schema;
  additionalProperties?: Schema | boolean;
  required?: string[];
}

const INTRODUCTION = `# Profiles

A profile says what a session may see, start and reach. It is YAML, and the same keys stand in every layer:

- **default**: \`profiles/base.yaml\` and the agent's profile in \`profiles/agents/\`, both part of guard. A file
  \`~/.config/guard/agents/NAME.yaml\` is an agent of your own; it counts as yours and replaces a built-in one of that name.
- **user**: \`~/.config/guard/profile.yaml\`, then the file given with \`--profile\`. They override defaults either way.
- **repository**: \`.guard.yaml\` in the repository. Until you have accepted that exact content with \`guard trust\`, only
  lines that tighten count, and \`guard run\` says which were left out. Trusted, it overrides defaults, but nothing that
  you or your organisation refuse.
- **organisation**: \`/etc/guard/policy.yaml\`. What it refuses is final; what it grants is a default.

\`guard profile show [AGENT]\` prints the result, each line with the file it came from; \`guard profile validate\` checks
files; \`guard profile schema\` prints a JSON Schema for editors. Anything wrong in a profile keeps guard from starting.

Below, _widens_ marks what a repository's profile needs trust for.

## Patterns

Patterns under \`files\` are globs: \`*\` and \`?\` within a name, \`**\` for any folders, \`[abc]\`, \`{a,b}\`. They match from
the root of the repository; a pattern without a slash matches a name at any depth. A pattern that matches a folder counts
for all that is in it. There is no negation: \`files.expose\` names exceptions.

A line of \`expose\` lifts a \`hide\` or \`redact\` of the defaults. Within one layer, the pattern with more literal
characters wins. A refusal of another layer than the defaults is lifted by that layer alone.

## Keys
`;

/** `docs/profile.md`: generated, so that it says what the schema says. */
export function renderProfileReference(): string {
  const schema = profileJsonSchema() as Schema;
  const sections = Object.entries(schema.properties ?? {}).map(([key, each]) =>
    section(key, each, schema.required?.includes(key) ?? false),
  );
  return `${[INTRODUCTION, ...sections].join('\n').trimEnd()}\n`;
}

function section(key: string, schema: Schema, required: boolean): string {
  const lines = [`### \`${key}\``, '', ...prose(schema, required), '', ...items(schema, 0)];
  if (lines.at(-1) !== '') lines.push('');
  return lines.join('\n');
}

/** The keys of a block, of the blocks in a list, or of those behind names of the user's. */
function items(schema: Schema, depth: number): string[] {
  const named = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : {};
  return [schema, schema.items ?? {}, named].flatMap((part) =>
    Object.entries(part.properties ?? {}).flatMap(([name, each]) => [
      '  '.repeat(depth) + item(name, each, part.required?.includes(name) ?? false),
      ...items(each, depth + 1),
    ]),
  );
}

function prose(schema: Schema, required: boolean): string[] {
  const saysItself = schema.properties ?? schema.const ?? schema.enum;
  const type = saysItself === undefined ? ` (${typeName(schema)})` : '';
  return [`${sentence(schema.description ?? '')}${type}${required ? ' Required.' : ''}`];
}

function item(name: string, schema: Schema, required: boolean): string {
  const text = sentence(schema.description ?? '')
    .replace(/ Widens\.$/, ' _Widens._')
    .replace(/ widens\.$/, ' _widens._');
  return `- \`${name}\` (${typeName(schema)}${required ? ', required' : ''}): ${text}`;
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function typeName(schema: Schema): string {
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum) return schema.enum.map((value) => `\`${String(value)}\``).join(' or ');
  if (schema.type === 'array')
    return schema.items?.type === 'integer'
      ? 'list of ports'
      : schema.items?.type === 'object'
        ? 'list'
        : 'list of text';
  if (schema.type === 'object') return schema.properties ? 'block' : 'names and values';
  return schema.type === 'boolean' ? '`true` or `false`' : 'text';
}
