import { entryText } from './entries.ts';
import { loadProfile, loadRepositoryFile, locationsOf, type ProfileOptions } from './load.ts';
import { withExtended } from './resolve.ts';
import { tightens } from './tighten.ts';
import { isTrusted } from './trust.ts';
import type { IgnoredWidening } from './types.ts';

/** What a person accepts by trusting a repository's profile. */
export interface RepositoryClaims {
  file: string;
  /** Hex SHA-256 of what was read to make the lists. */
  sha256: string;
  trusted: boolean;
  /** Lines that widen the session, with those of the agents it extends. */
  widens: IgnoredWidening[];
  /** Rules about commands that, once trusted, take the place of built-in ones, also of stricter ones. */
  replaces: IgnoredWidening[];
}

/** Null when the repository has no profile. Throws ProfileError when it has one that cannot be used. */
export async function repositoryClaims(
  options: Omit<ProfileOptions, 'agent' | 'repositoryTrust'>,
): Promise<RepositoryClaims | null> {
  const loaded = await loadRepositoryFile(options.repository);
  if (!loaded) return null;
  const locations = locationsOf(options);
  const without = await loadProfile({ ...options, agent: null, repositoryTrust: 'absent' });
  const timeout = without.approvals.timeout.value;
  const { file, sha256 } = loaded.content;
  const claims: RepositoryClaims = {
    file,
    sha256,
    trusted: isTrusted(locations, options.repository, sha256),
    widens: [],
    replaces: [],
  };
  for (const { content } of await withExtended(loaded, 'repository', locations))
    for (const entry of content.entries) {
      if (entry.key === 'agent.program' || entry.key === 'agent.description') continue;
      const line: IgnoredWidening = {
        key: entry.path,
        value: entryText(entry),
        source: { layer: 'repository', file: content.file, line: entry.line },
      };
      const longer = entry.key === 'approvals.timeout' && entry.value > timeout;
      if (longer || !tightens(entry)) claims.widens.push(line);
      else if (
        (entry.key === 'commands' || entry.key === 'network.rules') &&
        entry.value.action !== 'kill'
      )
        claims.replaces.push(line);
    }
  return claims;
}
