import type { CallRequest, Operation } from '../policy/types.ts';

/** Lower-case names, in the order they were sent, repeated ones included. */
export type HeaderList = readonly (readonly [name: string, value: string])[];

/** The head of a request, read without doubt. */
export interface CallHead {
  /** `https` when it came through TLS that guard opened. */
  scheme: 'https' | 'http';
  version: '1.0' | '1.1' | '2';
  /** Lower case, no trailing dot; what SNI, Host or `:authority` and the dialled name agree on. */
  host: string;
  port: number;
  /** As sent. */
  method: string;
  /** Origin form (RFC 9112, section 3.2.1), with its query; or `*`. */
  path: string;
  headers: HeaderList;
}

export interface CallBody {
  /** Content codings undone, as far as it was read. */
  bytes: Buffer;
  /** `beginning`: enough was read. `too-large`: more was needed than guard reads. `undecodable`: a coding that cannot be undone. */
  state: 'none' | 'whole' | 'beginning' | 'too-large' | 'undecodable';
}

export interface HttpCall extends CallHead {
  body: CallBody;
}

/** What of a body has to be read before a request can be judged. */
export type BodyNeed =
  | { kind: 'none' }
  /** `limit` in decoded bytes. */
  | { kind: 'whole'; limit: number }
  | { kind: 'until'; limit: number; enough: (decoded: Buffer) => boolean };

/** What a request asks for. */
export interface Classified {
  provider: string | null;
  protocol: CallRequest['protocol'];
  operations: readonly [Operation, ...Operation[]];
}

/** Where a credential stands in a request of a provider's. */
export type CredentialPlace =
  /** `scheme` as written (`Bearer`, `token`), empty for the bare value. With `Basic`, the value is one half of the pair. */
  | {
      in: 'header';
      name: string;
      scheme: string;
      half?: 'user' | 'password';
      env: readonly string[];
    }
  | { in: 'query'; name: string; env: readonly string[] }
  | { in: 'sigv4'; env: readonly [key: string, secret: string, session: string] };

/** What others need to know of a provider without reading its rules. */
export interface ProviderSummary {
  id: string;
  name: string;
  /** `host`, `*.host`. */
  hosts: readonly string[];
  credentials: readonly CredentialPlace[];
}

/** The providers of a session. Pure. */
export interface Providers {
  /** All of them, by id. */
  summaries: ReadonlyMap<string, ProviderSummary>;
  /** The one that speaks for a host; the most specific pattern counts. */
  of(host: string): ProviderSummary | null;
  bodyNeeded(head: CallHead): BodyNeed;
  /** Never throws: what cannot be read is `unknown`. */
  classify(call: HttpCall): Classified;
}
