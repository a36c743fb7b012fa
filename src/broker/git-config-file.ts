import type { GitRemote } from './git-remote.ts';
import type { GitState, Setting } from './git-settings.ts';

/** Settings that say what a repository is, not what git does in it: without them its objects cannot be read. */
const FORMAT = [
  'core.repositoryformatversion',
  'core.bare',
  'core.sharedrepository',
  'extensions.objectformat',
  'extensions.refstorage',
  'extensions.partialclone',
];
/** How refs are mapped. None of them names a program or an address. */
const MAPPING = ['push.default', 'push.followtags', 'fetch.prune', 'fetch.prunetags'];
const OF_REMOTE = [
  'fetch',
  'push',
  'tagopt',
  'prune',
  'prunetags',
  'mirror',
  'promisor',
  'partialclonefilter',
];
const OF_BRANCH = /^branch\.(.+)\.(remote|merge|pushremote)$/s;
const MAX_BRANCH_LINES = 20_000;

/** What git does in the sibling whatever else is said: it starts nothing but itself and ssh. */
const FIXED: [key: string, value: string][] = [
  ['core.hooksPath', '/dev/null'],
  ['core.fsmonitor', 'false'],
  ['core.pager', 'cat'],
  ['core.askPass', ''],
  ['core.attributesFile', '/dev/null'],
  ['credential.helper', ''],
  ['protocol.allow', 'never'],
  ['protocol.ssh.allow', 'always'],
  ['push.gpgSign', 'false'],
  ['push.recurseSubmodules', 'no'],
  ['fetch.recurseSubmodules', 'false'],
  ['submodule.recurse', 'false'],
  ['fetch.writeCommitGraph', 'false'],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
  ['transfer.bundleURI', 'false'],
];

/**
 * The settings git runs with in the sibling, in place of the repository's: that remote at that address, how its refs are
 * mapped, and what the repository's format is. So nothing that the session wrote, or writes meanwhile, counts.
 * Null where a value cannot be carried over.
 */
export function gitConfigFile(state: GitState, remote: GitRemote, url: string): string | null {
  const lines = carriedSettings(state, remote).map(({ key, value }) => line(key, value));
  const address = line(`remote.${remote.name}.url`, url);
  const written = [address, ...lines, ...FIXED.map(([key, value]) => line(key, value))];
  return written.includes(null) ? null : `${written.join('')}`;
}

/** Those of the repository's settings that count in the sibling as well. */
export function carriedSettings({ settings }: GitState, remote: GitRemote): Setting[] {
  const of = (key: string, every: boolean): Setting[] =>
    settings.filter((each) => each.key === key).slice(every ? 0 : -1);
  return [
    ...[...FORMAT, ...MAPPING, 'remote.pushdefault'].flatMap((key) => of(key, false)),
    ...OF_REMOTE.flatMap((name) =>
      of(`remote.${remote.name}.${name}`, name === 'fetch' || name === 'push'),
    ),
    ...settings.filter(({ key }) => OF_BRANCH.test(key)).slice(0, MAX_BRANCH_LINES),
  ];
}

/** One section a line: git-config(1), "Syntax". */
function line(key: string, value: string): string | null {
  const first = key.indexOf('.');
  const last = key.lastIndexOf('.');
  const subsection = first === last ? null : key.slice(first + 1, last);
  // No setting that counts here holds one, and a reader of the file would be misled.
  if (/[\u0000-\u001f\u007f]/.test(value + (subsection ?? ''))) return null;
  const head = key.slice(0, first) + (subsection === null ? '' : ` "${escaped(subsection)}"`);
  return `[${head}]\n\t${key.slice(last + 1)} = "${escaped(value)}"\n`;
}

function escaped(text: string): string {
  return text.replace(/[\\"]/g, '\\$&');
}
