import type { FileReader, Match } from '../../../../src/secrets/engine/detector.ts';
import { readersAt } from '../../../../src/secrets/files/readers.ts';

/** A file as a tool writes it. `{{pw}}`, `{{tok:36}}`, `{{hex:32}}`, `{{b64:40}}`, `{{wg}}` stand for drawn secrets. */
export interface Sample {
  rule: string;
  path: string;
  text: string;
  /** What stands in place of a secret that is kept elsewhere. `${env.SECRET_NAME}` unless told. */
  reference?: string;
}

/** One character a byte, as readers have it. */
export interface Drawn {
  text: string;
  secrets: { start: number; end: number }[];
}

const SETS: Record<string, string> = {
  tok: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789',
  hex: '0123456789abcdef',
  b64: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
};
const SIGNS = '!*+-_,';
const MARK = /\{\{(\w+)(?::(\d+))?\}\}/g;

/** mulberry32: the same numbers for the same seed on every machine. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function pick(set: string, random: () => number): string {
  return set[Math.floor(random() * set.length)] ?? 'x';
}

function secretOf(kind: string, length: number, random: () => number): string {
  if (kind === 'wg') return `${secretOf('b64', 42, random)}A=`;
  if (kind === 'age') return `AGE-SECRET-KEY-1${secretOf('hex', 58, random).toUpperCase()}`;
  if (kind === 'crypt') return `$6$${secretOf('tok', 8, random)}$${secretOf('tok', 86, random)}`;
  const set = SETS[kind];
  if (set) return Array.from({ length }, () => pick(set, random)).join('');
  // A password that a person might have been given: letters, digits and a sign, in no order.
  const drawn = Array.from({ length: 10 }, () => pick(SETS['tok'] ?? '', random));
  drawn.splice(3, 0, pick('3456789', random), pick('QXZKWV', random), pick('qxzkwv', random));
  drawn.splice(7, 0, pick(SIGNS, random));
  return `k${drawn.join('')}`;
}

export function draw(template: string, seed: number): Drawn {
  const random = seeded(seed);
  return fill(template, (kind, length) => secretOf(kind, length, random));
}

/** With every secret replaced by what names its place: nothing is left to find. */
export function withReferences({ text, reference = '${env.SECRET_NAME}' }: Sample): string {
  return fill(text, () => reference).text;
}

function fill(template: string, value: (kind: string, length: number) => string): Drawn {
  const secrets: Drawn['secrets'] = [];
  let text = '';
  let at = 0;
  for (const match of template.matchAll(MARK)) {
    text += template.slice(at, match.index);
    const made = value(match[1] ?? '', Number(match[2] ?? 0));
    secrets.push({ start: text.length, end: text.length + made.length });
    text += made;
    at = match.index + match[0].length;
  }
  return { text: text + template.slice(at), secrets };
}

/** What all readers of a path find, of one kind or of any. */
export function found(path: string, text: string, rule?: string): Match[] {
  return readersAt(path)
    .filter(({ id }) => rule === undefined || id === rule)
    .flatMap((reader: FileReader) => [...reader.read(text, path)])
    .map(({ start, end }) => ({ start, end }));
}
