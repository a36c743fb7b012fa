import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** Where a person's profiles and state are. Absolute paths. */
export interface Locations {
  home: string;
  /** `$XDG_CONFIG_HOME`, by default `~/.config`. */
  configHome: string;
  /** `$XDG_STATE_HOME`, by default `~/.local/state`. */
  stateHome: string;
}

/** The organisation's policy, compared last. */
export const ORGANISATION_FILE = '/etc/guard/policy.yaml';

/** A relative XDG path is invalid and ignored (XDG Base Directory Specification 0.8, "Basics"). */
export function userLocations(env: NodeJS.ProcessEnv, home?: string): Locations {
  const folder = home ?? absolute(env.HOME) ?? homedir();
  return {
    home: folder,
    configHome: absolute(env.XDG_CONFIG_HOME) ?? join(folder, '.config'),
    stateHome: absolute(env.XDG_STATE_HOME) ?? join(folder, '.local', 'state'),
  };
}

export function userProfileFile({ configHome }: Locations): string {
  return join(configHome, 'guard', 'profile.yaml');
}

export function userAgentsFolder({ configHome }: Locations): string {
  return join(configHome, 'guard', 'agents');
}

/** Definitions of brokers of the user's own: `NAME.yaml`. */
export function userBrokersFolder({ configHome }: Pick<Locations, 'configHome'>): string {
  return join(configHome, 'guard', 'brokers');
}

/** Kinds of secrets of the user's own. */
export function userSecretsFolder({ configHome }: Pick<Locations, 'configHome'>): string {
  return join(configHome, 'guard', 'secrets');
}

/** Providers of the user's own: `ID.yaml`. */
export function userProvidersFolder({ configHome }: Pick<Locations, 'configHome'>): string {
  return join(configHome, 'guard', 'providers');
}

export function trustFile({ stateHome }: Pick<Locations, 'stateHome'>): string {
  return join(stateHome, 'guard', 'trust.json');
}

function absolute(path: string | undefined): string | null {
  return path && isAbsolute(path) ? path : null;
}
