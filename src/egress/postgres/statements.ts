import type { Duplex } from 'node:stream';
import type { Operation } from '../../policy/types.ts';
import type { Answers } from './answers.ts';
import { decodeText, functionCall, operationsOf } from './calls.ts';
import { errorResponse, message, readyForQuery, refused, text, type Problem } from './messages.ts';
import { Malformed, pass, readExactly, readHead, skip, write } from './read.ts';
import type { PgVerdict } from './types.ts';

/** Names of statements and portals, and CopyFail's reason. */
const LONGEST_SMALL = 256 * 1024;
/** Refused by guard itself. */
const RULES = {
  size: 'postgres.statement-size',
  encoding: 'postgres.encoding',
  broken: 'postgres.malformed',
};

export interface Session {
  client: Duplex;
  upstream: Duplex;
  answers: Answers;
  /** Bytes of a statement that are read; longer ones are refused. */
  longest: number;
  judge: (operations: readonly [Operation, ...Operation[]]) => Promise<PgVerdict | 'cancelled'>;
}

/** How far in an extended query the client is. */
interface Segment {
  /** Something was sent since the last Sync. */
  open: boolean;
  /** A statement was refused: nothing is sent until the next Sync. */
  skipping: boolean;
  /** The server never heard of what was refused, so guard answers that Sync. */
  alone: boolean;
}

/**
 * Moves the client's messages to the server, one after the other, in their order; a statement waits for its verdict, and
 * with it all that follows. @throws Gone, Malformed
 */
export async function moveStatements(session: Session): Promise<void> {
  const { client, upstream, answers } = session;
  const segment: Segment = { open: false, skipping: false, alone: false };
  for (;;) {
    const { type, length } = await readHead(client);
    if (segment.skipping && !'SX'.includes(type)) {
      if (!'QPFBDECHdcf'.includes(type))
        throw new Malformed(`a message of an unknown kind: ${type}`);
      await skip(client, length);
      continue;
    }
    switch (type) {
      case 'Q':
      case 'P':
      case 'F':
        await moveStatement(session, segment, type, length);
        break;
      case 'S': {
        const content = await readExactly(client, bounded(length));
        if (segment.alone) await write(client, readyForQuery(answers.status));
        else {
          answers.outstanding += 1;
          await write(upstream, message(type, content));
        }
        Object.assign(segment, { open: false, skipping: false, alone: false });
        break;
      }
      // Parameters and rows; nothing in them is a statement.
      case 'B':
      case 'd':
        segment.open ||= type === 'B';
        await write(upstream, head(type, length));
        await pass(client, upstream, length);
        break;
      case 'D':
      case 'E':
      case 'C':
      case 'H':
      case 'c':
      case 'f':
        segment.open ||= 'DEC'.includes(type);
        await write(upstream, message(type, await readExactly(client, bounded(length))));
        break;
      case 'X':
        upstream.end(message('X'));
        return;
      default:
        throw new Malformed(`a message of an unknown kind: ${type}`);
    }
  }
}

async function moveStatement(
  session: Session,
  segment: Segment,
  type: 'Q' | 'P' | 'F',
  length: number,
): Promise<void> {
  const { client, upstream, answers, longest } = session;
  if (length > longest) {
    await skip(client, length);
    return refuse(
      session,
      segment,
      type,
      refused(RULES.size, 'the statement is longer than guard reads'),
    );
  }
  const content = await readExactly(client, length);
  const problem = await judged(session, type, content);
  if (problem) return refuse(session, segment, type, problem);
  if (type === 'P') segment.open = true;
  else answers.outstanding += 1;
  await write(upstream, message(type, content));
}

async function judged(
  session: Session,
  type: 'Q' | 'P' | 'F',
  content: Buffer,
): Promise<Problem | null> {
  const operations = type === 'F' ? [functionCall(content)] : readStatement(type, content);
  if (!Array.isArray(operations)) return operations;
  const [first, ...rest] = operations;
  if (!first) return null;
  const verdict = await session.judge([first, ...rest]);
  if (verdict === 'cancelled')
    return { severity: 'ERROR', code: '57014', text: 'canceling statement due to user request' };
  return verdict.allowed ? null : refused(verdict.rule, verdict.reason);
}

function readStatement(type: 'Q' | 'P', content: Buffer): Operation[] | Problem {
  const start = type === 'P' ? content.indexOf(0) + 1 : 0;
  const end = content.indexOf(0, start);
  // A Query ends with its text; after that of a Parse come the parameters' types.
  const ends =
    type === 'Q' ? end === content.length - 1 : end >= 0 && isTypes(content.subarray(end + 1));
  if ((type === 'P' && start === 0) || !ends)
    return refused(RULES.broken, 'the message is not what it says');
  const statement = decodeText(content.subarray(start, end));
  return statement === null
    ? refused(RULES.encoding, 'the statement is not UTF-8')
    : operationsOf(statement);
}

function isTypes(bytes: Buffer): boolean {
  return bytes.length >= 2 && bytes.length === 2 + 4 * bytes.readUInt16BE(0);
}

/**
 * Answers for a statement that is not sent. Where the server is at rest guard answers alone; else something the server
 * cannot parse goes out in its place, so that what was begun ends as with any error.
 */
async function refuse(
  session: Session,
  segment: Segment,
  type: 'Q' | 'P' | 'F',
  problem: Problem,
): Promise<void> {
  const { client, upstream, answers } = session;
  const alone =
    answers.status === 'I' && answers.outstanding === 0 && answers.between && !segment.open;
  if (type === 'P') Object.assign(segment, { skipping: true, alone });
  if (alone) {
    await write(client, errorResponse(problem));
    if (type !== 'P') await write(client, readyForQuery(answers.status));
    return;
  }
  const instead = answers.standIn(problem);
  if (type === 'P')
    return write(upstream, message('P', Buffer.concat([text('', instead), Buffer.alloc(2)])));
  answers.outstanding += 1;
  await write(upstream, message('Q', text(instead)));
}

function bounded(length: number): number {
  if (length > LONGEST_SMALL) throw new Malformed('a message is too long');
  return length;
}

function head(type: string, length: number): Buffer {
  const bytes = Buffer.alloc(5);
  bytes.write(type, 0, 'latin1');
  bytes.writeInt32BE(length + 4, 1);
  return bytes;
}
