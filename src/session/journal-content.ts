import type { JournalEvent } from './events.ts';
import type { Redact } from './redactor.ts';
import { redactArgv } from './redact-argv.ts';

/** All pieces of one argument vector together, in characters. */
const ARGV_LIMIT = 8 * 1024;
/** Any other string. PATH_MAX is 4096 bytes (linux/limits.h), so every path fits. */
const STRING_LIMIT = 8 * 1024;
/** All strings of any other list together. */
const LIST_LIMIT = 64 * 1024;
/** What is redacted at all: far above what is kept, so that no cut runs through a secret that would be kept. */
const READ_LIMIT = 128 * 1024;

/** Words of the journal's own vocabulary: a password that happens to be `exec` must not garble the record. */
const OWN_WORDS = new Set([
  ...['type', 'gate', 'kind', 'action', 'outcome', 'by', 'layer', 'tier', 'reversibility'],
]);

/**
 * What may be written of an event: every string redacted, then bounded. Redaction comes first, so that a cut never
 * leaves the first half of a secret behind. A cut string ends in `…[cut N characters]`, a cut list in `…[N more]`.
 */
export function writableEvent(event: JournalEvent, redact: Redact): JournalEvent {
  return clean(event, '', redact) as JournalEvent;
}

function clean(value: unknown, key: string, redact: Redact): unknown {
  if (typeof value === 'string')
    return OWN_WORDS.has(key) ? value : cleanText(value, STRING_LIMIT, redact);
  if (Array.isArray(value)) return cleanList(value, key, redact);
  if (value === null || typeof value !== 'object') return value;
  const out: Record<string, unknown> = {};
  for (const [name, inner] of Object.entries(value)) out[name] = clean(inner, name, redact);
  return out;
}

function cleanList(list: unknown[], key: string, redact: Redact): unknown[] {
  const argv = key === 'argv';
  const limit = argv ? ARGV_LIMIT : LIST_LIMIT;
  const redactItem = argv ? redactArgv(list.map(String), redact) : null;
  const out: unknown[] = [];
  let used = 0;
  for (const [index, item] of list.entries()) {
    if (used >= limit) return [...out, `…[${list.length - index} more]`];
    if (typeof item !== 'string') {
      const cleaned = clean(item, '', redact);
      used += JSON.stringify(cleaned)?.length ?? 0;
      out.push(cleaned);
      continue;
    }
    const inPlace = redactItem ? (whole: string) => redactItem(whole, index) : redact;
    const text = cleanText(item, Math.min(STRING_LIMIT, limit - used), inPlace);
    used += Math.max(text.length, 1);
    out.push(text);
  }
  return out;
}

function cleanText(text: string, limit: number, redact: Redact): string {
  const read = redact(text.slice(0, READ_LIMIT));
  const unread = Math.max(0, text.length - READ_LIMIT);
  // Redaction shrinks: should so little be left that the end of what was read would be kept, half a secret might be.
  const kept = unread > 0 && read.length < READ_LIMIT / 2 ? '' : read.slice(0, limit);
  const lost = read.length - kept.length + unread;
  return lost === 0 ? kept : `${kept}…[cut ${lost} characters]`;
}
