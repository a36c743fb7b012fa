import type { Scanner } from '../../secrets/engine/detector.ts';
import { isCredentialName } from '../../secrets/files/credential-name.ts';
import { nameSaysSecret } from '../../secrets/secret-name.ts';
import { tokenLike } from '../../secrets/token-like.ts';
import { factsOfRule, factsOfVariable } from './facts.ts';
import type { Identity } from './identity.ts';
import type { Found, UnderGuard } from './types.ts';

/** Shorter ones are switches. */
const SHORTEST = 6;
/** A path, an address without a login: it says where a secret is, at most. */
const PLACE = /^(?:~|\.{0,2}\/|[a-z][a-z0-9+.-]*:\/\/[^@]*$)/i;

/** Variables that hold secrets: by what they are called, or by what they hold. */
export function inEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  {
    scanner,
    identity,
    underGuard,
  }: { scanner: Scanner; identity: Identity; underGuard: UnderGuard },
): Found[] {
  const found: Found[] = [];
  for (const [name, value = ''] of Object.entries(env)) {
    if (value.length < SHORTEST) continue;
    const spans = scanner
      // Without a name of a file: the rules for settings files would take most of an environment for secret.
      .scan('', Buffer.from(`${name}=${value}\n`))
      .filter(({ tier, start }) => tier !== 'weak' && start > name.length);
    const named =
      !PLACE.test(value) && (isCredentialName(name) || (nameSaysSecret(name) && tokenLike(value)));
    const [span] = spans;
    const byName = factsOfVariable(name);
    const byRule = span ? factsOfRule(span.rule) : null;
    if (!byRule && !named) continue;
    const facts = (byRule?.provider ? byRule : byName) ??
      byRule ?? { what: 'secret by its name', provider: null, power: null, unlimited: false };
    const text = Buffer.from(`${name}=${value}\n`);
    const secrets = spans.map(({ start, end }) => identity.of(text.subarray(start, end)));
    found.push({
      kind: 'environment',
      where: name,
      ...facts,
      rule: span?.rule ?? null,
      tier: span?.tier ?? 'likely',
      count: Math.max(1, secrets.length),
      secrets: secrets.length > 0 ? secrets : [identity.of(Buffer.from(value))],
      underGuard: underGuard.variable(name),
      commit: null,
    });
  }
  return found;
}
