import type { Json } from '../../policy/types.ts';
import { readJson } from '../body/json.ts';
import { readEnvelope, type Envelope } from './envelope.ts';

const MAX_BATCH = 100;
/** `variables.file`, `variables.files.0`; in a batch with the number of its part before it. */
const FILE_PATH = /^(?:(\d{1,4})\.)?variables\.([^.]+)(?:\.|$)/;

type Members = { readonly [name: string]: Json };

interface Upload {
  envelopes: Envelope[];
  doubts: string[];
  batched: boolean;
}

/** The multipart form for files (graphql-multipart-request-spec): `operations`, and `map`, which puts files into variables. */
export function readUpload(form: Members, url: readonly Members[]): Upload | null {
  const { operations, map } = form;
  if (operations === undefined && map === undefined) return null;
  const doubts: string[] = [];
  const value = unpack(operations, doubts);
  const files = filePaths(unpack(map ?? '{}', doubts), doubts);
  const batched = Array.isArray(value);
  const items = (batched ? value : [value]) as readonly Json[];
  if (items.length > MAX_BATCH) doubts.push('the batch is too long');
  const envelopes = items.slice(0, MAX_BATCH).flatMap((item, index) => {
    const names = new Set(
      files.flatMap(({ part, name }) => (part === null || part === index ? [name] : [])),
    );
    const isMembers = typeof item === 'object' && item !== null && !Array.isArray(item);
    const envelope = isMembers ? readEnvelope([item as Members, ...url], names) : null;
    if (!envelope) doubts.push('a part of the upload has no document');
    return envelope ? [envelope] : [];
  });
  return { envelopes, doubts, batched };
}

function unpack(value: Json | undefined, doubts: string[]): Json {
  const read = typeof value === 'string' ? readJson(value) : null;
  if (read?.kind === 'json' && !read.first) return read.value;
  doubts.push('the upload cannot be read');
  return read?.kind === 'json' ? read.value : null;
}

function filePaths(map: Json, doubts: string[]): { part: number | null; name: string }[] {
  const lists = typeof map === 'object' && map !== null ? Object.values(map) : [];
  return lists.flat().flatMap((path: Json) => {
    const [, part, name] = typeof path === 'string' ? (FILE_PATH.exec(path) ?? []) : [];
    if (name === undefined) {
      doubts.push('the upload puts a file where no variable is');
      return [];
    }
    return [{ part: part === undefined ? null : Number(part), name }];
  });
}
