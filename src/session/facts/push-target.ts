import { isUrl, urlSecrets } from '../../secrets/url-secrets.ts';
import { settingOf, type GitSetting } from '../../view/git-config.ts';
import type { Git } from './git-process.ts';
import { NotMeasured } from './pace.ts';
import { has, valuesOf, type Scope } from './scope.ts';

/** Where a push goes, as far as words and settings tell. */
export interface PushRemote {
  /** Of a configured remote; null where an address stands in its place. */
  name: string | null;
  /** Without credentials. */
  addresses: string[];
}

export interface Update {
  /** Full ref on the other side. */
  destination: string;
  /** What is to be there afterwards; null to delete it. */
  source: string | null;
}

export function remoteOf(
  scope: Scope,
  settings: readonly GitSetting[],
  head: string | null,
): PushRemote {
  const branch = head?.slice('refs/heads/'.length);
  const named =
    scope.invocation.operands[0] ??
    valuesOf(scope, 'repo').at(-1) ??
    (branch === undefined ? undefined : settingOf(settings, `branch.${branch}.pushremote`)) ??
    settingOf(settings, 'remote.pushdefault') ??
    (branch === undefined ? undefined : settingOf(settings, `branch.${branch}.remote`)) ??
    'origin';
  const all = (key: string) =>
    settings.filter((each) => each.key === `remote.${named}.${key}`).map(({ value }) => value);
  const own = all('pushurl');
  const urls = own.length ? own : all('url');
  const rewrite = (url: string) => withoutCredentials(rewritten(url, settings, own.length === 0));
  if (urls.length) return { name: named, addresses: urls.map(rewrite) };
  return { name: null, addresses: [rewrite(named)] };
}

/** git-config(1), url.<base>.insteadOf and pushInsteadOf: the longest match counts. */
function rewritten(url: string, settings: readonly GitSetting[], forPush: boolean): string {
  for (const kind of forPush ? ['pushinsteadof', 'insteadof'] : ['insteadof']) {
    const best = settings
      .filter(
        ({ key, value }) =>
          key.startsWith('url.') && key.endsWith(`.${kind}`) && url.startsWith(value),
      )
      .sort((a, b) => b.value.length - a.value.length)[0];
    if (best) return best.key.slice('url.'.length, -kind.length - 1) + url.slice(best.value.length);
  }
  return url;
}

/** Passwords, tokens, and whatever stands behind a `?` are left out. */
export function withoutCredentials(url: string): string {
  const [address = ''] = url.split(/[?#]/);
  // git's short form, `USER@HOST:PATH`, has no password; what looks like one is not shown.
  if (!isUrl(address)) return address.replace(/^[^/@]*:[^/@]*@/, '…@');
  return urlSecrets(address, false)
    .sort((a, b) => b.start - a.start)
    .reduce((text, { start, end }) => `${text.slice(0, start)}…${text.slice(end)}`, address);
}

/** @throws NotMeasured where words and settings do not tell which branches are meant */
export async function updatesOf(
  scope: Scope,
  settings: readonly GitSetting[],
  { name }: PushRemote,
  git: Git,
  head: string | null,
): Promise<Update[]> {
  const words = scope.invocation.operands.slice(1);
  const configured = settings.filter(({ key }) => key === `remote.${name}.push`);
  const specs = words.length ? words : configured.map(({ value }) => value);
  if (has(scope, 'all', 'branches') && words.length === 0)
    return [...(await git.refs('refs/heads/')).keys()].map(same);
  if (specs.length === 0) return [byDefault(settings, name, head)];
  const heads = specs.some((spec) => spec.includes('*'))
    ? await git.refs('refs/')
    : new Map<string, string>();
  return specs.flatMap((spec, index) => {
    if (spec === 'tag') return [];
    if (specs[index - 1] === 'tag') return [same(`refs/tags/${spec}`)];
    return expand(spec, has(scope, 'delete'), head, heads);
  });
}

function same(ref: string): Update {
  return { destination: ref, source: ref };
}

/** git-config(1), push.default; `simple` where it is not set. */
function byDefault(
  settings: readonly GitSetting[],
  remote: string | null,
  head: string | null,
): Update {
  const how = settingOf(settings, 'push.default') ?? 'simple';
  if (!head) throw new NotMeasured('no branch is checked out');
  if (how === 'matching') throw new NotMeasured('every branch of the same name is pushed');
  const branch = head.slice('refs/heads/'.length);
  const upstream =
    settingOf(settings, `branch.${branch}.remote`) === remote
      ? settingOf(settings, `branch.${branch}.merge`)
      : undefined;
  if (how === 'upstream' || how === 'tracking') {
    if (upstream === undefined) throw new NotMeasured('the branch has no upstream');
    return { destination: upstream, source: head };
  }
  return same(head);
}

/** gitglossary(7), refspec: `+SOURCE:DESTINATION`. */
function expand(
  spec: string,
  deletes: boolean,
  head: string | null,
  refs: ReadonlyMap<string, string>,
): Update[] {
  const plain = spec.replace(/^\+/, '');
  if (plain === ':') throw new NotMeasured('every branch of the same name is pushed');
  const colon = plain.lastIndexOf(':');
  const source = colon < 0 ? plain : plain.slice(0, colon);
  const target = colon < 0 ? source : plain.slice(colon + 1);
  if (deletes) return [{ destination: full(plain, head), source: null }];
  if (source === '') return [{ destination: full(target, head), source: null }];
  if (!source.includes('*')) return [{ destination: full(target, head), source }];
  const [before = '', after = ''] = source.split('*');
  return [...refs.keys()]
    .filter(
      (ref) =>
        ref.startsWith(before) && ref.endsWith(after) && ref.length >= before.length + after.length,
    )
    .map((ref) => {
      const middle = ref.slice(before.length, ref.length - after.length);
      return { destination: target.replace('*', () => middle), source: ref };
    });
}

function full(name: string, head: string | null): string {
  if (name === 'HEAD' || name === '@') {
    if (!head) throw new NotMeasured('no branch is checked out');
    return head;
  }
  if (name.startsWith('refs/')) return name;
  return name.startsWith('heads/') || name.startsWith('tags/')
    ? `refs/${name}`
    : `refs/heads/${name}`;
}

/** The local copy of a ref of the remote, by the remote's fetch refspecs; null where it has none. */
export function trackingRef(
  settings: readonly GitSetting[],
  remote: string | null,
  ref: string,
): string | null {
  for (const { key, value } of settings) {
    if (key !== `remote.${remote}.fetch`) continue;
    const [source = '', target = ''] = value.replace(/^\+/, '').split(':');
    const [before = '', after] = source.split('*');
    if (after === undefined) {
      if (source === ref && target) return target;
    } else if (
      ref.startsWith(before) &&
      ref.endsWith(after) &&
      ref.length >= before.length + after.length
    ) {
      const middle = ref.slice(before.length, ref.length - after.length);
      if (target.includes('*')) return target.replace('*', () => middle);
    }
  }
  return null;
}
