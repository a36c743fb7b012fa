/** Words that make a name a secret's name, wherever they stand in it: `DB_PASSWORD`, `PASSWD`, `apiTokenProd`. */
const ANYWHERE = /PASS|SECRET|TOKEN|CREDENTIAL|PRIVATE|SIGNATURE|WEBHOOK|MNEMONIC/;
/** Words that do so only as a whole word: `PIN` but not `SHIPPING`, `KEY` and `APIKEY` but not `KEYCLOAK`. */
const WHOLE =
  /^(\w*KEYS?\d*|PINS?|PWD|PW|OTP|TOTP|O?AUTH|CREDS?|SALT|SIG|JWT|BEARER|PAT|PSK|HMAC|SEED)$/;

/** Does the name of a variable, a query parameter or a field say that its value is a secret? */
export function nameSaysSecret(name: string): boolean {
  return wordsOf(name).some(isSecretWord);
}

/** Is the thing named itself the secret (`AUTH_TOKEN`), not a setting about one (`AUTH_TOKEN_ENABLED`)? */
export function nameIsSecret(name: string): boolean {
  const last = wordsOf(name).at(-1);
  return last !== undefined && isSecretWord(last);
}

function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toUpperCase()
    .split(/[^A-Z0-9]+/)
    .filter(Boolean);
}

function isSecretWord(word: string): boolean {
  return ANYWHERE.test(word) || WHOLE.test(word);
}
