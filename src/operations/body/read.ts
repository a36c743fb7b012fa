import type { Json } from '../../policy/types.ts';
import type { HeaderList } from '../types.ts';
import { decodeText, type Decoded } from './charset.ts';
import { asObject, readPairs } from './form.ts';
import { readJson } from './json.ts';
import { isJsonType, mediaType, type MediaType } from './media-type.ts';
import { readMultipart } from './multipart.ts';
import { nestNames } from './nested-names.ts';
import type { Arguments, BodyReading } from './types.ts';

const FORM = 'application/x-www-form-urlencoded';
/** What nobody takes for text, whatever is in it. */
const MEDIA = /^(?:image|audio|video|font)\//;

/** Types that hold values in a form that guard does not read. */
const OTHER = /(?:^|[/+.-])(?:yaml|json5|jsonl|ndjson)$/;
const PACKED = /(?:^|[/+.-])(?:cbor|msgpack|messagepack|bson|protobuf|proto|avro|thrift)$/;
/** JSON by its beginning, and no document of GraphQL, which has a name there. */
const JSON_LIKE = /^\s*(?:\{\s*["'}/]|\[\s*[[{"'\]\d/])/;

/** Reads a body, content codings undone, the way its type says, and the ways a lenient server may. Never throws. */
export function readArguments(headers: HeaderList, bytes: Buffer): Arguments {
  if (bytes.length === 0) return { kind: 'empty', value: null, doubtful: null, also: [] };
  const media = mediaType(headers);
  const [main, ...also] = readings(media, bytes);
  return { ...main, doubtful: main.doubtful ?? media.doubtful, also };
}

/** All ways to read it that give a value, the likeliest first. */
export function everyValue(reading: Arguments): Json[] {
  return [reading, ...reading.also].map(({ value }) => value);
}

function readings(media: MediaType, bytes: Buffer): [BodyReading, ...BodyReading[]] {
  if (media.type.startsWith('multipart/')) return multipart(media, bytes);
  if (MEDIA.test(media.type)) return [{ kind: 'binary', value: null, doubtful: null }];
  if (PACKED.test(media.type))
    return [{ kind: 'binary', value: null, doubtful: 'guard does not read its content type' }];
  const decoded = decodeText(bytes, media.parameters.get('charset'));
  if (isJsonType(media.type)) {
    const read = json(decoded);
    if (read) return read;
    const why = decoded.doubtful ?? 'it is not JSON';
    return [{ kind: 'json', value: null, doubtful: why }, ...form(decoded)];
  }
  if (media.type === FORM) {
    const read = form(decoded);
    if (read.length === 0) read.push({ kind: 'form', value: null, doubtful: decoded.doubtful });
    const also = json(decoded) ?? likeJson(decoded);
    const [main, ...rest] = [...read, ...also] as [BodyReading, ...BodyReading[]];
    return [{ ...main, doubtful: main.doubtful ?? also.at(-1)?.doubtful ?? null }, ...rest];
  }
  return undeclared(media, decoded);
}

/** No type, or one that says nothing: JSON if it is that, a form if it looks like one. */
function undeclared(media: MediaType, decoded: Decoded): [BodyReading, ...BodyReading[]] {
  const read = json(decoded);
  if (read) return read;
  const { text } = decoded;
  const isText = media.type === '' || media.type.startsWith('text/');
  if (text === null)
    return [{ kind: 'binary', value: null, doubtful: isText ? decoded.doubtful : null }];
  const [unlike] = likeJson(decoded);
  const plain: BodyReading = {
    kind: 'text',
    value: text,
    doubtful:
      unlike?.doubtful ??
      (OTHER.test(media.type) ? 'guard does not read its content type' : null) ??
      (isText ? decoded.doubtful : null),
  };
  if (!/^[^\s=&]{1,200}=/.test(text)) return [plain];
  const [first, ...rest] = form(decoded);
  if (!first || media.type !== '') return [plain, ...(first ? [first] : []), ...rest];
  return [first, ...rest, plain];
}

function json({ text, doubtful }: Decoded): [BodyReading, ...BodyReading[]] | null {
  if (text === null) return null;
  const read = readJson(text);
  if (read.kind === 'not') return null;
  const { value, first } = read;
  if (!first) return [{ kind: 'json', value, doubtful }];
  const twice = 'a name in it is given twice';
  return [
    { kind: 'json', value, doubtful: doubtful ?? twice },
    { kind: 'json', value: first.value, doubtful: twice },
  ];
}

/**
 * What looks like JSON and is none: some servers stop reading at the end of the first value (Go's decoder does), take comments
 * or a comma too many, and do not look at the content type.
 */
function likeJson({ text }: Decoded): BodyReading[] {
  if (text === null || !JSON_LIKE.test(text.slice(0, 4096))) return [];
  return [{ kind: 'json', value: null, doubtful: 'it looks like JSON and is none' }];
}

function form({ text, doubtful }: Decoded): BodyReading[] {
  if (text === null) return [];
  const read = readPairs(text.replace(/\r?\n$/, ''));
  return pairReadings('form', read.pairs, doubtful ?? read.doubtful);
}

function multipart(media: MediaType, bytes: Buffer): [BodyReading, ...BodyReading[]] {
  if (media.type !== 'multipart/form-data')
    return [{ kind: 'multipart', value: null, doubtful: 'guard does not read its content type' }];
  const { pairs, doubtful } = readMultipart(bytes, media.parameters.get('boundary'));
  return pairReadings('multipart', pairs, doubtful);
}

function pairReadings(
  kind: 'form' | 'multipart',
  pairs: readonly (readonly [string, Json])[],
  doubtful: string | null,
): [BodyReading, ...BodyReading[]] {
  const value = asObject(pairs);
  const main: BodyReading = { kind, value, doubtful };
  const also: Json[] = [];
  if (Object.keys(value).length < pairs.length)
    also.push(Object.fromEntries(pairs), Object.fromEntries([...pairs].reverse()));
  const nested = nestNames(pairs);
  if (nested !== null) also.push(nested);
  return [main, ...also.map((other) => ({ kind, value: other, doubtful }))];
}
