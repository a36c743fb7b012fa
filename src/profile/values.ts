import { isIP } from 'node:net';
import { checkGlob } from './glob.ts';

/**
 * What a value in a profile may look like. Each check answers with the message for a person ("expected …"), or null
 * when the value is good. Used by the schema; limits keep a hostile profile from making guard slow.
 */
export type Check = (value: string) => string | null;

/** Of a whole path: PATH_MAX, limits.h. */
const MAX_PATH = 4096;
/** RFC 1035, section 2.3.4. */
const MAX_HOST = 253;
const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/i;

const CONTROL = /[\u0000-\u001f\u007f]/;

export const fileGlob: Check = (value) => {
  if (value.startsWith('/') || value.startsWith('~'))
    return 'expected a pattern relative to the repository, not an absolute path';
  if (value.endsWith('/')) return `leave out the "/" at the end ("${value}**" is all it holds)`;
  return checkGlob(value);
};

/** A folder or file of the user's: `~/NAME…` or absolute, no pattern. */
export const homePath: Check = (value) => {
  if (value === '~' || value === '~/' || /^\/+$/.test(value))
    return 'expected a folder or file inside it: this would grant everything';
  if (!value.startsWith('~/') && !value.startsWith('/'))
    return 'expected a path that starts with "~/" or "/"';
  return checkPath(value, /[*?{}[\]]/);
};

export const systemPath: Check = (value) =>
  !value.startsWith('/') || /^\/+$/.test(value)
    ? 'expected an absolute path below "/"'
    : checkPath(value, /[*?{}[\]]/);

/** As `systemPath`, with `*` and `?` in its last component. */
export const systemGlob: Check = (value) =>
  !value.startsWith('/') || /^\/+$/.test(value)
    ? 'expected an absolute path below "/"'
    : (checkPath(value.slice(0, value.lastIndexOf('/') + 1), /[*?{}[\]]/) ??
      checkPath(value, /[{}[\]]/));

function checkPath(value: string, pattern: RegExp): string | null {
  if (value.length > MAX_PATH) return 'longer than a path can be';
  if (CONTROL.test(value)) return 'a control character is in it';
  if (value.split('/').includes('..')) return '".." is not allowed: write the path itself';
  if (pattern.test(value)) return 'no pattern can stand here: write the path itself';
  return null;
}

/** `host`, `*.host`, `*`, each with `:PORT` if wanted. */
export const hostPattern: Check = (value) => {
  const notHost = checkNotUrl(value);
  if (notHost) return notHost;
  const { name, port } = splitPort(value);
  if (port !== null && !isPort(port)) return 'expected a port from 1 to 65535 after ":"';
  if (name === '*') return null;
  return hostName(name.startsWith('*.') ? name.slice(2) : name);
};

/** A name alone. */
export const hostName: Check = (value) => {
  const notHost = checkNotUrl(value);
  if (notHost) return notHost;
  if (value.includes('*')) return 'a "*" may only be the whole first part, as in "*.example.com"';

  if (/[^\u0000-\u007f]/.test(value)) return 'write an international name in its xn-- form';
  if (/^localhost$/i.test(value))
    return "localhost is the session's own: use network.host-ports for a service of yours";
  if (value.length > MAX_HOST || !value.split('.').every((label) => LABEL.test(label)))
    return 'expected a host name such as "example.com" or "*.example.com"';
  return null;
};

/** `ADDRESS`, `IPV4:PORT` or `[IPV6]:PORT`. */
export const hostAddress: Check = (value) => {
  const expected = 'expected an address such as "127.0.0.1:5432", "10.0.0.5" or "[::1]:5432"';
  if (value.includes('%')) return expected;
  if (isIP(value)) return null;
  const match = /^(?:\[([^\]]+)\]|([\d.]+))(?::(\d{1,5}))?$/.exec(value);
  if (!match || isIP(match[1] ?? match[2] ?? '') !== (match[1] ? 6 : 4)) return expected;
  return match[3] === undefined || isPort(match[3]) ? null : expected;
};

