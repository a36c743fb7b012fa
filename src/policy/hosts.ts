import { GuardError } from '../guard-error.ts';
import type { Sourced } from '../profile/types.ts';
import type { Source } from './types.ts';

/** A line of `network.allow` or `network.deny`. */
export interface HostPattern {
  written: string;
  source: Source;
  /** `port` null in a pattern: 80 and 443 where it allows, every port where it denies. */
  matches: (host: string, port: number) => boolean;
}

/** RFC 1123 names, underscores as they occur in practice; punycode stays as it is. */
const NAME =
  /^(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*$/;
const IPV6 = /^\[?[0-9a-f:.]+\]?$/;
const WEB_PORTS = [80, 443];

/** A dialled name as it is compared: lower case, no dot at the end; null when it is no host name. */
export function normaliseHost(name: string): string | null {
  const host = name.toLowerCase().replace(/\.$/, '');
  if (NAME.test(host)) return host;
  return host.includes(':') && host.length < 50 && IPV6.test(host)
    ? host.replace(/^\[|\]$/g, '')
    : null;
}

/** `host`, `*.host` (below it, not itself), `*`, each with `:port`. @throws GuardError */
export function compileHost(entry: Sourced<string>, list: 'allow' | 'deny'): HostPattern {
  const match = /^(\[[^\]]+\]|[^:]+)(?::(\d{1,5}))?$/.exec(entry.value.trim());
  const port = match?.[2] === undefined ? null : Number(match[2]);
  const matchesName = match && compileName(match[1] ?? '');
  if (!matchesName || (port !== null && (port < 1 || port > 65_535)))
    throw new GuardError({
      what: `network.${list} in ${entry.source.file}:${entry.source.line}`,
      why: `"${entry.value}" is no host pattern`,
      fix: 'Write host, *.host or *, with :port when it is neither 80 nor 443',
    });
  const matchesPort = (given: number) =>
    port === null ? list === 'deny' || WEB_PORTS.includes(given) : port === given;
  return {
    written: entry.value,
    source: entry.source,
    matches: (host, given) => matchesPort(given) && matchesName(host),
  };
}

function compileName(written: string): ((host: string) => boolean) | null {
  if (written === '*') return () => true;
  const below = written.startsWith('*.');
  const name = normaliseHost(below ? written.slice(2) : written);
  if (name === null) return null;
  return below ? (host) => host.endsWith(`.${name}`) : (host) => host === name;
}
