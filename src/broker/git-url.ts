/** An address that git reaches through ssh. */
export interface SshUrl {
  /** As git gets it. */
  url: string;
  /** As ssh gets it: may be an alias of the user's ssh settings. */
  host: string;
  user: string | null;
  port: number | null;
}

export type ReadUrl =
  | { kind: 'ssh'; ssh: SshUrl }
  /** https, file, a path, a helper: nothing here that guard runs. */
  | { kind: 'other' }
  | { kind: 'unclear'; why: string };

const HOST = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9])?$/;
const USER = /^[A-Za-z0-9_][A-Za-z0-9._+-]{0,63}$/;
/** What reaches the other side's shell in quotes, and a reader's eye as it is. */
const PATH = /^[\p{L}\p{N}_./~][\p{L}\p{N}_./~@+:-]{0,1000}$/u;

/** What an address is, as git reads it: connect.c, `parse_connect_url`; git-fetch(1), "GIT URLS". */
export function readUrl(url: string): ReadUrl {
  const scheme = /^(?:git\+)?ssh(?:\+git)?:\/\/(.*)$/s.exec(url)?.[1];
  if (scheme !== undefined) return readScheme(url, scheme);
  if (/^[A-Za-z0-9.+-]+:\/\//.test(url) || /^[A-Za-z0-9]+::/.test(url)) return { kind: 'other' };
  const colon = url.indexOf(':');
  const slash = url.indexOf('/');
  if (colon < 0 || (slash >= 0 && slash < colon)) return { kind: 'other' };
  return read(url, url.slice(0, colon), url.slice(colon + 1), null);
}

function readScheme(url: string, rest: string): ReadUrl {
  const slash = rest.indexOf('/');
  if (slash < 0) return { kind: 'unclear', why: 'it names no repository' };
  const authority = rest.slice(0, slash);
  const port = /:(\d{0,5})$/.exec(authority);
  const number = port?.[1] ? Number(port[1]) : null;
  if (number !== null && (number < 1 || number > 65_535))
    return { kind: 'unclear', why: 'its port is not one' };
  return read(url, port ? authority.slice(0, port.index) : authority, rest.slice(slash), number);
}

function read(url: string, authority: string, path: string, port: number | null): ReadUrl {
  const at = authority.lastIndexOf('@');
  const user = at < 0 ? null : authority.slice(0, at);
  const host = authority.slice(at + 1);
  if (!HOST.test(host)) return { kind: 'unclear', why: 'its host is not a plain name' };
  if (user !== null && !USER.test(user))
    return { kind: 'unclear', why: 'its user is not a plain name' };
  if (!PATH.test(path)) return { kind: 'unclear', why: 'its path has unusual characters' };
  return { kind: 'ssh', ssh: { url, host, user, port } };
}
