import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { namesIn } from './builtins.ts';
import { loadProfile, locationsOf, type ProfileOptions } from './load.ts';
import { ORGANISATION_FILE, userAgentsFolder, userProfileFile } from './locations.ts';
import { fileProblem, ProfileError, type Problem } from './problem.ts';
import { loadFile, withExtended } from './resolve.ts';

type Where = Omit<ProfileOptions, 'agent' | 'explicit' | 'repositoryTrust'>;

/** The files that take part here: the repository's, the user's with own agents, the organisation's. Absolute paths. */
export function profileFiles(where: Where): string[] {
  const locations = locationsOf(where);
  const agents = userAgentsFolder(locations);
  return [
    userProfileFile(locations),
    ...namesIn(agents).map((name) => join(agents, `${name}.yaml`)),
    join(where.repository, '.guard.yaml'),
    where.organisationFile ?? ORGANISATION_FILE,
  ].filter((file) => existsSync(file));
}

/**
 * Everything wrong with a profile and what it extends; nothing when it can be used. By its place a file counts as a
 * repository's (`.guard.yaml`), an agent's (in a folder `agents`) or the user's. Throws GuardError for other reasons.
 */
export async function validateProfile(path: string, where: Where): Promise<Problem[]> {
  const file = resolve(path);
  try {
    if (basename(file) === '.guard.yaml')
      await loadProfile({
        ...where,
        agent: null,
        repository: dirname(file),
        repositoryTrust: 'trusted',
      });
    if (basename(dirname(file)) === 'agents') await validateAgent(file, where);
    else if (basename(file) !== '.guard.yaml')
      await loadProfile({ ...where, agent: null, explicit: file, repositoryTrust: 'absent' });
    return existsSync(file) ? [] : missing(path).problems;
  } catch (error) {
    if (error instanceof ProfileError) return error.problems;
    throw error;
  }
}

async function validateAgent(file: string, where: Where): Promise<void> {
  const loaded = await loadFile(file, { isAgent: true });
  if (loaded) await withExtended(loaded, 'user', locationsOf(where));
}

function missing(path: string): ProfileError {
  return fileProblem(path, 'there is no such file', 'Check the path');
}
