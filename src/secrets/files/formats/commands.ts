import type { Match } from '../../engine/detector.ts';
import { isCredentialName } from '../credential-name.ts';
import { inOrder } from '../format.ts';
import { isSecretValue, urlParts } from '../secret-part.ts';

/** A word of a shell: in quotes, or up to white space or an operator. */
const WORD = String.raw`(?:"(?<q2>[^"\r\n]{1,1024})"|'(?<q1>[^'\r\n]{1,1024})'|(?<bare>[^\s"'|;&<>()\x60]{1,1024}))`;

function shape(before: string, flags = 'g'): RegExp {
  return new RegExp(before + WORD, flags);
}

/** Programs and the options whose word is a password: short ones only where they mean that. `{0,256}` keeps it linear. */
const NEAR = String.raw`[^\r\n|;&]{0,256}?`;
const SHAPES: readonly RegExp[] = [
  // mysql(1): -pSECRET, without a space.
  new RegExp(
    String.raw`(?<![\w-])(?:mysql(?:dump|admin|import|sh)?|mariadb(?:-dump|-admin)?|mycli|xtrabackup)\b${NEAR}\s-p(?=\S)` +
      WORD,
    'g',
  ),
  shape(
    String.raw`(?<![\w-])(?:sshpass|mongo(?:sh|dump|restore|export|import)?|docker|podman|nerdctl|buildah|helm|oc|az|redli|cqlsh|iisreset|snowsql|expect)\b${NEAR}\s(?:-p|--password)[ \t]`,
  ),
  shape(String.raw`(?<![\w-])sshpass[ \t]-p`),
  shape(String.raw`(?<![\w-])redis-cli\b${NEAR}\s(?:-a|--pass)[ \t]{1,8}`),
  shape(String.raw`(?<![\w-])sqlcmd\b${NEAR}\s-P[ \t]{0,8}`),
  shape(
    String.raw`(?<![\w-])ldap(?:search|modify|add|delete|passwd|whoami)\b${NEAR}\s-w[ \t]{1,8}`,
  ),
  shape(String.raw`(?<![\w-])(?:unzip|zip|7z|7za|7zr)\b${NEAR}\s-[pP][ \t]{0,1}`),
  shape(
    String.raw`(?<![\w-])(?:vault[ \t]{1,4}login|gh[ \t]{1,4}auth[ \t]{1,4}token)[ \t]{1,8}(?:token=)?(?!-)`,
  ),
  shape(
    String.raw`(?<![\w-])htpasswd[ \t]{1,8}-\w{0,8}b\w{0,8}[ \t]{1,8}\S{1,256}[ \t]{1,8}\S{1,256}[ \t]{1,8}`,
  ),
  shape(
    String.raw`(?<![\w-])aws[ \t]{1,8}configure[ \t]{1,8}set[ \t]{1,8}(?:[\w.-]{0,64}\.)?aws_(?:secret_access_key|session_token)[ \t]{1,8}`,
  ),
  shape(
    String.raw`(?<![\w-])(?:npm|yarn|pnpm)[ \t]{1,8}(?:config[ \t]{1,8})?set[ \t]{1,8}\S{0,256}(?:_authToken|_auth|_password|npmAuthToken|npmAuthIdent)["']?[ \t=]{1,8}`,
  ),
  // openssl-passphrase-options(1)
  shape(String.raw`\s-pass(?:in|out)?[ \t]{1,8}pass:`),
  // curl(1), wget: user:password
  new RegExp(
    String.raw`(?<![\w-])(?:curl|http|https|wget|aria2c)\b${NEAR}\s(?:-u|--user|--proxy-user|-U|-a|--auth)[ \t=]{0,4}["']?[^\s:"']{1,128}:(?<bare>[^\s"'|;&<>]{3,512})`,
    'g',
  ),
  new RegExp(
    String.raw`(?<![\w-])(?:smbclient|rpcclient|smbget|smbmap|mount\.cifs)\b${NEAR}(?:-U|--user)[ \t=]{0,4}["']?[^\s%"']{1,128}%(?<bare>[^\s"'|;&<>]{3,512})`,
    'g',
  ),
  new RegExp(
    String.raw`\becho[ \t]{1,8}(?:-n[ \t]{1,8})?` +
      WORD +
      String.raw`[ \t]{0,8}\|[ \t]{0,8}(?:sudo[ \t]{1,8}-S|docker[ \t]{1,8}login|gh[ \t]{1,8}auth|passwd|chpasswd)`,
    'g',
  ),
  // SQL of MySQL, PostgreSQL, Oracle and SQL Server
  shape(
    String.raw`\b(?:IDENTIFIED[ \t]{1,8}(?:WITH[ \t]{1,8}["'\w]{1,64}[ \t]{1,8})?(?:BY|AS)(?:[ \t]{1,8}PASSWORD)?|(?:ENCRYPTED[ \t]{1,8})?PASSWORD(?:[ \t]{0,8}=[ \t]{0,8}|[ \t]{1,8}|\())[ \t]{0,8}(?=['"])`,
    'gi',
  ),
  // redis
  shape(
    String.raw`^[ \t]{0,8}AUTH[ \t]{1,8}(?:\S{1,64}[ \t]{1,8}(?=\S{1,256}[ \t]{0,8}$))?`,
    'gim',
  ),
  shape(String.raw`\bCONFIG[ \t]{1,8}SET[ \t]{1,8}(?:requirepass|masterauth)[ \t]{1,8}`, 'gi'),
];

