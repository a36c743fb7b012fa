import type { Socket } from 'node:dgram';
import type { Server, Socket as TcpSocket } from 'node:net';
import type { ConnectRequest, Verdict } from '../policy/types.ts';
import type { HostEntry, Sourced } from '../profile/types.ts';
import type { InspectOptions } from './inspect/types.ts';
import type { SyntheticNames } from './names.ts';
import type { Via } from './outer-proxy.ts';
import type { ProxySettings } from './proxy-settings.ts';

/** How a judged connection ended, approval included. */
export interface Judgement {
  allowed: boolean;
  verdict: Verdict;
}

export interface EgressOptions {
  /** Listening inside the session's network namespace on every address, each with the port it stands for. */
  servers: readonly { port: number; server: Server }[];
  /** Bound to port 53 inside the session. */
  dns: Socket;
  /** Pure: decides which names are answered. Asked for 443 and each port of `servers`, with an empty address. */
  decide: (request: ConnectRequest) => Verdict;
  /**
   * Decides, asks if need be, and journals. The signal fires when the client has gone. A rejection is a refusal.
   */
  judge: (request: ConnectRequest, signal: AbortSignal) => Promise<Judgement>;
  /** Journals what egress settles by itself: its own refusals, and what the profile opens (`host-ports`). */
  record: (request: ConnectRequest, verdict: Verdict) => void;
  /** Which connections are opened, and who judges the requests in them; none unless given. */
  inspect?: InspectOptions;
  databases?: DatabaseGate;
  hosts: readonly Sourced<HostEntry>[];
  hostPorts: readonly Sourced<number>[];
  /** One sentence for the record and the user, already safe to print. */
  onNotice: (text: string) => void;
  limits?: Partial<EgressLimits>;
  /** How guard itself resolves a name; the system's resolver unless given. */
  lookup?: Lookup;
  /** The proxy to go out through; what guard's own environment says unless given. */
  proxies?: ProxySettings;
}

/** Databases whose protocol guard speaks: it logs in and judges statements. */
export interface DatabaseGate {
  /** `localhost` stands for the user's own loopback. */
  serves(host: string, port: number): boolean;
  /** Takes over a connection that was admitted. Never rejects. */
  serve(
    client: TcpSocket,
    place: { host: string; port: number },
    dial: (signal: AbortSignal) => Promise<TcpSocket>,
  ): Promise<void>;
}

export interface EgressLimits {
  /** Connections at once. */
  connections: number;
  /** Milliseconds in which a client must show what it speaks, where guard has to know. */
  firstBytes: number;
  /** Milliseconds for resolving and connecting outside. */
  dial: number;
  /** Milliseconds a plain HTTP connection may stay without a complete next request head. */
  idle: number;
}

export interface Egress {
  names: SyntheticNames;
  /** Stops listening and cuts every connection. */
  close(): void;
}

/** Addresses of a name, in the order to be tried. */
export type Lookup = (name: string) => Promise<string[]>;

/** Who dialled what, as seen on the accepted socket. */
export interface Dialled {
  address: string;
  port: number;
  /** The name whose synthetic address was dialled; null for any other address. */
  name: string | null;
}

/** Where an allowed connection goes: checked addresses, never looked up again. */
export interface Target {
  /** Empty with `via`. */
  addresses: string[];
  port: number;
  /** Through the user's proxy, which resolves the name itself. */
  via?: Via;
}

export type Admission = { ok: true; target: Target } | { ok: false; refusal: Refusal };

export interface Refusal {
  /** `unreachable` is no refusal of policy: the name did not resolve or nobody answered. */
  kind: 'refused' | 'unreachable';
  rule: string;
  reason: string;
  safer?: string;
}
