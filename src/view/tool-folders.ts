import { ignoredPaths } from './ignored.ts';

/**
 * Folders that package managers and build tools fill. Nobody writes there by hand, and what looks weakly like a secret in a
 * hundred thousand files of others is none.
 */
const FILLED =
  /(?:^|\/)(?:node_modules|bower_components|jspm_packages|site-packages|dist-packages|\.venv|venv|__pycache__|\.tox|\.nox|\.mypy_cache|\.pytest_cache|\.ruff_cache|\.gradle|\.m2|\.cargo|\.rustup|\.yarn|\.pnpm-store|\.next|\.nuxt|\.svelte-kit|\.turbo|\.parcel-cache|\.terraform|Pods|DerivedData|_build|deps|vendor|target|dist|build|out|obj|coverage|bazel-[^/]+|cmake-build-[^/]+)\//;

export function isInToolFolder(path: string): boolean {
  return FILLED.test(path);
}

/** `node_modules` and such, whatever git makes of it; a folder called `build` may as well be somebody's work. */
const ALWAYS =
  /(?:^|\/)(?:node_modules|bower_components|site-packages|dist-packages|__pycache__|\.tox|\.nox|\.mypy_cache|\.pytest_cache|\.ruff_cache|\.gradle|\.yarn|\.pnpm-store|\.next|\.nuxt|\.svelte-kit|\.turbo|\.parcel-cache|\.terraform|Pods|DerivedData)\//;

/** As many as `ignoredPaths` takes. */
const ASKED = 256;

/**
 * Of files with nothing but weak findings, those that lie in folders of dependencies or in ones that git ignores and has
 * nothing of. Where that is unclear a file is not among them.
 */
export function inFoldersOfOthers(repository: string, paths: readonly string[]): Set<string> {
  const out = new Set(paths.filter((path) => ALWAYS.test(path)));
  const byFolder = new Map<string, string[]>();
  for (const path of paths) {
    const folder = path.slice(0, Math.max(0, path.lastIndexOf('/')));
    if (folder === '' || out.has(path)) continue;
    byFolder.set(folder, [...(byFolder.get(folder) ?? []), path]);
  }
  const folders = [...byFolder.keys()].map((folder) => `${repository}/${folder}`).slice(0, ASKED);
  for (const folder of ignoredPaths(folders, repository, { repository, before: null }))
    for (const path of byFolder.get(folder.slice(repository.length + 1)) ?? []) out.add(path);
  return out;
}
