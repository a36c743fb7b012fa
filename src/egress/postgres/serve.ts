import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { printable } from '../../printable.ts';
import type { Operation } from '../../policy/types.ts';
import { Answers } from './answers.ts';
import { askPassword, greet, negotiated } from './greet.ts';
import { logIn, LoginFailed } from './log-in.ts';
import { errorResponse, int32, message, readyForQuery, type Problem } from './messages.ts';
import { openServer } from './open-server.ts';
import type { Asked } from './parameters.ts';
import { Gone, Malformed, readSome, write } from './read.ts';
import { moveStatements } from './statements.ts';
import type { PgVerdict, PostgresLimits, PostgresOptions } from './types.ts';

const LIMITS: PostgresLimits = { handshake: 60_000, login: 30_000, statement: 16 * 1024 * 1024 };
const CHUNK = 64 * 1024;
const AUTH_OK = 0;
const CANCEL_REQUEST = 80877102;

interface Session {
  client: Duplex;
  upstream: Duplex;
  answers: Answers;
}

/**
 * Serves one connection of a client that speaks PostgreSQL's protocol (versions 3.0 and, brought down to it, 3.2): logs
 * in at the server with what the placeholder stands for, and holds each statement until it is judged. Ends when either
 * side does. Never rejects.
 */
export async function servePostgres(socket: Socket, options: PostgresOptions): Promise<void> {
  const limits = { ...LIMITS, ...options.limits };
  const gone = new AbortController();
  socket.on('error', () => undefined);
  socket.once('close', () => gone.abort());
  if (socket.destroyed) return;
  let client: Duplex = socket;
  const slow = setTimeout(() => socket.destroy(), limits.handshake);
  try {
    const greeting = await greet(socket, options.tls);
    client = greeting.client;
    if (greeting.kind === 'cancel') {
      options.cancels.use(greeting.key);
      return;
    }
    const { asked, minor } = greeting;
    if (!asked.ok)
      return end(client, {
        severity: 'FATAL',
        code: '0A000',
        text: `guard: refused: ${asked.reason}`,
      });
    if (minor > 0 || asked.extensions.length > 0) await write(client, negotiated(asked.extensions));
    const placeholder = await askPassword(client);
    clearTimeout(slow);
    await serveSession(client, asked, placeholder, options, limits, gone.signal);
  } catch (error) {
    report(error, client, options);
  } finally {
    clearTimeout(slow);
    finish(client, socket);
  }
}

async function serveSession(
  client: Duplex,
  asked: Extract<Asked, { ok: true }>,
  placeholder: string | null,
  options: PostgresOptions,
  limits: PostgresLimits,
  gone: AbortSignal,
): Promise<void> {
  const { user, database, settings } = asked;
  const login = await options.login(user, database, placeholder);
  if (!login.ok)
    return end(client, {
      severity: 'FATAL',
      code: login.code ?? '28P01',
      text: `guard: refused: ${login.reason}`,
    });
  const late = AbortSignal.any([gone, AbortSignal.timeout(limits.login)]);
  const { upstream, secure } = await openServer(options, late);
  const onLate = () => upstream.destroy();
  late.addEventListener('abort', onLate);
  const { greeting, key } = await logIn(upstream, { ...login, database, settings }, secure).finally(
    () => late.removeEventListener('abort', onLate),
  );
  gone.addEventListener('abort', () => upstream.destroy());
  const answers = new Answers([login.password]);
  // A setting that guard cannot read by is refused here, too; `Z` is guard's own.
  const told = greeting.flatMap((bytes) => answers.push(bytes));
  let held: AbortController | null = null;
  const cancel = () => {
    if (held) held.abort('cancelled');
    else void cancelUpstream(options, key, limits.login);
  };
  const issued = options.cancels.issue(cancel);
  const judge = async (operations: readonly [Operation, ...Operation[]]) => {
    const hold = (held = new AbortController());
    const release = whileHeld(client, hold);
    try {
      return await judged(
        options,
        { user, database, operations },
        AbortSignal.any([gone, hold.signal]),
        hold.signal,
      );
    } finally {
      release();
      held = null;
    }
  };
  try {
    await write(
      client,
      Buffer.concat([
        message('R', int32(AUTH_OK)),
        ...told,
        message('K', issued.data),
        readyForQuery('I'),
      ]),
    );
    const session = { client, upstream, answers };
    await Promise.race([
      moveStatements({ ...session, longest: limits.statement, judge }).then(() =>
        moveAnswersToEnd(upstream),
      ),
      moveAnswers(session),
    ]);
  } finally {
    issued.drop();
    upstream.destroy();
  }
}

