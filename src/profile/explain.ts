import type * as z from 'zod/mini';
import { printable } from '../printable.ts';
import type { Problem } from './problem.ts';
import { profileSchema } from './schema.ts';
import { suggest } from './suggest.ts';
import type { YamlSource } from './yaml-source.ts';

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** Keys of a guard profile that this version does not enforce: never ignored, because they would be relied upon. */
const UNSUPPORTED = new Set(['approvals.webhook', 'webhook']);

/** The schema's findings as problems for people: place, key, expectation, suggestion. */
export function explainIssues(issues: Issue[], source: YamlSource, file: string): Problem[] {
  return issues
    .flatMap((issue) => explainIssue(issue, source, file))
    .sort((a, b) => a.line - b.line || a.column - b.column)
    .slice(0, 50);
}

function explainIssue(issue: Issue, source: YamlSource, file: string): Problem[] {
  const key = keyPath(issue.path);
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((name) => unknownKey(name, issue.path, source, file));
  const value = valueOf(source.data, issue.path);
  if (issue.code === 'invalid_key') {
    const message = issue.issues[0]?.message ?? 'not allowed as a key';
    return [{ file, ...source.keyAt(issue.path), key, message, fix: 'Mend this key' }];
  }
  if (value === undefined && issue.path.length)
    return [{ file, ...source.valueAt(issue.path), key, ...missing(issue.path) }];
  return [{ file, ...source.valueAt(issue.path), key, ...wrongValue(issue, key, value) }];
}

function unknownKey(name: string, path: Path, source: YamlSource, file: string): Problem {
  const full = [...path, name];
  const base = { file, ...source.keyAt(full), key: keyPath(full) };
  const plain = full.filter((part) => typeof part !== 'number').join('.');
  if (UNSUPPORTED.has(plain))
    return {
      ...base,
      message: 'not supported by this version of guard',
      fix: 'Remove it: guard refuses to start rather than leave it out',
    };
  const known = knownKeys(path);
  const near = suggest(name, known);
  return {
    ...base,
    message: 'unknown key',
    fix: near ? `Did you mean "${near}"?` : `Known here: ${known.join(', ')}`,
  };
}

function missing(path: Path): { message: string; fix: string } {
  const name = String(path.at(-1));
  return {
    message: 'it is missing',
    fix: name === 'version' ? 'Start the profile with "version: 1"' : `Add "${name}: …"`,
  };
}

function wrongValue(issue: Issue, key: string, value: unknown): { message: string; fix: string } {
  if (key === 'workspace' && value === 'staged')
    return { message: '"staged" is not available yet', fix: 'Write "workspace: live"' };
  if (issue.code === 'invalid_type') return wrongType(issue.expected, value);
  if (issue.code === 'invalid_value') {
    const allowed = issue.values.map(String);
    const near = typeof value === 'string' ? suggest(value, allowed) : null;
    return {
      message: `expected ${allowed.join(' or ')}, got ${describe(value)}`,
      fix: near ? `Did you mean "${near}"?` : `Write ${allowed.join(' or ')}`,
    };
  }
  if (issue.code === 'too_small')
    return { message: `got ${describe(value)}`, fix: `Write at least ${String(issue.minimum)}` };
  if (issue.code === 'too_big')
    return {
      message: Array.isArray(value) ? `${value.length} entries` : `got ${describe(value)}`,
      fix: `At most ${String(issue.maximum)}`,
    };
  return { message: `${describe(value)}: ${issue.message}`, fix: 'Mend this value' };
}

function wrongType(expected: string, value: unknown): { message: string; fix: string } {
  const message = `expected ${TYPE_NAMES[expected] ?? expected}, got ${describe(value)}`;
  if (value === null) return { message, fix: 'Give it a value, or remove the key' };
  const isBare = typeof value === 'number' || typeof value === 'boolean';
  return {
    message,
    fix: expected === 'string' && isBare ? 'Put it in quotes' : 'Write the expected kind of value',
  };
}

const TYPE_NAMES: Record<string, string> = {
  array: 'a list',
  object: 'a block of keys',
  record: 'a block of names and values',
  string: 'text',
  boolean: 'true or false',
  number: 'a whole number',
  int: 'a whole number',
};

function describe(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a block of keys';
  return typeof value === 'string'
    ? `"${printable(value, 80)}"`
    : `${typeof value === 'boolean' ? 'the truth value' : 'the number'} ${JSON.stringify(value)}`;
}

function keyPath(path: Path): string {
  let out = '';
  for (const part of path)
    out += typeof part === 'number' ? `[${part}]` : `${out && '.'}${String(part)}`;
  return printable(out, 200);
}

function valueOf(data: unknown, path: Path): unknown {
  let value = data;
  for (const part of path)
    value =
      typeof value === 'object' && value !== null && Object.hasOwn(value, part)
        ? (value as Record<PropertyKey, unknown>)[part]
        : undefined;
  return value;
}

/** Names of the keys that can stand at a path of the schema. */
function knownKeys(path: Path): string[] {
  let schema: unknown = profileSchema;
  for (const part of path) {
    const { def } = unwrap(schema);
    schema = typeof part === 'number' ? def.element : def.shape?.[String(part)];
  }
  return Object.keys(unwrap(schema).def.shape ?? {});
}

interface Definition {
  def: { innerType?: unknown; element?: unknown; shape?: Record<string, unknown> };
}

function unwrap(schema: unknown): Definition {
  let current = schema as Definition;
  while (current.def.innerType) current = current.def.innerType as Definition;
  return current;
}
