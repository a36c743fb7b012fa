import { lstatSync, mkdirSync, readdirSync, realpathSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../../package-root.ts';
import { couldNotLook } from '../git.ts';
import { HOOKS, type HookName } from './hook-file.ts';
import { answer, findHooks, type GitPlaces, type HooksFolder } from './hooks-folder.ts';
import { isPreCommitFramework, requireNoManager } from './managers.ts';
import {
  callsGuard,
  cleanCopies,
  placeHook,
  removeHook,
  type Placed,
  type Removed,
} from './place-hook.ts';
import { readPlain, replaceFile } from '../plain-file.ts';
import { RUNNER_NAME, runnerScript } from './runner.ts';

export interface InstallOptions {
  cwd: string;
  /** Consent to a folder of hooks that is not this repository's alone (`core.hooksPath`). */
  hooksPath?: boolean;
}

const SETTINGS = ['node', 'program', 'hooks', 'hooks-made'] as const;

/** Has git's hooks call guard first. Says what was done, a sentence a line. Throws GuardError, and then nothing was. */
export function installHook({ cwd, hooksPath = false }: InstallOptions): string[] {
  const places = findHooks(cwd);
  const { hooks, workTree } = places;
  if (hooks.whose === 'outside' && !hooksPath) throw elsewhere(hooks);
  requireNoManager(hooks.path, workTree);
  return writing(hooks.path, () => {
    const made = !lstatSync(hooks.path, { throwIfNoEntry: false });
    if (made) mkdirSync(hooks.path, { recursive: true });
    const framework = isPreCommitFramework(
      readPlain(join(hooks.path, 'pre-commit'))?.toString('latin1') ?? '',
    );
    replaceFile(join(hooks.path, RUNNER_NAME), runnerScript(), 0o755);
    const placed = new Map<HookName, Placed>();
    try {
      for (const hook of HOOKS) placed.set(hook, placeHook(hooks.path, hook, hooks.husky));
      record(places, made);
    } catch (error) {
      for (const [hook, how] of placed)
        if (how !== 'as it was' && how !== 'renewed') removeHook(hooks.path, hook);
      if (!callsGuard(hooks.path, HOOKS)) rmSync(join(hooks.path, RUNNER_NAME), { force: true });
      if (made) rmdirSync(hooks.path);
      throw error;
    }
    return told(places, placed, framework);
  });
}

/** Takes away what {@link installHook} put there, here and where git looked for hooks at the time. */
export function uninstallHook({ cwd }: Pick<InstallOptions, 'cwd'>): string[] {
  const places = findHooks(cwd);
  const recorded = recordedSettings(places);
  const folders = new Set([places.hooks.path, join(places.commonDir, 'hooks')]);
  if (recorded.hooks) folders.add(recorded.hooks);
  const lines: string[] = [];
  for (const folder of folders)
    writing(folder, () => {
      const removed = new Map<HookName, Removed>();
      for (const hook of HOOKS) {
        const how = removeHook(folder, hook);
        if (how) removed.set(hook, how);
        cleanCopies(folder, hook);
      }
      const runner = join(folder, RUNNER_NAME);
      if (removed.size === 0 && !lstatSync(runner, { throwIfNoEntry: false })) return;
      rmSync(runner, { force: true });
      if (recorded.made && folder === recorded.hooks && readdirSync(folder).length === 0)
        rmdirSync(folder);
      lines.push(`Out of ${folder}: ${counted(removed, REMOVED)}.`);
    });
  forget(places, recorded);
  return lines.length ? lines : ["guard's hooks are not installed here: nothing was changed."];
}

const PLACED: Record<Placed, string> = {
  made: 'made',
  first: 'called before the rest of your hook',
  aside: 'called before your hook, which stands beside it as NAME.before-guard',
  renewed: 'renewed',
  'as it was': 'there already',
};
const REMOVED: Record<Removed, string> = {
  removed: 'removed',
  restored: 'your own hook is back in its place',
  'taken out': "guard's lines taken out, the rest is as it was",
};

function told(places: GitPlaces, placed: Map<HookName, Placed>, framework: boolean): string[] {
  const { hooks } = places;
  const why = hooks.because === null ? '' : `, because of ${hooks.because}`;
  const lines = [
    `In ${hooks.path}${why}: ${counted(placed, PLACED)}. Commits and pushes with secrets are refused from now on; guard audit uninstall undoes it.`,
  ];
  if (hooks.whose === 'shared')
    lines.push(
      'This folder is part of the repository: once it is committed, everyone who commits here needs guard.',
    );
  if (hooks.whose === 'outside')
    lines.push('Every repository with this folder of hooks is looked through by guard now.');
  if (framework)
    lines.push(
      '`pre-commit install` writes its hook anew: run guard audit install again after it, or add guard to .pre-commit-config.yaml instead.',
    );
  return lines;
}

/** `pre-commit, pre-push: made; pre-merge-commit: called before …`. */
function counted<How extends string>(each: Map<HookName, How>, words: Record<How, string>): string {
  const by = new Map<How, HookName[]>();
  for (const [hook, how] of each) by.set(how, [...(by.get(how) ?? []), hook]);
  return [...by].map(([how, hooks]) => `${hooks.join(', ')}: ${words[how]}`).join('; ');
}

/** Where guard is. For a folder that several repositories have, in the user's own settings. */
function record({ commonDir, hooks }: GitPlaces, made: boolean): void {
  const scope = hooks.whose === 'outside' ? ['--global'] : ['--file', join(commonDir, 'config')];
  const set = (name: (typeof SETTINGS)[number], value: string): void => {
    if (answer(['config', ...scope, `guard.${name}`, value], commonDir) === null)
      throw couldNotLook(
        'nothing was installed',
        'git cannot write its settings',
        'Make them writable',
      );
  };
  set('node', process.execPath);
  set('program', join(realpathSync(PACKAGE_ROOT), 'bin', 'guard.js'));
  set('hooks', hooks.path);
  if (made) set('hooks-made', 'true');
}

interface Recorded {
  scope: readonly string[];
  hooks: string | null;
  made: boolean;
}

function recordedSettings({ commonDir }: GitPlaces): Recorded {
  const own = ['--file', join(commonDir, 'config')];
  for (const scope of [own, ['--global']]) {
    const hooks = answer(['config', ...scope, '--get', 'guard.hooks'], commonDir);
    const made = answer(['config', ...scope, '--get', 'guard.hooks-made'], commonDir) === 'true';
    if (hooks !== null) return { scope, hooks, made };
  }
  return { scope: own, hooks: null, made: false };
}

function forget({ commonDir }: GitPlaces, { scope }: Recorded): void {
  for (const name of SETTINGS) answer(['config', ...scope, '--unset', `guard.${name}`], commonDir);
}

function elsewhere({ path, because }: HooksFolder): Error {
  return couldNotLook(
    'nothing was installed',
    `git takes its hooks from ${path}, because of ${because}, and other repositories can have the same`,
    'To have guard look through all of them, run guard audit install --hooks-path',
  );
}

function writing<T>(folder: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = {
      EACCES: 'permission is denied',
      EROFS: 'it is read-only',
      EPERM: 'permission is denied',
      EEXIST: 'another installation left a file NAME.guard-new there',
    }[code ?? ''];
    if (why === undefined) throw error;
    throw couldNotLook(
      `the hooks in ${folder} cannot be changed`,
      why,
      'Make the folder writable for you, and run it again',
    );
  }
}
