import { lstatSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { BrokerContext, BrokerDefinition } from './definition.ts';

/** Where a credential was found: names and places, and for the sibling alone the values. */
export interface FoundCredential {
  /** Absolute, links as they are. */
  files: string[];
  sockets: string[];
  /** With their values: never to be shown. */
  env: Record<string, string>;
  /** For people: `GH_TOKEN`, `~/.config/gh/hosts.yml`. */
  shown: string[];
}

/** What of a definition's credential this user has. */
export function findCredential(
  { credential }: Pick<BrokerDefinition, 'credential'>,
  context: BrokerContext,
): FoundCredential {
  const found: FoundCredential = { files: [], sockets: [], env: {}, shown: [] };
  for (const name of credential.env) {
    const value = context.env[name];
    if (value === undefined || value === '') continue;
    found.env[name] = value;
    found.shown.push(name);
  }
  for (const name of credential.sockets) {
    const path = context.env[name];
    if (path === undefined || !isSocket(path, context)) continue;
    found.sockets.push(path);
    found.env[name] = path;
    found.shown.push(name);
  }
  for (const written of credential.files) {
    const file = expandHome(written, context);
    if (!isOutside(file, context)) continue;
    found.files.push(file);
    found.shown.push(written);
  }
  return found;
}

/** `~/.config` is where the user has it: XDG Base Directory Specification, "Environment variables". */
export function expandHome(
  path: string,
  { home, env }: Pick<BrokerContext, 'home' | 'env'>,
): string {
  const config = env.XDG_CONFIG_HOME;
  if (path.startsWith('~/.config/') && config?.startsWith('/'))
    return join(config, path.slice('~/.config/'.length));
  return path.startsWith('~/') ? join(home, path.slice(2)) : path;
}

/** `~/…` where it is in the home folder. */
export function withTilde(path: string, home: string): string {
  return path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
}

/** Whether it exists, and is nothing that a session could have put in its place. */
export function isOutside(
  path: string,
  { repository, writable = [] }: Pick<BrokerContext, 'repository' | 'writable'>,
): boolean {
  try {
    const real = realpathSync(path);
    return ![repository, ...writable].some((folder) => `${real}/`.startsWith(`${folder}/`));
  } catch {
    return false;
  }
}

export function isSocket(path: string, context: BrokerContext): boolean {
  if (!path.startsWith('/') || !isOutside(path, context)) return false;
  return (lstatSync(path).isSymbolicLink() ? statSync(path) : lstatSync(path)).isSocket();
}
