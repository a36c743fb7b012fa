import { valuesOf, type GitState, type Setting } from './git-settings.ts';

/** Which remote a command means, and where it is. */
export interface GitRemote {
  /** As git is given it: a remote's name, or an address. */
  name: string;
  /** Whether it is a remote of the repository. */
  configured: boolean;
  /** Every address, rewritten as git would. */
  urls: string[];
  /** Files whose lines decided about the addresses. */
  decidedBy: string[];
}

/** The remote that is meant: `named`, else by the branch and the settings, as git-push(1) and git-fetch(1) say. */
export function chooseRemote(
  state: GitState,
  named: string | undefined,
  direction: 'push' | 'fetch',
): GitRemote {
  const { settings, branch } = state;
  const last = (key: string): string | undefined => valuesOf(settings, key).at(-1);
  const ofBranch = (name: string): string | undefined =>
    branch === null ? undefined : last(`branch.${branch}.${name}`);
  const name =
    named ??
    (direction === 'push' ? (ofBranch('pushremote') ?? last('remote.pushdefault')) : undefined) ??
    ofBranch('remote') ??
    onlyRemote(settings) ??
    'origin';
  return locate(settings, name, direction);
}

/** Names of the remotes that have an address. */
export function remoteNames(settings: readonly Setting[]): string[] {
  const names = settings.map(({ key }) => /^remote\.(.+)\.(?:url|pushurl)$/s.exec(key)?.[1]);
  return [...new Set(names.filter((name) => name !== undefined))];
}

function onlyRemote(settings: readonly Setting[]): string | undefined {
  const names = remoteNames(settings);
  return names.length === 1 ? names[0] : undefined;
}

/** remote.c, `alias_all_urls`: `pushInsteadOf` counts for `url` alone, and only where there is no `pushurl`. */
function locate(
  settings: readonly Setting[],
  name: string,
  direction: 'push' | 'fetch',
): GitRemote {
  const lines = (key: string): Setting[] =>
    settings.filter((each) => each.key === `remote.${name}.${key}`);
  const written = lines('url');
  const pushUrls = direction === 'push' ? lines('pushurl') : [];
  const configured = written.length > 0;
  const start = pushUrls.length ? pushUrls : configured ? written : [{ value: name, file: null }];
  const decidedBy = new Set<string>();
  const located = (key: 'insteadof' | 'pushinsteadof'): (string | null)[] =>
    start.map(({ value, file }) => {
      const found = rewrite(settings, value, key);
      for (const each of [file, found?.file]) if (each) decidedBy.add(each);
      return found?.url ?? (key === 'insteadof' ? value : null);
    });
  const mayPushInstead = direction === 'push' && !pushUrls.length;
  // Where it fits one address, those it does not fit are not pushed to.
  const instead = mayPushInstead ? located('pushinsteadof').filter((url) => url !== null) : [];
  const urls = instead.length ? instead : located('insteadof').filter((url) => url !== null);
  return { name, configured: configured || pushUrls.length > 0, urls, decidedBy: [...decidedBy] };
}

/** The longest beginning counts; of equals the one whose address was named first at all: remote.c, `alias_url`. */
function rewrite(
  settings: readonly Setting[],
  url: string,
  name: 'insteadof' | 'pushinsteadof',
): { url: string; file: string | null } | null {
  let longest = -1;
  let found: { url: string; file: string | null } | null = null;
  const byAddress = new Map<string, Setting[]>();
  for (const setting of settings) {
    if (!setting.key.startsWith('url.') || !setting.key.endsWith(`.${name}`)) continue;
    byAddress.set(setting.key, [...(byAddress.get(setting.key) ?? []), setting]);
  }
  for (const { key, value, file } of [...byAddress.values()].flat()) {
    if (value.length <= longest || !url.startsWith(value)) continue;
    longest = value.length;
    found = { url: key.slice('url.'.length, -`.${name}`.length) + url.slice(longest), file };
  }
  return found;
}
