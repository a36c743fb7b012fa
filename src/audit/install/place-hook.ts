import { constants, lstatSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { couldNotLook } from '../git.ts';
import {
  asideName,
  isMade,
  isShellScript,
  madeHook,
  withBlock,
  withoutBlock,
  type HookName,
} from './hook-file.ts';
import { readPlain, replaceFile } from '../plain-file.ts';

const EXECUTABLE = 0o755;
const ANY_EXECUTE = constants.S_IXUSR | constants.S_IXGRP | constants.S_IXOTH;
const PERMISSIONS = 0o7777;

/** `made`: there was none. `first`: guard's lines were put into it. `aside`: it is called by guard's. */
export type Placed = 'made' | 'first' | 'aside' | 'renewed' | 'as it was';

/**
 * Puts guard before whatever hook is there. `always`: hooks of this folder are given to a shell, executable or not. A hook
 * that git would not run stays one that is not run.
 */
export function placeHook(folder: string, hook: HookName, always: boolean): Placed {
  const path = join(folder, hook);
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (!stats) {
    replaceFile(path, madeHook(hook, false), EXECUTABLE);
    return 'made';
  }
  if (stats.isDirectory())
    throw couldNotLook('nothing was installed', `${path} is a folder`, 'Remove it');
  const content = readPlain(path);
  const runs = always || (stats.mode & ANY_EXECUTE) !== 0;
  if (content && runs && isShellScript(content, always)) {
    const before = content.toString('latin1');
    const after = withBlock(before, hook);
    if (after === before) return 'as it was';
    replaceFile(path, Buffer.from(after, 'latin1'), stats.mode & PERMISSIONS);
    return withoutBlock(before) === null ? 'first' : 'renewed';
  }
  const aside = join(folder, asideName(hook));
  if (lstatSync(aside, { throwIfNoEntry: false }))
    throw couldNotLook(
      'nothing was installed',
      `${path} is no shell script and would have to stand aside as ${asideName(hook)}, which exists`,
      'Look at both, and remove or rename one',
    );
  renameSync(path, aside);
  try {
    replaceFile(path, madeHook(hook, true), EXECUTABLE);
  } catch (error) {
    renameSync(aside, path);
    throw error;
  }
  return 'aside';
}

/** `removed`: guard made it. `restored`: what stood aside is back. `taken out`: the rest of the script stays. */
export type Removed = 'removed' | 'restored' | 'taken out';

/** Undoes {@link placeHook}; null where nothing of guard's is. */
export function removeHook(folder: string, hook: HookName): Removed | null {
  const path = join(folder, hook);
  const content = readPlain(path)?.toString('latin1');
  const rest = content === undefined ? null : withoutBlock(content);
  if (content === undefined || rest === null) return null;
  const aside = join(folder, asideName(hook));
  if (!isMade(content)) {
    replaceFile(path, Buffer.from(rest, 'latin1'), lstatSync(path).mode & PERMISSIONS);
    return 'taken out';
  }
  if (lstatSync(aside, { throwIfNoEntry: false })) {
    renameSync(aside, path);
    return 'restored';
  }
  rmSync(path);
  return 'removed';
}

/**
 * Copies of what guard made or wrote to that other tools put aside in turn and go on calling: `pre-commit.legacy` of
 * pre-commit, `pre-commit.old` of lefthook.
 */
export function cleanCopies(folder: string, hook: HookName): void {
  for (const suffix of ['.legacy', '.old']) {
    const path = join(folder, `${hook}${suffix}`);
    const content = readPlain(path)?.toString('latin1');
    const rest = content === undefined ? null : withoutBlock(content);
    if (content === undefined || rest === null) continue;
    if (isMade(content)) rmSync(path);
    else replaceFile(path, Buffer.from(rest, 'latin1'), lstatSync(path).mode & PERMISSIONS);
  }
}

/** Does anything in this folder still call guard? */
export function callsGuard(folder: string, hooks: readonly HookName[]): boolean {
  return hooks.some((hook) => {
    try {
      return withoutBlock(readFileSync(join(folder, hook), 'latin1')) !== null;
    } catch {
      return false;
    }
  });
}
