import type { Socket } from 'node:net';
import { printable } from '../printable.ts';
import type { ConnectRequest, Verdict } from '../policy/types.ts';
import type { Refusal } from './types.ts';

/** TLS alert descriptions (RFC 8446, section 6.2). */
const ALERT = { accessDenied: 49, decodeError: 50, internalError: 80, unrecognisedName: 112 };
/** How long a refused client may take to read why, in milliseconds. */
const LINGER = 1000;

/** What egress refuses by itself, whatever the policy says. */
export const BUILT_IN = {
  unnamed: {
    rule: 'network.unnamed',
    reason: 'the connection names no host, so no rule can allow it',
    safer: 'Connect by host name.',
  },
  mismatch: {
    rule: 'network.name-mismatch',
    reason: 'the connection was made to one host and asks for another',
    safer: 'Look up the host that is asked for.',
  },
  malformed: {
    rule: 'network.malformed',
    reason: 'the start of the connection cannot be read without doubt',
  },
  unjudged: {
    rule: 'network.unjudged',
    reason: 'guard failed to judge the connection, and so refuses it',
  },
  proxy: {
    rule: 'network.proxy',
    reason: 'guard is no proxy',
    safer: 'Connect to the host itself.',
  },
  loopback: {
    rule: 'network.loopback',
    reason: "the user's own loopback services are not part of the session",
    safer: 'Ask the user to list the port in network.host-ports.',
  },
  privateAddress: {
    rule: 'network.private-address',
    reason: 'the name resolves to an address that no public host has',
    safer: 'If the host does live there, ask the user to list it in network.hosts.',
  },
  privateName: {
    rule: 'network.private-name',
    reason:
      'the name is one of a private network, and behind a proxy guard cannot look where it leads',
    safer: 'If the host is meant, ask the user to list it in network.hosts.',
  },
  outerProxy: {
    rule: 'network.outer-proxy',
    reason: 'the proxy that the environment of guard names cannot be used',
    safer: 'Ask the user to mend the proxy variable.',
  },
} as const;

export function refusal(
  what: { rule: string; reason: string; safer?: string },
  reason: string = what.reason,
): Refusal {
  return { ...what, kind: 'refused', reason };
}

export function unreachable(reason: string): Refusal {
  return { kind: 'unreachable', rule: 'network.unreachable', reason };
}

/** The verdict under which a refusal of egress itself is journalled. */
export function denial({ rule, reason, safer }: Refusal): Verdict {
  return {
    action: 'deny',
    rule,
    reason,
    ...(safer ? { safer } : {}),
    source: { layer: 'default', file: 'guard', line: 0 },
  };
}

/** What the agent reads in the body of a refused HTTP request. */
export function refusalText({ kind, rule, reason, safer }: Refusal): string {
  const text = (part: string) => printable(part, 1000).replace(/[.\s]*$/, '.');
  if (kind === 'unreachable') return `guard: unreachable: ${text(reason)}\n`;
  const hint = safer ? `${text(safer)} ` : '';
  return `guard: refused: ${rule}: ${text(reason)}\nguard: ${hint}Do not try another way; tell the user.\n`;
}

/** A fatal alert, so that the client reports a refusal and not a network fault; then the end. */
export function refuseTls(client: Socket, { kind, rule }: Refusal): void {
  const description =
    kind === 'unreachable'
      ? ALERT.internalError
      : rule === BUILT_IN.unnamed.rule || rule === BUILT_IN.mismatch.rule
        ? ALERT.unrecognisedName
        : rule === BUILT_IN.malformed.rule
          ? ALERT.decodeError
          : ALERT.accessDenied;
  client.end(Buffer.from([21, 3, 3, 0, 2, 2, description]));
  linger(client);
}

/** Reads on for a moment: closing with unread data would reset the connection and lose what was just written. */
export function linger(client: Socket): void {
  client.resume();
  const timer = setTimeout(() => client.destroy(), LINGER);
  client.once('close', () => clearTimeout(timer));
}

export function refuseRaw(client: Socket): void {
  client.resetAndDestroy();
}

export function connectRequest(
  host: string | null,
  { address, port }: { address: string; port: number },
): ConnectRequest {
  return { kind: 'connect', host, address, port };
}