/** The client's answer is what the server said until it ended; then the connection ends. */
async function moveAnswers({ client, upstream, answers }: Session): Promise<void> {
  try {
    for (;;) await write(client, ...answers.push(await readSome(upstream, CHUNK)));
  } catch (error) {
    if (!(error instanceof Gone)) throw error;
  }
}

/** After Terminate the server closes. */
async function moveAnswersToEnd(upstream: Duplex): Promise<void> {
  if (!upstream.destroyed) await new Promise((resolve) => upstream.once('close', resolve));
}

async function judged(
  options: PostgresOptions,
  call: Parameters<PostgresOptions['judge']>[0],
  signal: AbortSignal,
  hold: AbortSignal,
): Promise<PgVerdict | 'cancelled'> {
  const over = new Promise<'cancelled'>((resolve) => {
    if (signal.aborted) resolve('cancelled');
    signal.addEventListener('abort', () => resolve('cancelled'), { once: true });
  });
  const verdict = await Promise.race([
    options.judge(call, signal).catch((): PgVerdict => ({
      allowed: false,
      rule: 'network.unjudged',
      reason: 'guard failed to judge the statement, and so refuses it',
    })),
    over,
  ]);
  if (verdict === 'cancelled' && hold.reason !== 'cancelled') throw new Gone();
  return verdict;
}

/** While nothing is read, a client that leaves would go unnoticed. */
function whileHeld(client: Duplex, hold: AbortController): () => void {
  const look = () => void client.read(0);
  const end = () => hold.abort('gone');
  client.on('readable', look).on('end', end).on('close', end);
  look();
  return () => client.off('readable', look).off('end', end).off('close', end);
}

/** Passes a cancellation on, with the server's own key. */
async function cancelUpstream(options: PostgresOptions, key: Buffer, limit: number): Promise<void> {
  if (key.length === 0) return;
  try {
    const { upstream } = await openServer(options, AbortSignal.timeout(limit));
    upstream.end(Buffer.concat([int32(8 + key.length, CANCEL_REQUEST), key]));
    upstream.resume();
    setTimeout(() => upstream.destroy(), limit).unref();
  } catch {
    options.onNotice('a statement could not be cancelled: the database server was not reached');
  }
}

function report(error: unknown, client: Duplex, options: PostgresOptions): void {
  if (error instanceof LoginFailed) return end(client, error.problem);
  if (error instanceof Malformed) {
    const what = printable(error.message);
    options.onNotice(`a connection to a database was ended: ${what}`);
    return end(client, {
      severity: 'FATAL',
      code: '08P01',
      text: `guard: the connection is ended: ${what}`,
    });
  }
  // No more than that: what connecting says may name addresses that are none of the session's business.
  end(client, {
    severity: 'FATAL',
    code: '08001',
    text: 'guard: the database server cannot be reached',
  });
}

function end(client: Duplex, problem: Problem): void {
  if (!client.destroyed && !client.writableEnded) client.end(errorResponse(problem));
}

/** What was written goes out before the end; a client that does not read it is not waited for. */
function finish(client: Duplex, socket: Socket): void {
  if (!client.destroyed && !client.writableEnded) client.end();
  client.resume();
  setTimeout(() => socket.destroy(), 1000).unref();
}
