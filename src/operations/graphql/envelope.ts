import { createHash } from 'node:crypto';
import type { Json } from '../../policy/types.ts';
import { readJson } from '../body/json.ts';
import { UNSEEN } from '../unseen.ts';
import type { Sent } from './values.ts';

/** What a request says about one document to run, with every answer that some server could take. */
export interface Envelope {
  documents: readonly string[];
  /** Operation names, without the empty one. */
  names: readonly string[];
  sent: Sent;
  doubts: readonly string[];
}

type Members = { readonly [name: string]: Json };

/** Names by which documents are stored at a server, folded. */
const STORED = ['id', 'documentid', 'docid', 'queryid', 'hash', 'sha256hash', 'operationid'];
const PERSISTED = 'it names a stored document, whose text is not in the request';

/**
 * Reads sources that are about the same request (URL and body, two ways to read a body) as one. `unseen`: variables that files
 * are put into. Null where none of them is a GraphQL request.
 */
export function readEnvelope(
  sources: readonly Members[],
  unseen: ReadonlySet<string> = new Set(),
): Envelope | null {
  const doubts = new Set<string>();
  const gathered = gather(sources);
  const documents = strings(gathered('query'), 'a document that is no text', doubts);
  const names = strings(gathered('operationname'), 'an operation name that is no text', doubts);
  const stored = STORED.some((name) => gathered(name).some((value) => value !== null));
  const hashes = gathered('extensions').flatMap(persistedHashes);
  const known = documents.length > 0 || stored || hashes.length > 0 || doubts.size > 0;
  if (!known && gathered('variables').length === 0) return null;

  if (documents.length > 1) doubts.add('it has two documents');
  if (stored || hashes.some((hash) => !documents.some((text) => sha256(text) === hash)))
    doubts.add(PERSISTED);
  else if (documents.length === 0) doubts.add('it has no document');
  const variables = distinct(gathered('variables').flatMap((value) => unpacked(value, doubts)));
  if (variables.length > 1) doubts.add('it has two sets of variables');
  return {
    documents,
    // Which name goes with which document is open then; and a server may not look where a name stands alone.
    names: documents.length > 1 || !sources.every(namesItsOwn) ? [] : names,
    sent: variables.length > 1 ? null : variablesOf(variables[0] ?? null, unseen, doubts),
    doubts: [...doubts],
  };
}

/** A document with the name of an operation beside it, spelled as the specification has it, or neither. */
function namesItsOwn(source: Members): boolean {
  const folded = Object.keys(source).map((name) => name.toLowerCase().replaceAll('_', ''));
  const document = folded.includes('query');
  return document
    ? 'query' in source && 'operationName' in source
    : !folded.includes('operationname');
}

/** Values of a name in all sources, each once. Some servers know no case and no underscores in names. */
function gather(sources: readonly Members[]): (name: string) => Json[] {
  const values = new Map<string, Json[]>();
  for (const source of sources)
    for (const [name, value] of Object.entries(source)) {
      const folded = name.toLowerCase().replaceAll('_', '').replaceAll('ſ', 's');
      values.set(folded, [...(values.get(folded) ?? []).slice(0, 20), value]);
    }
  return (name) => distinct(values.get(name) ?? []);
}

function distinct(values: readonly Json[]): Json[] {
  if (values.length < 2) return [...values];
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}

/** Empty and null are as good as absent. */
function strings(values: readonly Json[], what: string, doubts: Set<string>): string[] {
  const given = values.flat().filter((value) => value !== null && value !== '');
  const texts = given.filter((value) => typeof value === 'string');
  if (texts.length < given.length) doubts.add(`it has ${what}`);
  return [...new Set(texts)];
}

/** In a URL or a form they are JSON in a string. */
function unpacked(value: Json, doubts: Set<string>): Json[] {
  if (typeof value !== 'string') return [value];
  if (value.trim() === '') return [];
  const read = readJson(value);
  if (read.kind === 'json' && !read.first) return [read.value];
  doubts.add('its variables cannot be read');
  return [];
}

function variablesOf(value: Json, unseen: ReadonlySet<string>, doubts: Set<string>): Sent {
  if (doubts.has('its variables cannot be read')) return null;
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isObject && value !== null) {
    doubts.add('its variables cannot be read');
    return null;
  }
  return Object.fromEntries([
    ...Object.entries((value ?? {}) as Members),
    ...[...unseen].map((name) => [name, UNSEEN]),
  ]) as Members;
}

/** Apollo's automatic persisted queries; whatever else is there counts as a hash that does not fit. */
function persistedHashes(value: Json): Json[] {
  const extensions = typeof value === 'string' ? readJson(value) : null;
  if (extensions?.kind === 'not') return [''];
  const read = extensions ? extensions.value : value;
  if (typeof read !== 'object' || read === null || !('persistedQuery' in read)) return [];
  const persisted = read.persistedQuery;
  if (persisted === null) return [];
  const isObject = typeof persisted === 'object' && 'sha256Hash' in persisted;
  return [isObject ? (persisted.sha256Hash ?? '') : ''];
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
