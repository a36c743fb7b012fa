import { normaliseHost } from '../policy/hosts.ts';

/** The host names of a session, and the addresses that stand for them inside it. */

/** RFC 2544, appendix C.2.2: 198.18.0.0/15 is set aside for benchmarking and never routed on the Internet. */
const SYNTHETIC_BASE = (198 << 24) | (18 << 16);
const DEFAULT_LIMIT = 65_536;

/** RFC 1035, section 2.3.4, less the length byte and the root label. */
const NAME_LIMIT = 253;
/** A name that resolvers and URL parsers read as an IPv4 address: `127.1`, `0x7f.1`, `2130706433` (WHATWG URL, "ends in a number"). */
const NUMERIC = /^(?:[0-9]+|0x[0-9a-f]*)$/;

/**
 * A host name in the one form guard compares: lower case, no trailing dot. Null when it is not a host name; an address
 * in any notation is not one.
 */
export function normaliseName(text: string): string | null {
  if (text.length > NAME_LIMIT + 1) return null;
  const name = normaliseHost(text);
  if (!name || name.includes(':')) return null;
  return NUMERIC.test(name.slice(name.lastIndexOf('.') + 1)) ? null : name;
}

/**
 * One synthetic address per name, for the life of the session: an address is never given to a second name, so a
 * connection always means the name that was looked up.
 */
export class SyntheticNames {
  readonly #limit: number;
  readonly #names: string[] = [];
  readonly #addresses = new Map<string, string>();

  constructor(limit = DEFAULT_LIMIT) {
    this.#limit = limit;
  }

  /** The address of a normalised name, made on first use; null when every address is taken. */
  addressOf(name: string): string | null {
    const known = this.#addresses.get(name);
    if (known) return known;
    if (this.#names.length >= this.#limit) return null;
    this.#names.push(name);
    const address = dotted(SYNTHETIC_BASE + this.#names.length);
    this.#addresses.set(name, address);
    return address;
  }

  /** The name an address stands for, or null when it stands for none. */
  nameOf(address: string): string | null {
    const parts = address.split('.').map(Number);
    if (parts.length !== 4) return null;
    const [a = 0, b = 0, c = 0, d = 0] = parts;
    const index = ((a << 24) | (b << 16) | (c << 8) | d) - SYNTHETIC_BASE - 1;
    return this.#names[index] ?? null;
  }
}

function dotted(address: number): string {
  return [address >>> 24, (address >>> 16) & 255, (address >>> 8) & 255, address & 255].join('.');
}
