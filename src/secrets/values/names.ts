/**
 * What a name says of its value. `password`: chosen by a person or not, any literal counts. `secret`: mostly drawn at
 * random. `key`: the name is used for much else too, so that the value alone must look drawn at random. `pin`: digits.
 */
export type NameKind = 'password' | 'passphrase' | 'secret' | 'key' | 'pin';

const KINDS: Record<NameKind, RegExp> = {
  password:
    /^(?:\w*(?:password|passwd|passwort|passw|paswd|pasword|passwrd)|(?:user|db|root|my|admin|ftp|smtp|mail|ssh|sql|mysql|pg|redis|store|key|trust|require|master|wifi|login|sudo|become|bind|ldap|auth|account)?(?:pwd|pass|psw|passcode)|pw|motdepasse|contrasena|contraseña|senha|wachtwoord|haslo|parola|parole|salasana)\d{0,3}$/,
  passphrase: /^(?:\w*passphrase|mnemonic|seedphrase|psk|wpakey|presharedkey)\d{0,3}$/,
  secret:
    /^(?:\w*secrets?|\w*(?:secret|private|encryption|signing|master|access|api|shared|account|auth|crypt|crypto|hmac|session|license|storage|consumer|subscription|service|webhook|deploy|instrumentation|write|admin|app|integration|rest|client|server|jwt|aes|cipher|encrypt|cookie)key|\w*token|credentials?|creds?|jwt|bearer|authorization|otpauth|totpseed|secretkeybase|apisecret)\d{0,3}$/,
  key: /^(?:auth|key|cookie|salt|signature|sig|nonce|seed|session|sessionid|sid|sas|hmac|pepper|token)\d{0,3}$/,
  pin: /^(?:\w*pin|pincode|puk|otp|cvv)$/,
};

/** Words that may follow the one that says it, without making it the name of something else. */
const TAILS = new Set(
  `prod production prd live staging stage stg dev development test testing qa uat local main primary secondary backup
  default old new current previous value val raw plain plaintext cleartext text string str literal env base base64 b64 hex
  admin root user db database server client api app service readonly ro rw reader writer internal external public
  master slave replica eu us uk de fr ap west east confirm confirmation confirmed again repeat`.split(
    /\s+/,
  ),
);

/** With one of these before it, `key` and `token` stand for keys of tables, parsers and the like. */
const NOT_SECRET =
  /(?:^|_)(?:primary|foreign|sort|partition|range|hash|public(?:_key)?|publickey|cache|row|column|index|unique|candidate|object|dict|map|json|yaml|config|registry|shift|arrow|enter|hot|meta|modifier|menu|lookup|group|translation|i18n|locale|pubkey|publishable|next|prev|previous|last|first|start|end|stop|eos|bos|pad|eof|sep|cls|unk|csrf|xsrf|page|paging|pagination|continuation|cancel|cancellation|cancelation|syntax|operator|keyword|lex|parser|identifier|punctuator|comment|string|token|design|color|css)_?(?:key|token)s?\d*$/;

/** `clientSecretProd` → `client`, `secret`, `prod`. */
export function nameWords(name: string): string[] {
  return name
    .replace(/([a-z]\d{0,4})([A-Z])|([A-Z])(?=[A-Z][a-z])/g, '$1$3_$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(Boolean);
}

/** Is the thing named a secret itself? Not so in `password_field`, `tokenType`, `secretName`, `passwords_enabled`. */
export function nameKind(name: string): NameKind | undefined {
  const words = nameWords(name);
  while (words.length > 1) {
    const last = words.at(-1) as string;
    if (words.at(-2) === 'pass' && /^(?:str|string|text|val|value|raw|[a-z]|\d+)$/.test(last))
      break;
    if (!TAILS.has(last) && !/^(?:v?\d{1,4}|[a-z])$/.test(last)) break;
    if (kindOf(words)) break;
    words.pop();
  }
  return kindOf(words);
}

function kindOf(words: readonly string[]): NameKind | undefined {
  const last = words.at(-1) ?? '';
  const before = words.at(-2) ?? '';
  if (KINDS.password.test(last)) {
    if (
      /^(?:no|not|is|has|show|hide|with|without|use|allow|disable|enable|require|requires|needs?|forgot|reset|change|update|verify|validate|check|can|should|get|set|bad|invalid|wrong|incorrect|missing|low|high|band|first|second|render|single|multi|all|by|let|com|boarding)$/.test(
        before,
      ) &&
      last !== 'requirepass' &&
      !/password|passwd/.test(last)
    )
      return undefined;
    if (
      /^(?:is|has|show|hide|no|without|use|allow|disable|enable|forgot|reset|change|update|verify|validate|check|can|should|bad|invalid|wrong|incorrect|missing|get)$/.test(
        words[0] ?? '',
      ) &&
      words.length > 1
    )
      return undefined;
    return 'password';
  }
  const joined = before + last;
  if (KINDS.passphrase.test(last) || KINDS.passphrase.test(joined)) return 'passphrase';
  const snake = words.join('_');
  if (/(?:^|_)(?:content_api|publishable)_?key$/.test(snake)) return undefined;
  if (NOT_SECRET.test(snake) && !/(?:^|_)(?:access_key|api_key|secret_access_key)$/.test(snake))
    return undefined;
  if (
    /^(?:is|has|show|hide|no|without|use|num|max|min|next|total|get|parse|count)$/.test(
      words[0] ?? '',
    ) &&
    words.length > 1
  )
    return undefined;
  if (KINDS.key.test(last) && !KINDS.secret.test(joined)) {
    if (last === 'token' && words.length > 1) return 'secret';
    return 'key';
  }
  if (KINDS.secret.test(last) || KINDS.secret.test(joined)) return 'secret';
  // A personal access token; alone it is a pattern.
  if (last === 'pat' && words.length > 1) return 'secret';
  if (
    KINDS.pin.test(last) &&
    (words.length === 1 ||
      /^(?:card|user|sim|door|security|alarm|phone|device|my|bank|account|smart|app|parental|safe|lock|voicemail|code)$/.test(
        before,
      ))
  )
    return last.endsWith('pin') && last !== 'pin' ? undefined : 'pin';
  return undefined;
}
