import { posix } from 'node:path';
import type { HttpItem } from './http.ts';

/** What is to be judged: one of these, and where. */
export type Item = { id?: string | number } & (
  | { kind: 'command'; command: string; cwd?: string }
  | { kind: 'argv'; argv: readonly string[]; cwd?: string }
  | { kind: 'http'; http: HttpItem }
  | { kind: 'sql'; sql: string; dialect?: string }
);

/** An item that could not be read, with its id where that could. */
export interface Unreadable {
  id?: string | number;
  kind: 'unreadable';
  why: string;
}

const KINDS = ['command', 'argv', 'http', 'sql'] as const;

/** Reads one line of `guard check --jsonl`. Never throws. */
export function readItem(line: string): Item | Unreadable {
  let value: unknown;
  try {
    // A byte order mark: some write one before the first line.
    value = JSON.parse(line.replace(/^\uFEFF/, ''));
  } catch {
    return { kind: 'unreadable', why: 'the line is not JSON' };
  }
  if (!isObject(value)) return { kind: 'unreadable', why: 'the line is not a JSON object' };
  const id =
    typeof value.id === 'string' || Number.isFinite(value.id)
      ? { id: value.id as string | number }
      : {};
  const given = KINDS.filter((kind) => value[kind] !== undefined);
  const [kind] = given;
  if (kind === undefined || given.length > 1)
    return { ...id, kind: 'unreadable', why: `it must have one of ${KINDS.join(', ')}` };
  const read = READERS[kind](value);
  return typeof read === 'string' ? { ...id, kind: 'unreadable', why: read } : { ...id, ...read };
}

type Value = Record<string, unknown>;

const READERS: Record<(typeof KINDS)[number], (value: Value) => Item | string> = {
  command: (value) => {
    const { command } = value;
    if (typeof command !== 'string') return '"command" must be text';
    return withFolder({ kind: 'command', command }, value);
  },
  argv: (value) => {
    const { argv } = value;
    if (!isTexts(argv) || argv.length === 0) return '"argv" must be a list of texts';
    return withFolder({ kind: 'argv', argv }, value);
  },
  http: ({ http }) => {
    if (!isObject(http) || typeof http.url !== 'string') return '"http" must have a "url"';
    const { method = 'GET', url, headers = {}, body = '' } = http;
    if (typeof method !== 'string') return '"http.method" must be text';
    const list = headersOf(headers);
    if (!list) return '"http.headers" must be texts by name';
    const text = typeof body === 'string' ? body : written(body);
    if (text === null) return '"http.body" is nested too deep';
    return { kind: 'http', http: { method, url, headers: list, body: text } };
  },
  sql: ({ sql, dialect }) => {
    if (typeof sql !== 'string') return '"sql" must be text';
    if (dialect !== undefined && typeof dialect !== 'string') return '"dialect" must be text';
    return { kind: 'sql', sql, ...(dialect === undefined ? {} : { dialect }) };
  },
};

/** Null for what is nested deeper than a call stack. */
function written(body: unknown): string | null {
  try {
    return JSON.stringify(body);
  } catch {
    return null;
  }
}

function withFolder<T extends Item>(item: T, { cwd }: Value): T | string {
  if (cwd === undefined) return item;
  if (typeof cwd !== 'string' || !posix.isAbsolute(cwd)) return '"cwd" must be an absolute path';
  return { ...item, cwd };
}

function headersOf(headers: unknown): HttpItem['headers'] | null {
  if (Array.isArray(headers)) {
    const pairs = headers as unknown[];
    return pairs.every((pair): pair is [string, string] => isTexts(pair) && pair.length === 2)
      ? pairs
      : null;
  }
  if (!isObject(headers)) return null;
  const pairs = Object.entries(headers).flatMap(([name, value]) =>
    Array.isArray(value)
      ? value.map((each: unknown) => [name, each] as const)
      : [[name, value] as const],
  );
  return pairs.every((pair): pair is [string, string] => typeof pair[1] === 'string')
    ? pairs
    : null;
}

function isObject(value: unknown): value is Value {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}