/** `--password=X`, `--token X`, `--from-literal=api-key=X`, `NAME=X` before a command or behind `export`. */
const OPTION = shape(String.raw`(?<![\w-])--(?<name>[a-z][\w-]{1,64})(?:=|[ \t]{1,8})(?=[^\s-])`);
const ASSIGNED = shape(String.raw`(?<![\w$%.-])(?<name>[A-Za-z_][\w.-]{1,127})=(?=\S)`);
/** Python, JavaScript, Ruby: `password = "X"`, `token: 'X'`, `os.environ["TOKEN"] = "X"`. */
const QUOTED =
  /(?<![\w$-])["']?(?<name>[A-Za-z_][\w.-]{1,127})["']?\]?[ \t]{0,8}(?:=>|=|:)[ \t]{0,8}(?:"(?<q2>[^"\r\n]{3,1024})"|'(?<q1>[^'\r\n]{3,1024})')/g;
const HEADER =
  /\b(?:Authorization:[ \t]{0,8}(?:Bearer|Basic|token|Digest|ApiKey)|(?:X-[\w-]{0,32}(?:Key|Token)|Private-Token|Api-Key|Apikey):)[ \t]{0,8}(?<bare>[^\s"'\\]{6,4096})/gi;

/** Secrets in what people type at a prompt: options of programs, assignments, headers, URLs, SQL. Linear: each shape is bounded. */
export function commandSecrets(text: string): Match[] {
  const found: Match[] = [];
  const add = (match: RegExpExecArray): void => {
    const { q2, q1, bare } = match.groups ?? {};
    const value = q2 ?? q1 ?? bare ?? '';
    const at = match[0].lastIndexOf(value);
    if (at >= 0 && isSecretValue(value) && !/^[-$]|:\/\//.test(value))
      found.push({ start: match.index + at, end: match.index + at + value.length });
  };
  for (const pattern of SHAPES) for (const match of text.matchAll(pattern)) add(match);
  for (const match of text.matchAll(HEADER)) add(match);
  for (const pattern of [OPTION, ASSIGNED, QUOTED])
    for (const match of text.matchAll(pattern))
      if (isCredentialName(match.groups?.['name'] ?? '') && !isFlagAbout(match)) add(match);
  return inOrder([...found, ...urlParts(text)]);
}

/** `--password-stdin`, `--token-file`: names of places are no credential names; `--password /path` is a place too. */
function isFlagAbout(match: RegExpExecArray): boolean {
  const { q2, q1, bare } = match.groups ?? {};
  return /^(?:[.~]?\/|@)/.test(q2 ?? q1 ?? bare ?? '') && !/[=+]$/.test(q2 ?? q1 ?? bare ?? '');
}
