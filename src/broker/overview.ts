import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findCredential } from './credentials.ts';
import type { BrokerContext, BrokerDefinition } from './definition.ts';
import { runGit } from './git-settings.ts';
import { findProgram, placesOf } from './programs.ts';

/** A broker as it stands on this machine, for people. No value of a credential is in it. */
export interface BrokerOverview {
  name: string;
  about: string;
  /** Where it is defined. */
  file: string;
  /** Whether the profile turns it on; by which line. */
  on: string | null;
  /** Null when the program is not here: then there is nothing to cover. */
  program: string | null;
  /** Files that the shim stands in for. */
  covers: string[];
  /** Variables and files that were found. */
  credential: string[];
  /** Where they were looked for, and how to get one. */
  looked: string[];
  login: string;
  /** Null: those of the repository's ssh remotes. */
  hosts: string[] | null;
  commands: { words: string; about: string; outcome: 'runs' | 'asks'; because: string | null }[];
  refused: { words: string; reason: string }[];
  otherwise: 'inside' | 'refuse';
}

export async function overview(
  definition: BrokerDefinition,
  on: string | null,
  context: BrokerContext,
): Promise<BrokerOverview> {
  const { name, about, file, credential, hosts, otherwise } = definition;
  const program = findProgram(definition.program, context);
  return {
    name,
    about,
    file,
    on,
    program,
    covers:
      program === null
        ? []
        : [
            ...placesOf(definition.program, context),
            ...(await inCore(definition, program, context)),
          ],
    credential: findCredential(definition, context).shown,
    looked: [...credential.env, ...credential.sockets, ...credential.files],
    login: credential.login,
    hosts:
      hosts === 'git-remote'
        ? null
        : hosts.map(({ host, port }) => (port === 443 ? host : `${host}:${port}`)),
    commands: definition.commands.map(({ words, about: what, ask }) => ({
      words,
      about: what,
      outcome: ask === null ? 'runs' : 'asks',
      because: ask,
    })),
    refused: Object.entries(definition.never).map(([words, reason]) => ({ words, reason })),
    otherwise,
  };
}

/** git calls itself in its own folder: `git pull` starts `git fetch` there. */
async function inCore(
  { runs }: BrokerDefinition,
  program: string,
  context: BrokerContext,
): Promise<string[]> {
  if (!runs.includes('git-core') || !program.endsWith('/git')) return [];
  try {
    const folder = (await runGit(program, ['--exec-path'], context)).trim();
    return [join(folder, 'git')].filter((file) => existsSync(file));
  } catch {
    return [];
  }
}
