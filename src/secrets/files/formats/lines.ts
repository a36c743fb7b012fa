import type { Match } from '../../engine/detector.ts';
import { firstCharacter, linesOf, trimmed } from '../field.ts';
import { bounded, inOrder, type Format } from '../format.ts';
import { isSecretValue, urlParts } from '../secret-part.ts';

/** One secret a line: where it is in a line that begins at `start`. */
type InLine = (line: string) => { start: number; end: number; hash?: boolean } | null;

export function byLine(inLine: InLine): Format['read'] {
  return (text) => {
    const source = bounded(text);
    const found: Match[] = [];
    for (const line of linesOf(source)) {
      const { start, end } = trimmed(source, line.start, line.end);
      if (start === end || end - start > 8192 || source[start] === '#') continue;
      const span = inLine(source.slice(start, end));
      if (!span || span.end <= span.start) continue;
      const value = source.slice(start + span.start, start + span.end);
      if (span.hash || isSecretValue(value))
        found.push({ start: start + span.start, end: start + span.end });
    }
    return found;
  };
}

/** `host:port:database:user:password`; a backslash escapes `:` and itself (PostgreSQL manual, "The Password File"). */
function inPgpass(line: string): { start: number; end: number } | null {
  const match = /^(?:(?:[^:\\]|\\.)*:){4}/.exec(line);
  return match ? { start: match[0].length, end: line.length } : null;
}

/** What `htpasswd` and `openssl passwd` write: bcrypt, APR1, crypt(5), SHA-1; with nothing known in front, a crypt(3) hash. */
const HASH =
  /^[^:\s]{1,255}:((?:\$(?:2[abxy]|apr1|1|5|6|y|argon2\w{1,2})\$[^\s:]{10,400})|\{SHA\}[A-Za-z0-9+/]{27}=|\{SSHA\}[A-Za-z0-9+/=]{28,80}|[./0-9A-Za-z]{13})(?::|$)/;

function inHtpasswd(line: string): { start: number; end: number; hash: true } | null {
  const hash = HASH.exec(line)?.[1];
  const start = line.indexOf(':') + 1;
  return hash ? { start, end: start + hash.length, hash: true } : null;
}

/** `ACCESSKEY:SECRET` or `bucket:ACCESSKEY:SECRET` (s3fs README). */
function inS3fs(line: string): { start: number; end: number } | null {
  return /^[^\s:]+(?::[^\s:]+){1,2}$/.test(line)
    ? { start: line.lastIndexOf(':') + 1, end: line.length }
    : null;
}

/** `username=…`, `password=…` (mount.cifs(8)). */
function inSmb(line: string): { start: number; end: number } | null {
  const match = /^pass(?:word|wd)?2?\s*=\s*/i.exec(line);
  return match ? { start: match[0].length, end: line.length } : null;
}

/** A file whose only line, or each line, is a secret. */
export function readToken(text: string): Match[] {
  const source = bounded(text);
  const { start, end } = trimmed(source, firstCharacter(source), source.length);
  const value = source.slice(start, end);
  return value.length >= 8 && value.length <= 16_384 && !/\s/.test(value) && isSecretValue(value)
    ? [{ start, end }]
    : [];
}

/** User on the first line, password on the second (openvpn(8), `--auth-user-pass`). */
function readUserPass(text: string): Match[] {
  const source = bounded(text);
  const lines = [...linesOf(source.slice(0, 4096))];
  const second = lines[1];
  if (!second || lines.length > 4) return [];
  const span = trimmed(source, second.start, second.end);
  return isSecretValue(source.slice(span.start, span.end)) ? [span] : [];
}

/** Every URL's password, of which each line has one (git-credential-store(1)). */
export function readUrls(text: string): Match[] {
  return inOrder(urlParts(bounded(text)));
}

export const LINE_FORMATS: readonly Format[] = [
  { id: 'file.pgpass', at: ['.pgpass', 'pgpass.conf'], read: byLine(inPgpass) },
  {
    id: 'file.htpasswd',
    at: ['.htpasswd', 'htpasswd', '*.htpasswd', '.htpasswd*'],
    read: byLine(inHtpasswd),
  },
  {
    id: 'file.git-credentials',
    at: ['.git-credentials', '.config/git/credentials', 'git-credentials'],
    read: readUrls,
  },
  {
    id: 'file.git-config',
    at: ['.git/config', '.gitconfig', '.config/git/config', '.gitmodules', '.git/FETCH_HEAD'],
    read: readUrls,
  },
  { id: 'file.s3fs', at: ['.passwd-s3fs', 'passwd-s3fs'], read: byLine(inS3fs) },
  {
    id: 'file.smb',
    at: ['.smbcredentials', 'smbcredentials', '.smb-credentials', '.cifs', '.smbpasswd'],
    read: byLine(inSmb),
  },
  {
    id: 'file.openvpn-password',
    at: ['auth-user-pass.txt', 'auth-user-pass', 'vpn-auth.txt', 'openvpn-auth.txt'],
    read: readUserPass,
  },
];
