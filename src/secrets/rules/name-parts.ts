/** What a name says of the value behind it. `secret`: a key, token or password; `other`: nothing of that; `open`: no secret. */
export type NameKind = 'secret' | 'other' | 'open';

const SECRET = new Set(
  `key keys apikey apikeys apitoken token tokens secret secrets password passwd pass pwd passphrase passcode auth
  authentication authorization authtoken authkey credential credentials cred creds pat bearer access accesstoken accesskey
  secretkey privatekey clientsecret api appid appkey appsecret license licence dsn webhook jwt sas hapikey apppassword`.split(
    /\s+/,
  ),
);
/** At the end of a name they say that the value is something of the secret, not it. */
const ABOUT = new Set(
  `id ids name names url urls uri host hostname endpoint path file filename dir folder length size type kind version format
  prefix suffix hash sha sha1 sha256 sha512 md5 checksum digest etag fingerprint thumbprint integrity commit revision rev
  ref count limit expiry expires ttl alias label title description header field param scope scopes region zone algorithm alg
  regex pattern uuid guid user username email account session sessionid request requestid span trace`.split(
    /\s+/,
  ),
);
/** Anywhere in a name they say that everybody may see the value. */
const OPEN =
  /public|publishable|(?:^|[^a-z])pub(?:$|[^a-z])|fingerprint|checksum|integrity|sha\d|md5/i;
const ENDS_SECRET = /(?:key|token|secret|password|passwd|pwd)s?$/;
/** `monkey`, `turkey`: a few words that end so by chance. */
const BY_CHANCE = /^(?:monkey|hockey|turkey|donkey|hotkey|whiskey|jockey|bypass|compass|keypass)$/;

/** `STRIPE_API_KEY` → stripe, api, key; `stripeApiKey` the same. */
export function partsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .split(/[^A-Za-z0-9]+/)
    .filter((part) => part !== '')
    .map((part) => part.toLowerCase());
}

export function nameKind(name: string): NameKind {
  const parts = partsOf(name);
  if (OPEN.test(name) || ABOUT.has(parts[parts.length - 1] ?? '')) return 'open';
  return parts.some(isSecretPart) ? 'secret' : 'other';
}

function isSecretPart(part: string): boolean {
  return SECRET.has(part) || (ENDS_SECRET.test(part) && !BY_CHANCE.test(part));
}
