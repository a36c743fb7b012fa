import { redactShapes } from './redact-shapes.ts';
import { secretForms } from '../secrets/secret-forms.ts';

export type Redact = (text: string) => string;

export const REDACTED = '[redacted]';

/**
 * Characters by which a secret is looked up: its first 16, which tells tokens with a common prefix apart, or its first four.
 * Shorter values are words, not secrets.
 */
const KEYS = [16, 4] as const;
const SHORTEST = 4;

/** Secrets of one key length, by key; the longest of a key first. */
interface Index {
  key: number;
  byStart: Map<number, string[]>;
}

/**
 * A function that replaces each of `secrets` (of at least four characters), and each as it looks URL-encoded, in base64,
 * in hex or inside JSON, by `[redacted]`; overlapping ones are replaced as one. What merely has the shape of a secret
 * (`password=…`, `Authorization: …`, `://user:…@`) is replaced as well. The time it takes grows with the text, not with
 * the number of secrets: each position is looked up by the characters that follow.
 */
export function createRedactor(secrets: readonly string[]): Redact {
  const forms = new Set(secrets.flatMap(secretForms).filter((form) => form.length >= SHORTEST));
  if (forms.size === 0) return redactShapes;
  const indexes: Index[] = KEYS.map((key) => ({ key, byStart: new Map() }));
  for (const form of [...forms].sort((a, b) => b.length - a.length)) {
    const index = indexes.find(({ key }) => form.length >= key);
    const start = keyAt(form, 0, index?.key ?? 0);
    const others = index?.byStart.get(start);
    if (others) others.push(form);
    else index?.byStart.set(start, [form]);
  }
  const used = indexes.filter(({ byStart }) => byStart.size > 0);
  return (text) => redactShapes(redactKnown(text, used));
}

function redactKnown(text: string, indexes: readonly Index[]): string {
  let out = '';
  let done = 0;
  /** The match being grown, if any: a later one that begins inside it is part of it. */
  let [start, end] = [-1, -1];
  for (let at = 0; at + SHORTEST <= text.length; at++) {
    const length = matchAt(text, at, indexes);
    if (length === 0) continue;
    if (at > end || start < 0) {
      if (start >= 0) [out, done] = [out + text.slice(done, start) + REDACTED, end];
      start = at;
    }
    end = Math.max(end, at + length);
  }
  return start < 0 ? text : out + text.slice(done, start) + REDACTED + text.slice(end);
}

/** Length of the longest secret that begins at `at`, or 0. */
function matchAt(text: string, at: number, indexes: readonly Index[]): number {
  for (const { key, byStart } of indexes) {
    if (at + key > text.length) continue;
    const candidates = byStart.get(keyAt(text, at, key));
    const form = candidates?.find((candidate) => text.startsWith(candidate, at));
    if (form !== undefined) return form.length;
  }
  return 0;
}

/** UTF-16 units folded into 32 bits; different ones may share a key, so a match is always compared in full. */
function keyAt(text: string, at: number, length: number): number {
  let key = 0;
  for (let index = at; index < at + length; index++)
    key = (Math.imul(key, 257) + text.charCodeAt(index)) | 0;
  return key;
}
