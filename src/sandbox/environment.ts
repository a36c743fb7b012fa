import type { EffectiveProfile } from '../profile/types.ts';

export interface SessionEnvironment {
  env: Record<string, string>;
  /** Names that the user's environment has and the session does not, sorted. */
  withheld: string[];
}

/** The session's environment: what the profile passes of the user's, then what it sets, then what guard needs. */
export function sessionEnvironment(
  profile: EffectiveProfile,
  outside: Readonly<Record<string, string | undefined>>,
  own: Readonly<Record<string, string>>,
): SessionEnvironment {
  const patterns = profile.env.pass.map(({ value }) => value);
  const passes = (name: string): boolean =>
    patterns.some((pattern) =>
      pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern,
    );
  const env: Record<string, string> = {};
  const withheld: string[] = [];
  for (const [name, value] of Object.entries(outside)) {
    if (value === undefined) continue;
    if (passes(name)) env[name] = value;
    else withheld.push(name);
  }
  for (const [name, { value }] of Object.entries(profile.env.set)) env[name] = value;
  return { env: { ...env, ...own }, withheld: withheld.filter((name) => !(name in own)).sort() };
}