function checkNotUrl(value: string): string | null {
  if (/^\w+:\/\//.test(value) || value.includes('/')) return 'expected a host alone, not a URL';
  if (isIP(value.replace(/^\[|\](?::\d+)?$/g, '')) || isIP(splitPort(value).name))
    return 'expected a name, not an address: give the address a name in network.hosts';
  return null;
}

function splitPort(value: string): { name: string; port: string | null } {
  const at = value.lastIndexOf(':');
  return at < 0
    ? { name: value, port: null }
    : { name: value.slice(0, at), port: value.slice(at + 1) };
}

function isPort(text: string): boolean {
  return /^[1-9]\d{0,4}$/.test(text) && Number(text) <= 65_535;
}

export const envName: Check = (value) =>
  /^[A-Za-z_][A-Za-z0-9_]{0,254}$/.test(value) ? null : 'expected the name of a variable';

/** A name, or its beginning followed by `*`. */
export const envPattern: Check = (value) => {
  if (value === '*')
    return 'this would pass every secret of your environment: name what is needed, as in "LC_*"';
  return /^[A-Za-z_][A-Za-z0-9_]{0,254}\*?$/.test(value)
    ? null
    : 'expected the name of a variable, or its beginning and "*" ("LC_*")';
};

export const envValue: Check = (value) => {
  if (value.includes('\0')) return 'a NUL character is in it';
  return value.length > 32_768 ? 'longer than 32768 characters' : null;
};

export const commandWords: Check = (value) => {
  if (!value.trim()) return 'expected the words of a command, such as "terraform apply"';
  if (CONTROL.test(value)) return 'a control character is in it';
  return value.length > 500 ? 'longer than 500 characters' : null;
};

/** Of the audit: `provider.kind`, `provider.*`, `*`. */
export const secretRule: Check = (value) =>
  /^(?:\*|[a-z0-9][a-z0-9_-]{0,60}\.(?:\*|[a-z0-9][a-z0-9._-]{0,60}))$/.test(value)
    ? null
    : 'expected a rule as "provider.kind", "provider.*" or "*"';

export const sentence: Check = (value) => {
  if (!value.trim()) return 'expected a sentence';
  return value.length > 300 ? 'longer than 300 characters' : null;
};

/** A name looked up on PATH, an absolute path, or `$SHELL`. */
export const programName: Check = (value) => {
  if (value === '$SHELL') return null;
  if (!value || value.length > MAX_PATH || CONTROL.test(value)) return 'expected a program';
  return value.includes('/') && !value.startsWith('/') && !value.startsWith('~/')
    ? 'expected a name, or a path that starts with "/" or "~/"'
    : null;
};

const MAX_TIMEOUT = 3600;

export const duration: Check = (value) => {
  const seconds = durationSeconds(value);
  return seconds === null || seconds < 1 || seconds > MAX_TIMEOUT
    ? 'expected a time from "1s" to "60m", such as "120s"'
    : null;
};

const UNIT_SECONDS: Record<string, number> = { s: 1, m: 60, h: 3600 };

/** `90s`, `2m`, `8h` → seconds; null for anything else. */
export function durationSeconds(value: string): number | null {
  const match = /^(\d{1,5})([smh])$/.exec(value);
  return match ? Number(match[1]) * (UNIT_SECONDS[match[2] ?? ''] ?? 1) : null;
}

/** A week: longer than any session one would want a credential in. */
const MAX_LIFETIME = 7 * 24 * 3600;

export const lifetime: Check = (value) => {
  const seconds = durationSeconds(value);
  return seconds === null || seconds < 1 || seconds > MAX_LIFETIME
    ? 'expected a time from "1s" to "168h", such as "30m"'
    : null;
};

/** The name of an agent: also a file's name, so nothing that could leave its folder. */
export const agentName: Check = (value) =>
  /^[a-z0-9][a-z0-9._-]{0,63}$/i.test(value) && !value.includes('..')
    ? null
    : 'expected the name of an agent, such as "claude"';

/** The name of a broker: also a file's name. */
export const brokerName: Check = (value) =>
  agentName(value) === null ? null : 'expected the name of a broker, such as "git"';

/** The id of a provider: also a file's name. */
export const providerName: Check = (value) =>
  agentName(value) === null ? null : 'expected the name of a provider, such as "railway"';

/** The name of a credential: also a file's name, and a word of `--grant NAME:…`. */
export const credentialName: Check = (value) =>
  /^[a-z0-9][a-z0-9_-]{0,63}$/i.test(value)
    ? null
    : 'expected a name of letters, digits, "-" and "_", such as "railway"';

/** A class or an operation, `*` for any run of characters. */
export const operationPattern: Check = (value) => {
  if (!value.trim()) return 'expected an operation, such as "mutation volumeDelete"';
  if (CONTROL.test(value)) return 'a control character is in it';
  return value.length > 500 ? 'longer than 500 characters' : null;
};

/** `input.serviceId`, `**.isDeleted`. */
export const argumentPath: Check = (value) =>
  /^[^\s.]{1,100}(?:\.[^\s.]{1,100}){0,20}$/.test(value)
    ? null
    : 'expected names with dots between them, such as "input.name" or "**.isDeleted"';

/** As `hostPattern`; `localhost:PORT` is a database of the user's own, on a port of `network.host-ports`. */
export const credentialHost: Check = (value) =>
  /^localhost:[1-9]\d{0,4}$/i.test(value) ? null : hostPattern(value);

/** RFC 9110, section 5.1. */
export const headerName: Check = (value) =>
  /^[\w!#$%&'*+.^`|~-]{1,100}$/.test(value) ? null : 'expected the name of a header';

export const scheme: Check = (value) =>
  /^[\w-]{0,50}$/.test(value) ? null : 'expected one word, such as "Bearer" or "token"';

/** Relative to the repository, `~/…` or absolute; never upwards. */
export const credentialFile: Check = (value) =>
  value ? checkPath(value, /[*?{}[\]]/) : 'expected a path';

export const keyringWord: Check = (value) =>
  value && value.length <= 200 && !CONTROL.test(value) && !value.startsWith('-')
    ? null
    : 'expected a word that does not start with "-"';

/** What `extends` may name: an agent, or a file (`./x.yaml`, `~/x.yaml`, `/x.yaml`). */
export const extendsName: Check = (value) => {
  if (!isFileReference(value)) return agentName(value);
  return checkPath(value.replace(/^(\.\.?\/)+/, ''), /[*?{}[\]]/);
};

export function isFileReference(value: string): boolean {
  return /^(\.{1,2}\/|~\/|\/)/.test(value);
}
