import type { Stats } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { watchEdits } from './edit-watch.ts';
import { completesBare, insideGit, isWatchedInGit } from './git-risk.ts';
import { LateView } from './late-view.ts';
import { compileNames, type NamePatterns } from './name-patterns.ts';
import { isTooDeep } from './walk.ts';
import type { ViewWatcher, WatchOptions } from './watch-options.ts';

/** Milliseconds between walks while the repository cannot be watched, or is not yet. */
const WALK_EVERY = 700;
/** Otherwise a walk, which finds what a watch can miss, may take this share of the time. */
const WALK_SHARE = 0.05;

/**
 * chokidar takes longer to load than a short command runs, and walking finds the same. Milliseconds until it is loaded.
 */
const WATCH_AFTER = 250;

/**
 * Watches the repository from outside the session: covers secret files that appear, renews the stand-ins of files that
 * change, and holds what others would execute later; what appeared since the plan was made is dealt with as well. To be
 * called before the session's first process runs. Until every folder is watched, and where watching fails, the
 * repository is walked instead.
 */
export function watchView(options: WatchOptions): ViewWatcher {
  const names = compileNames(options.files);
  const late = new LateView(names, options);
  const state = { watching: false, closed: false };
  const stopWalking = walkAgainAndAgain(late, state);
  const stopEdits = watchEdits(join(options.sessionDir, 'covers'), (name) => late.edited(name));
  const stop = new AbortController();
  const watching = pause(WATCH_AFTER, undefined, { signal: stop.signal, ref: false }).then(
    () => watchFolders(options, names, late, state),
    () => null,
  );
  return {
    watching: watching.then(() => undefined),
    async close() {
      state.closed = true;
      stopWalking();
      stopEdits();
      stop.abort();
      const watcher = await watching;
      await watcher?.close();
      await late.stopLooking();
      // What the session made in its last moments: nothing of it runs any more.
      late.settle();
      await late.walk();
      late.stop();
      await late.idle();
      late.keepRest();
    },
  };
}

async function watchFolders(
  options: WatchOptions,
  names: NamePatterns,
  late: LateView,
  state: { watching: boolean; closed: boolean },
): Promise<{ close(): Promise<void> } | null> {
  const { watch } = await import('chokidar');
  if (state.closed) return null;
  const roots = [options.plan.repository, ...options.plan.extraBinds];
  const watcher = watch(roots, {
    ignored: (path, stats) => !isWatched(path, stats, roots, names),
    ignoreInitial: true,
    followSymlinks: false,
    // A file that its owner may not read is still one to cover.
    ignorePermissionErrors: true,
  });
  let failed = false;
  watcher.on('all', (event, path) => {
    late.look(path);
    // It may have had files before it was watched.
    if (event === 'addDir') late.touched(path);
  });
  // Sooner than chokidar, which reads the folder first.
  watcher.on('raw', (_event, name, details) => {
    const folder = (details as { watchedPath?: string }).watchedPath;
    const path = folder && name ? join(folder, name) : null;
    if (!path || isTooDeep(path)) return;
    if (isWatched(path, undefined, roots, names, true)) late.look(path);
    else late.touched(path);
  });
  watcher.on('error', (error) => {
    if (!failed) options.onNotice(watchFailure(error));
    failed = true;
    state.watching = false;
  });
  watcher.once('ready', () => {
    state.watching = !failed;
    if (!state.closed) void late.walk();
  });
  return watcher;
}

function walkAgainAndAgain(
  late: LateView,
  state: { watching: boolean; closed: boolean },
): () => void {
  let timer: ReturnType<typeof setTimeout>;
  const walk = async () => {
    const start = performance.now();
    await late.walk();
    const took = performance.now() - start;
    if (!state.closed) plan(state.watching ? Math.max(WALK_EVERY, took / WALK_SHARE) : WALK_EVERY);
  };
  const plan = (ms: number) => {
    timer = setTimeout(() => void walk(), ms);
    timer.unref();
  };
  plan(WALK_EVERY);
  return () => clearTimeout(timer);
}

/** Folders, and files that matter by their name, because chokidar spends a watch on each. */
function isWatched(
  path: string,
  stats: Stats | undefined,
  roots: readonly string[],
  names: NamePatterns,
  byName = false,
): boolean {
  const root = roots.findLast((folder) => path === folder || path.startsWith(`${folder}/`));
  if (root === undefined || path === root) return !byName;
  if (isTooDeep(path)) return false;
  const relative = path.slice(root.length + 1);
  const git = root === roots[0] ? insideGit(relative) : { inner: relative };
  if (git) return isWatchedInGit(git.inner, stats?.isDirectory());
  if (!byName && (!stats || stats.isDirectory())) return true;
  return (
    completesBare(relative) ||
    names.secretBelow(relative) !== null ||
    names.protect(relative) !== null
  );
}

function watchFailure(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  const instead = 'guard looks through the repository every second instead of watching it';
  if (code === 'ENOSPC')
    return `too many folders for this machine's inotify limit: ${instead}; \`sudo sysctl fs.inotify.max_user_watches=1048576\` mends that`;
  if (code === 'EMFILE')
    return `too many inotify instances on this machine: ${instead}; \`sudo sysctl fs.inotify.max_user_instances=1024\` mends that`;
  return `watching failed (${code ?? 'unknown error'}): ${instead}`;
}
