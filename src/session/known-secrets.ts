/** Shorter values would blank ordinary words of the journal. */
const SHORTEST = 8;
const SECRET_NAME = /TOKEN|SECRET|KEY|PASS|CRED|AUTH|PRIVATE|DSN|DATABASE_URL/i;

/** Real values the journal must never hold: those behind covers, and withheld variables that are secret by name. */
export function knownSecrets(
  covered: readonly string[],
  withheld: readonly string[],
  outside: Readonly<Record<string, string | undefined>>,
): string[] {
  const fromEnvironment = withheld
    .filter((name) => SECRET_NAME.test(name))
    .map((name) => outside[name] ?? '')
    .filter((value) => value.length >= SHORTEST);
  return [...covered, ...fromEnvironment, ...proxyPasswords(outside)];
}

/** What guard itself says to the user's proxy: `http://user:PASSWORD@proxy`. */
function proxyPasswords(outside: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(outside).flatMap(([name, value = '']) => {
    const password = /_proxy$/i.test(name) ? /^[a-z]+:\/\/[^/@]*?:([^@]+)@/i.exec(value)?.[1] : '';
    return password && password.length >= SHORTEST ? [password] : [];
  });
}

/** Values that a command gets from guard and the session does not have. */
export function runSecrets(env: Readonly<Record<string, string>>): string[] {
  return Object.entries(env)
    .filter(([name, value]) => SECRET_NAME.test(name) && value.length >= SHORTEST)
    .map(([, value]) => value);
}
