import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Agent } from './agent.ts';

/** Where agents are kept from one run of the tests to the next, and where the tests make their folders. */
export function cacheFolder(): string {
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  const folder = join(cache, 'guard-test-agents');
  mkdirSync(folder, { recursive: true });
  return realpathSync(folder);
}

/**
 * Installs an agent from npm, once, in a folder of its own, and returns that folder. No install script is run but the ones
 * the agent cannot do without. Throws when npm does.
 */
export function install(agent: Agent): string {
  const folder = join(cacheFolder(), agent.package.replaceAll(/[^\w.-]+/g, '_'));
  const done = join(folder, 'installed');
  if (existsSync(done)) return folder;
  mkdirSync(folder, { recursive: true });
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  execFileSync('npm', ['install', ...options, '--prefix', folder, agent.package], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  for (const script of agent.afterInstall)
    execFileSync(process.execPath, [join(folder, script)], { cwd: folder, stdio: 'inherit' });
  writeFileSync(done, '');
  return folder;
}

/** Where its command is. */
export function binFolder(folder: string): string {
  return join(folder, 'node_modules', '.bin');
}
