import type { CredentialEntry } from '../credentials/types.ts';
import type { Action, OperationClass, Source } from '../policy/types.ts';

/** A value with the line it came from. */
export interface Sourced<T> {
  value: T;
  source: Source;
}

/** `commands:` entry of a profile: words of a command line and what to do about it. */
export interface CommandEntry {
  match: string;
  action: Action;
  /** How a yes is given; with `ask` only. */
  confirm?: ConfirmBy;
  reason?: string;
}

/** `confirm:` of a `commands:` entry: one key; Enter below what was measured; the name of what would be lost, typed. */
export const CONFIRM_BY = ['key', 'review', 'type-target'] as const;
export type ConfirmBy = (typeof CONFIRM_BY)[number];

/** A name or address the user says lives at a private or loopback place: `network.hosts`. */
export interface HostEntry {
  name: string;
  /** `ADDRESS` or `ADDRESS:PORT`, on the user's side. */
  address: string;
}

/** `network.rules` entry: which operations of which services, and what about them. Patterns as in `commands`. */
export interface CallRule {
  /** `host`, `*.host`, with `:PORT` if it matters. */
  host?: string;
  provider?: string;
  operation?: string;
  class?: OperationClass;
  target?: string;
  /** By path in the arguments (`input.name`, `**.isDeleted`): a pattern, or a number, boolean or null. */
  arguments?: Record<string, string | number | boolean | null>;
  action: Action;
  reason?: string;
}

export interface ProfileFile {
  layer: Source['layer'];
  /** As shown to people. */
  file: string;
  /** Hex SHA-256 of the exact content. */
  sha256: string;
  /** Always true outside the repository layer. */
  trusted: boolean;
}

/** A line of an untrusted repository profile that would widen the session and was left out. */
export interface IgnoredWidening {
  /** Path of the key, e.g. `network.allow[0]`. */
  key: string;
  /** As written, for people. */
  value: string;
  source: Source;
}

/**
 * The whole policy of one session after layering, every line with its source. Plain data: it is journalled, printed by
 * `guard profile show`, and sent to worker threads. Lists are in order of layers: defaults, user, repository, organisation.
 * A refusal stands once in every layer that has it, because each layer answers for itself; a grant stands once. What the
 * organisation grants is in the layer `default`; of an untrusted repository only what tightens is here.
 */
export interface EffectiveProfile {
  /** Name of the agent profile, e.g. `cursor-agent`, or null for a bare command. */
  agent: string | null;
  /** Program to start for the agent, e.g. `cursor-agent`; null for a bare command. */
  program: string | null;
  workspace: Sourced<'live'>;
  files: {
    /** Globs (micromatch, dot) relative to the repository; a pattern without a slash matches at any depth. */
    hide: Sourced<string>[];
    redact: Sourced<string>[];
    protect: Sourced<string>[];
    expose: Sourced<string>[];
  };
  home: {
    /** `~/…` or absolute; bound read-only / read-write where they exist on the host. */
    read: Sourced<string>[];
    write: Sourced<string>[];
    /** The session's own copy, dropped at its end. */
    copy: Sourced<string>[];
  };
  /** Host paths outside home that every session sees read-only (`/usr`, `/etc`, …). */
  system: {
    read: Sourced<string>[];
    /** Inside those, what is covered (`/etc/shadow`, host keys …); globs allowed in the last component. */
    hide: Sourced<string>[];
  };
  env: {
    /** Names, `*` allowed at the end (`LC_*`). */
    pass: Sourced<string>[];
    set: Record<string, Sourced<string>>;
  };
  /** In order of layers; `decide` applies the layering. */
  commands: Sourced<CommandEntry>[];
  network: {
    /** `host`, `*.host`, `host:port`, `*`. Ports default to 80 and 443. */
    allow: Sourced<string>[];
    deny: Sourced<string>[];
    hosts: Sourced<HostEntry>[];
    hostPorts: Sourced<number>[];
    publish: Sourced<number>[];
    /** In order of layers; `decide` applies the layering. */
    rules: Sourced<CallRule>[];
    /** Hosts whose requests are read besides those of providers, credentials and rules. */
    inspect: Sourced<string>[];
    /** Hosts whose requests are never read. */
    opaque: Sourced<string>[];
    /** Hosts at which credentials that guard did not issue may be used. */
    foreignCredentials: Sourced<string>[];
  };
  /** By name, each once. */
  credentials: Sourced<CredentialEntry>[];
  /** Names of the brokers that are on: `profiles/brokers`, or the user's own. */
  broker: Sourced<string>[];
  sandbox: {
    /** Whether processes inside may make user namespaces of their own. */
    userNamespaces: Sourced<boolean>;
  };
  approvals: {
    /** Seconds an ask waits before it is refused. */
    timeout: Sourced<number>;
  };
  /** Every file that took part, in the order of layers. */
  sources: ProfileFile[];
  ignored: IgnoredWidening[];
}
