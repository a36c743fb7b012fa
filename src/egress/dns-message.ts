/** The little of DNS that answering one question takes: RFC 1035, with EDNS(0) of RFC 6891 tolerated. */

export const RCODE = {
  noError: 0,
  formatError: 1,
  serverFailure: 2,
  nameError: 3,
  notImplemented: 4,
  refused: 5,
  badVersion: 16,
} as const;
export type Rcode = (typeof RCODE)[keyof typeof RCODE];

export const TYPE = { A: 1, PTR: 12, AAAA: 28, OPT: 41 } as const;
export const CLASS_IN = 1;

export interface Query {
  id: number;
  recursionDesired: boolean;
  /** Labels as sent, bytes as latin1; may hold anything, dots included. */
  labels: string[];
  type: number;
  class: number;
  /** The question section, to be echoed byte for byte (letter case included: resolvers check it). */
  question: Buffer;
  /** Version in the OPT record, null without one. */
  edns: number | null;
}

/** A datagram that is not to be answered at all is `drop`; one that cannot be understood names its error. */
export type ParsedQuery =
  | { ok: true; query: Query }
  | { ok: false; drop: true }
  | { ok: false; drop: false; id: number; rcode: Rcode };

export interface Answer {
  type: number;
  data: Buffer;
}

const HEADER = 12;
const NAME_BYTES = 255;
/** What RFC 6891, section 6.2.5 recommends as a limit, and far above any question. */
const MESSAGE_LIMIT = 4096;
/** Avoids fragmentation on any link (dnsflagday.net/2020). */
const UDP_SIZE = 1232;
const TTL_SECONDS = 60;

export function parseQuery(message: Buffer): ParsedQuery {
  if (message.length < HEADER) return { ok: false, drop: true };
  const id = message.readUInt16BE(0);
  const flags = message.readUInt16BE(2);
  // A response: answering it could start a loop between two servers.
  if (flags & 0x8000) return { ok: false, drop: true };
  const failed = (rcode: Rcode): ParsedQuery => ({ ok: false, drop: false, id, rcode });
  if (message.length > MESSAGE_LIMIT) return failed(RCODE.formatError);
  if (flags & 0x7800) return failed(RCODE.notImplemented);
  const [questions, answers, authorities, additionals] = [4, 6, 8, 10].map((at) =>
    message.readUInt16BE(at),
  ) as [number, number, number, number];
  if (questions !== 1 || answers || authorities) return failed(RCODE.formatError);
  const name = readLabels(message, HEADER);
  if (!name || name.end + 4 > message.length) return failed(RCODE.formatError);
  const end = name.end + 4;
  const edns = readEdns(message, end, additionals);
  if (edns === 'malformed') return failed(RCODE.formatError);
  const query: Query = {
    id,
    recursionDesired: (flags & 0x0100) !== 0,
    labels: name.labels,
    type: message.readUInt16BE(name.end),
    class: message.readUInt16BE(name.end + 2),
    question: message.subarray(HEADER, end),
    edns,
  };
  return { ok: true, query };
}

/** A response to a query that was understood; answers stand under the question's own name. */
export function writeResponse(query: Query, rcode: Rcode, answers: Answer[]): Buffer {
  const header = writeHeader(query.id, rcode, query.recursionDesired);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(answers.length, 6);
  header.writeUInt16BE(query.edns === null ? 0 : 1, 10);
  const records = answers.map(({ type, data }) => {
    const record = Buffer.alloc(12);
    // A pointer to the question's name (RFC 1035, section 4.1.4).
    record.writeUInt16BE(0xc000 | HEADER, 0);
    record.writeUInt16BE(type, 2);
    record.writeUInt16BE(CLASS_IN, 4);
    record.writeUInt32BE(TTL_SECONDS, 6);
    record.writeUInt16BE(data.length, 10);
    return Buffer.concat([record, data]);
  });
  return Buffer.concat([header, query.question, ...records, writeEdns(query.edns, rcode)]);
}

/** A response to something that could not be parsed: the header alone. */
export function writeFailure(id: number, rcode: Rcode): Buffer {
  return writeHeader(id, rcode, false);
}

/** A host name as it stands in the data of a PTR record. */
export function encodeName(name: string): Buffer {
  const labels = name.split('.').map((label) => {
    return Buffer.concat([Buffer.from([label.length]), Buffer.from(label, 'latin1')]);
  });
  return Buffer.concat([...labels, Buffer.from([0])]);
}

function writeHeader(id: number, rcode: Rcode, recursionDesired: boolean): Buffer {
  const header = Buffer.alloc(HEADER);
  header.writeUInt16BE(id, 0);
  // QR, RA, and RD as asked. Stub resolvers warn when recursion is not available.
  header.writeUInt16BE(0x8080 | (recursionDesired ? 0x0100 : 0) | (rcode & 0x0f), 2);
  return header;
}

/** A question's name is never compressed: there is nothing before it to point to, so a pointer is an error. */
function readLabels(message: Buffer, start: number): { labels: string[]; end: number } | null {
  const labels: string[] = [];
  let at = start;
  for (;;) {
    const length = message[at];
    if (length === undefined || length > 63) return null;
    at += 1;
    if (at + length - start > NAME_BYTES || at + length > message.length) return null;
    if (length === 0) return { labels, end: at };
    labels.push(message.toString('latin1', at, at + length));
    at += length;
  }
}

/** Version of the OPT record among the additional records; anything else there is skipped, never followed. */
function readEdns(message: Buffer, start: number, count: number): number | null | 'malformed' {
  let version: number | null = null;
  let at = start;
  for (let record = 0; record < count; record++) {
    const end = skipName(message, at);
    if (end === null || end + 10 > message.length) return 'malformed';
    if (message.readUInt16BE(end) === TYPE.OPT) {
      if (version !== null || end !== at + 1) return 'malformed';
      version = message[end + 5] ?? 0;
    }
    at = end + 10 + message.readUInt16BE(end + 8);
    if (at > message.length) return 'malformed';
  }
  return at === message.length ? version : 'malformed';
}

/** Just past a name; a pointer ends it and is not followed. */
function skipName(message: Buffer, start: number): number | null {
  let at = start;
  for (;;) {
    const length = message[at];
    if (length === undefined || at - start > NAME_BYTES) return null;
    if (length >= 0xc0) return at + 2;
    if (length > 63) return null;
    at += 1 + length;
    if (length === 0) return at;
  }
}

function writeEdns(asked: number | null, rcode: Rcode): Buffer {
  if (asked === null) return Buffer.alloc(0);
  const opt = Buffer.alloc(11);
  opt.writeUInt16BE(TYPE.OPT, 1);
  opt.writeUInt16BE(UDP_SIZE, 3);
  // The upper eight bits of the extended code (RFC 6891, section 6.1.3).
  opt[5] = rcode >> 4;
  return opt;
}
