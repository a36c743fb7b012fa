import { parseGitConfig, type GitSetting } from '../../view/git-config.ts';
import { readHandle, readSmall } from '../../view/inside.ts';
import type { GitRepository } from '../../view/git-layout.ts';
import type { CallerRoot } from './caller-root.ts';
import { NotMeasured } from './pace.ts';
import { valuesOf, type Scope } from './scope.ts';

const FILE_LIMIT = 256 * 1024;
/** git-config(1): GIT_CONFIG_COUNT. */
const PAIRS_LIMIT = 1000;

/**
 * The settings git would go by for the caller, the strongest last: the system's, the user's, the repository's, the
 * environment's, the command line's. @throws NotMeasured where they cannot be told
 */
export function settingsOf(scope: Scope, repository: GitRepository): GitSetting[] {
  const { root, request, environment } = scope;
  const home = environment?.get('HOME') ?? request.home;
  const xdg = environment?.get('XDG_CONFIG_HOME') || `${home}/.config`;
  const global = environment?.get('GIT_CONFIG_GLOBAL');
  const system = environment?.get('GIT_CONFIG_SYSTEM') ?? '/etc/gitconfig';
  const files = [
    ...(environment?.has('GIT_CONFIG_NOSYSTEM') ? [] : [system]),
    ...(global === undefined ? [`${xdg}/git/config`, `${home}/.gitconfig`] : [global]),
  ].flatMap((path) => included(root, parsed(readIn(root, path))));
  const own = ['config', 'config.worktree'].map((name) =>
    readSmall(
      `${name === 'config' ? repository.commonDir : repository.gitDir}/${name}`,
      FILE_LIMIT,
    ),
  );
  return [...files, ...own.flatMap(parsed), ...fromEnvironment(environment), ...fromOptions(scope)];
}

function parsed(text: string | null): GitSetting[] {
  const settings = parseGitConfig(text ?? '');
  if (!settings) throw new NotMeasured("git's settings cannot be read");
  return settings;
}

/** The session's own system file is one that includes the real one. */
function included(root: CallerRoot, settings: readonly GitSetting[]): GitSetting[] {
  return settings.flatMap((setting) => {
    const follow = setting.key === 'include.path' && setting.value.startsWith('/');
    return follow ? parsed(readIn(root, setting.value)) : [setting];
  });
}

/** Files that these settings name in turn are not read. */
export function includesMore(settings: readonly GitSetting[]): boolean {
  return settings.some(({ key }) => /^include(if\..*)?\.path$/.test(key));
}

function readIn(root: CallerRoot, path: string): string | null {
  const fd = path.startsWith('/') ? root.handle(path) : null;
  if (fd === null) return null;
  try {
    return readHandle(fd, FILE_LIMIT)?.toString('utf8') ?? null;
  } catch {
    return null;
  } finally {
    root.drop(fd);
  }
}

function fromEnvironment(environment: Scope['environment']): GitSetting[] {
  if (environment?.has('GIT_CONFIG_PARAMETERS'))
    throw new NotMeasured('GIT_CONFIG_PARAMETERS holds settings');
  const number = Math.min(PAIRS_LIMIT, Number(environment?.get('GIT_CONFIG_COUNT') ?? 0) || 0);
  return Array.from({ length: number }, (_, n) => ({
    key: canonical(environment?.get(`GIT_CONFIG_KEY_${n}`) ?? ''),
    value: environment?.get(`GIT_CONFIG_VALUE_${n}`) ?? '',
  }));
}

function fromOptions(scope: Scope): GitSetting[] {
  if (scope.invocation.flags.has('config-env'))
    throw new NotMeasured('--config-env holds settings');
  return valuesOf(scope, 'c').map((setting) => {
    const equals = setting.indexOf('=');
    if (equals < 0) return { key: canonical(setting), value: 'true' };
    return { key: canonical(setting.slice(0, equals)), value: setting.slice(equals + 1) };
  });
}

/** Section and key in lower case, what is between them as it is. */
function canonical(key: string): string {
  const [first, last] = [key.indexOf('.'), key.lastIndexOf('.')];
  if (first < 0) return key.toLowerCase();
  return key.slice(0, first).toLowerCase() + key.slice(first, last) + key.slice(last).toLowerCase();
}
