import type { ResponseFilter, StreamFilter, Answer } from '../egress/inspect/types.ts';
import type { HeaderList, HttpCall } from '../operations/types.ts';
import type { CredentialFact } from '../policy/types.ts';

/** Where a real value comes from. */
export type CredentialSource =
  | { kind: 'env'; name: string }
  | { kind: 'dotenv'; file: string; name: string }
  | { kind: 'file'; path: string }
  /** Argument vector; run once at launch, outside, without a shell. */
  | { kind: 'command'; argv: readonly [string, ...string[]] }
  /** Attributes for `secret-tool lookup`. */
  | { kind: 'keyring'; attributes: Readonly<Record<string, string>> };

/** `credentials.NAME` of a profile. */
export interface CredentialEntry {
  name: string;
  from: CredentialSource;
  /** For SigV4: where the secret key (and session token) come from; `from` is the access key id. */
  secret?: CredentialSource;
  session?: CredentialSource;
  /** Id of a provider, or null with `hosts`. */
  provider: string | null;
  /** `host`, `host:port`, `*.host`: narrower than the provider's, or for a host that has none. */
  hosts: readonly string[];
  /** Header it travels in at hosts without a provider; `Authorization: Bearer` unless given. */
  header: string | null;
  scheme: string | null;
  /** Classes and operation names (`*` as in rules); null when the key is absent. */
  allow: readonly string[] | null;
  ask: readonly string[] | null;
  deny: readonly string[] | null;
  /** Seconds; null for the session's length. */
  ttl: number | null;
  /** Variables that hold the placeholder inside; null for the provider's own names. */
  env: readonly string[] | null;
}

/** The real values of one entry, or why they could not be had. */
export type ResolvedCredential =
  | { value: string; secret: string | null; session: string | null }
  /** Safe to print once it went through `printable`; never holds a value. */
  | { missing: string };

/** Who a placeholder stands for; guard alone can say. */
export interface Identity {
  session: string;
  agent: string | null;
  task: string | null;
}

/** What guard knows of a placeholder. */
export interface PlaceholderMeaning {
  identity: Identity;
  /** Name of the credential. */
  name: string;
  provider: string | null;
  hosts: readonly string[];
  allow: readonly string[] | null;
  /** Milliseconds since the epoch; null for the session's length. */
  until: number | null;
  state: 'granted' | 'expired' | 'revoked' | 'not-granted';
}

/** The credentials of one session. */
export interface Credentials {
  /** Variables of the session, each with a placeholder. */
  readonly env: Readonly<Record<string, string>>;
  /** Credentials whose value could not be had, and why; they are not granted. */
  readonly missing: readonly { name: string; why: string }[];
  /** Credentials that work, but are guarded less well than others: to be told to the user. */
  readonly weak: readonly { name: string; why: string }[];
  /** Real values, for redaction of what is recorded. */
  readonly secrets: readonly string[];
  /** The placeholder that covered files show for a value, if a credential has it. */
  standInFor(value: string): string | null;
  /** Who and what a placeholder stands for; null for anything else. */
  meaningOf(placeholder: string): PlaceholderMeaning | null;
  /** Further real values and their stand-ins (`[real, stand-in]`), of files covered now or later. */
  addKnown(values: readonly (readonly [real: string, standIn: string | null])[]): void;
  /** Looks at a request: its head, and its body as far as it was read. */
  examine(call: HttpCall): Examined;
  /** Names that were looked up: a placeholder or a real value in one. */
  examineName(name: string): CredentialFact;
  /** For bytes that go out unjudged; `onFound` makes the answer, and tells the user. */
  outgoing(onFound: (fact: CredentialFact) => Answer): StreamFilter;
}

export interface Examined {
  fact: CredentialFact;
  /**
   * The head with the real value in place of the placeholder, if the fact is `granted`: only after the verdict.
   * @throws GuardError when the credential has expired or was revoked meanwhile: then the request is refused.
   */
  inject(): { path: string; headers: HeaderList };
  /** Takes real values out of what comes back; null when none was put in. */
  scrub(): ResponseFilter | null;
}
