import { isIP } from 'node:net';
import { GuardError } from '../guard-error.ts';
import type { HostEntry, Sourced } from '../profile/types.ts';
import { normaliseName } from './names.ts';

export interface HostAddress {
  address: string;
  /** Null: the port that was dialled. */
  port: number | null;
}

/** `network.hosts` by normalised name; where a name appears twice, the later layer counts. @throws GuardError */
export function readHosts(entries: readonly Sourced<HostEntry>[]): Map<string, HostAddress> {
  const hosts = new Map<string, HostAddress>();
  for (const { value, source } of entries) {
    const name = normaliseName(value.name);
    const address = readHostAddress(value.address);
    if (!name || !address) {
      throw new GuardError({
        what: `network.hosts in ${source.file}:${source.line}`,
        why: name ? `"${value.address}" is no address` : `"${value.name}" is no host name`,
        fix: 'Write ADDRESS, ADDRESS:PORT or [IPv6]:PORT for a host name',
      });
    }
    hosts.set(name, address);
  }
  return hosts;
}

/** `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:80`; null for anything else. */
export function readHostAddress(text: string): HostAddress | null {
  if (isIP(text)) return { address: text, port: null };
  const match = /^(?:\[([^\]]+)\]|([\d.]+))(?::(\d{1,5}))?$/.exec(text);
  const address = match?.[1] ?? match?.[2];
  if (!match || !address || isIP(address) !== (match[1] ? 6 : 4)) return null;
  const port = match[3] === undefined ? null : Number(match[3]);
  return port !== null && (port < 1 || port > 65_535) ? null : { address, port };
}
