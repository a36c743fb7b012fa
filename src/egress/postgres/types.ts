import type { Socket } from 'node:net';
import type { ConnectionOptions, SecureContext } from 'node:tls';
import type { Operation } from '../../policy/types.ts';
import type { CancelKeys } from './cancel-keys.ts';

/** How the way to the server is secured, as libpq's `sslmode` has it. */
export type UpstreamTls = 'disable' | 'prefer' | 'require' | 'verify-full';

/** Statements of one message, held until they are judged. */
export interface PgCall {
  /** As the client gave them. */
  user: string;
  database: string;
  operations: readonly [Operation, ...Operation[]];
}

export type PgVerdict = { allowed: true } | { allowed: false; rule: string; reason: string };

/** What guard logs in with, or why it does not. `reason` is shown to the client. */
export type PgLogin =
  | { ok: true; user: string; password: string }
  /** `28P01` unless given: SQLSTATE. */
  | { ok: false; reason: string; code?: string };

export interface PostgresOptions {
  /** A fresh connection to the server, judged and dialled by the caller. */
  openUpstream: (signal: AbortSignal) => Promise<Socket>;
  /** What the server's certificate has to be for. */
  host: string;
  upstreamTls: UpstreamTls;
  /** A CA of the user's own, and the like. */
  upstreamTlsOptions?: Pick<ConnectionOptions, 'ca' | 'cert' | 'key'>;
  /** The session's certificate for the host; null: TLS is refused inside, and clients that insist on it cannot connect. */
  tls: SecureContext | null;
  /** Exchanges the placeholder for the real login. */
  login: (user: string, database: string, placeholder: string | null) => Promise<PgLogin>;
  /** Decides, asks if need be, and records. The signal fires when the client has gone or cancels. A rejection is a refusal. */
  judge: (call: PgCall, signal: AbortSignal) => Promise<PgVerdict>;
  /** One sentence for the record and the user, already safe to print. */
  onNotice: (text: string) => void;
  /** One for all connections of a session. */
  cancels: CancelKeys;
  limits?: Partial<PostgresLimits>;
}

export interface PostgresLimits {
  /** Milliseconds in which a client must have sent its start-up and password. */
  handshake: number;
  /** Milliseconds for connecting and logging in outside. */
  login: number;
  /** Bytes of a message that has to be read before it is judged. */
  statement: number;
}
