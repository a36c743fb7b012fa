/** The proxy that the user's own environment names for what guard does outside. */

export interface OuterProxy {
  tls: boolean;
  /** Name or address, and port: what messages may show. The credentials are in `authorization` alone. */
  host: string;
  port: number;
  authorization: string | null;
}

export type WayOut =
  | { kind: 'direct' }
  | { kind: 'proxy'; proxy: OuterProxy }
  /** The user has said how to go, and guard cannot: refused, not gone another way. */
  | { kind: 'unusable'; reason: string };

/** How to reach a normalised host name. */
export type ProxySettings = (host: string, port: number) => WayOut;

type Environment = Readonly<Record<string, string | undefined>>;

const DIRECT: WayOut = { kind: 'direct' };
const DEFAULT_PORTS: Record<string, number> = { 'http:': 80, 'https:': 443 };

/**
 * Reads HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY, either case, the small one first as in curl(1). What is neither
 * on the port of HTTP nor on one of HTTPS only goes through the proxy for all: clients of such ports know no proxy.
 */
export function readProxySettings(env: Environment): ProxySettings {
  const find = (...names: string[]): WayOut => {
    for (const name of names.flatMap((each) => [each.toLowerCase(), each])) {
      const value = env[name]?.trim();
      if (value) return readProxy(name, value);
    }
    return DIRECT;
  };
  const ways = { http: find('HTTP_PROXY', 'ALL_PROXY'), https: find('HTTPS_PROXY', 'ALL_PROXY') };
  const all = find('ALL_PROXY');
  const exempt = readExemptions(env.no_proxy || env.NO_PROXY || '');
  return (host, port) => {
    const way = port === 80 ? ways.http : port === 443 || port === 8443 ? ways.https : all;
    return way.kind === 'direct' || exempt(host, port) ? DIRECT : way;
  };
}

function readProxy(variable: string, value: string): WayOut {
  const text = /^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `http://${value}`;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol.startsWith('socks')) {
    const reason = `${variable} names a SOCKS proxy, which guard does not support; set it to an http:// or https:// proxy`;
    return { kind: 'unusable', reason };
  }
  const standard = DEFAULT_PORTS[url?.protocol ?? ''];
  const authorization = url && basic(url);
  if (!url?.hostname || standard === undefined || authorization === undefined) {
    // The value itself may hold a password.
    const reason = `${variable} names no proxy that guard can use; set it to http://HOST:PORT or https://HOST:PORT`;
    return { kind: 'unusable', reason };
  }
  const proxy = {
    tls: url.protocol === 'https:',
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? standard : Number(url.port),
    authorization,
  };
  return { kind: 'proxy', proxy };
}

/** RFC 7617; undefined when it cannot be read. */
function basic({ username, password }: URL): string | null | undefined {
  if (!username && !password) return null;
  try {
    const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    return `Basic ${Buffer.from(pair).toString('base64')}`;
  } catch {
    return undefined;
  }
}

/** Names, each with what is below it, whatever dot or star they begin with; `*` is all. Addresses name no host here. */
function readExemptions(text: string): (host: string, port: number) => boolean {
  const entries = text
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(Boolean)
    .map((entry) => {
      const [, name = '', port] = /^(.*?)(?::(\d{1,5}))?$/.exec(entry) ?? [];
      const bare = name === '*' ? name : name.replace(/^\*?\./, '').replace(/\.$/, '');
      return { name: bare, port: port === undefined ? null : Number(port) };
    })
    .filter(({ name }) => name !== '');
  return (host, port) =>
    entries.some(
      (entry) =>
        (entry.port === null || entry.port === port) &&
        (entry.name === '*' || host === entry.name || host.endsWith(`.${entry.name}`)),
    );
}
