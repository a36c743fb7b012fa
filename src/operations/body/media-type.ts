import type { HeaderList } from '../types.ts';

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const TYPE = new RegExp(`^(${TOKEN}/${TOKEN})[ \\t]*`);
/** `; name=token` or `; name="quoted"` (RFC 9110, section 5.6.6). */
const PARAMETER = new RegExp(
  `;[ \\t]*(?:(${TOKEN})=(?:(${TOKEN})|"((?:[^"\\\\]|\\\\.){0,1000})"))?[ \\t]*`,
  'y',
);

export interface MediaType {
  /** Lower case; empty where there is none. */
  type: string;
  parameters: ReadonlyMap<string, string>;
  doubtful: string | null;
}

/** What the request says its body is. */
export function mediaType(headers: HeaderList): MediaType {
  const values = headers.flatMap(([name, value]) => (name === 'content-type' ? [value] : []));
  const [value] = values;
  if (value === undefined) return { type: '', parameters: new Map(), doubtful: null };
  const read = parseMediaType(value);
  return values.length > 1 ? { ...read, doubtful: 'it has two content types' } : read;
}

export function parseMediaType(value: string): MediaType {
  const text = value.trim();
  const match = TYPE.exec(text);
  const parameters = new Map<string, string>();
  if (!match) return { type: '', parameters, doubtful: 'its content type cannot be read' };
  const type = (match[1] ?? '').toLowerCase();
  let doubtful: string | null = null;
  PARAMETER.lastIndex = match[0].length;
  while (PARAMETER.lastIndex < text.length) {
    const found = PARAMETER.exec(text);
    if (!found) return { type, parameters, doubtful: 'its content type cannot be read' };
    const name = found[1]?.toLowerCase();
    if (name === undefined) continue;
    if (parameters.has(name)) doubtful = 'its content type says a thing twice';
    parameters.set(name, found[2] ?? (found[3] ?? '').replace(/\\(.)/g, '$1'));
  }
  return { type, parameters, doubtful };
}

export function isJsonType(type: string): boolean {
  return /^(?:application|text)\/(?:json|x-json|x-amz-json-1\.\d)$|^[^/]+\/[^/]*\+json$/.test(type);
}
