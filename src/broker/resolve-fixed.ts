import { printable, printableArgv } from '../printable.ts';
import { expandHome, findCredential, isOutside } from './credentials.ts';
import type { BrokerContext, BrokerDefinition } from './definition.ts';
import { gitFolders, runGit } from './git-settings.ts';
import { isSessions } from './git-trust.ts';
import { findProgram, folderBeside, startsWith } from './programs.ts';
import { writeCall, type ReadCall } from './read-call.ts';
import type { BrokerDecision, BrokerHost } from './types.ts';

/** A command of a broker whose hosts the definition names. */
export async function resolveFixed(
  definition: BrokerDefinition,
  hosts: BrokerHost[],
  call: ReadCall,
  cwd: string,
  context: BrokerContext,
): Promise<BrokerDecision> {
  const { name, credential } = definition;
  const program = findProgram(definition.program, context);
  if (program === null) return { kind: 'inside' };
  const found = findCredential(definition, context);
  if (!found.shown.length)
    return {
      kind: 'refuse',
      reason: `no credential for ${name} is on this machine, outside the session`,
      safer: credential.login,
    };
  const argv: [string, ...string[]] = [program, ...writeCall(call)];
  const git = definition.runs.includes('git') ? await ownGit(context) : null;
  const asks = git?.doubtful ? [...call.asks, git.doubtful] : call.asks;
  return {
    kind: 'run',
    run: {
      broker: name,
      argv,
      cwd,
      env: { ...siblingEnvironment(context), ...definition.set, ...git?.env, ...found.env },
      hosts,
      files: [
        ...found.files,
        ...definition.files
          .map((file) => expandHome(file, context))
          .filter((file) => isOutside(file, context)),
      ],
      generated: [],
      sockets: found.sockets,
      runs: await executables(definition, program, context),
      writesRepository: call.command.writesRepository,
      facts: [
        { label: 'command', text: printableArgv([definition.program, ...argv.slice(1)], 400) },
        { label: 'to', text: hosts.map(({ host }) => host).join(', ') },
        { label: 'with', text: found.shown.join(', ') },
      ],
      askBecause: asks.length ? asks.join('; ') : null,
    },
  };
}

/**
 * The session's own repository, wherever in it the program starts: it asks git which one it is about, and any other in it
 * may be of the session's making.
 */
async function ownGit(
  context: BrokerContext,
): Promise<{ env: Record<string, string>; doubtful: string | null }> {
  const { repository } = context;
  const git = findProgram('git', context);
  const said = git === null ? '' : await gitFolders(git, repository, context).catch(() => '');
  const [gitDir, commonDir = ''] = said.startsWith('/')
    ? said.split('\n')
    : [`${repository}/.git`, `${repository}/.git`];
  const folders = { gitDir: gitDir ?? '', commonDir };
  const doubtful = isSessions(`${commonDir}/config`, folders, context);
  return {
    env: { GIT_DIR: folders.gitDir, GIT_COMMON_DIR: commonDir, GIT_WORK_TREE: repository },
    doubtful: doubtful
      ? `which repository it is about comes from ${printable(commonDir, 200)}/config, which the session can write`
      : null,
  };
}

/** Of the user's own environment, never the session's. */
export function siblingEnvironment({ env, home }: BrokerContext): Record<string, string> {
  const own: Record<string, string> = { HOME: home, PATH: '/usr/local/bin:/usr/bin:/bin' };
  if (env.XDG_CONFIG_HOME?.startsWith('/')) own.XDG_CONFIG_HOME = env.XDG_CONFIG_HOME;
  for (const name of ['LANG', 'LC_ALL', 'LC_CTYPE', 'TZ', 'TERM', 'USER', 'LOGNAME', 'NO_COLOR']) {
    const value = env[name];
    if (value !== undefined && /^[\w.,:@/+-]{1,100}$/.test(value)) own[name] = value;
  }
  return own;
}

async function executables(
  { runs }: BrokerDefinition,
  program: string,
  context: BrokerContext,
): Promise<string[]> {
  const found = new Set(startsWith(program, context));
  for (const name of runs) {
    if (name === 'beside' || name === 'git-core') {
      const folder = name === 'beside' ? folderBeside(program, context) : await gitFolder(context);
      if (folder !== null) found.add(folder);
      continue;
    }
    const file = findProgram(name, context);
    if (file !== null) for (const each of startsWith(file, context)) found.add(each);
  }
  return [...found];
}

/** Where git has the programs it is made of. */
async function gitFolder(context: BrokerContext): Promise<string | null> {
  const git = findProgram('git', context);
  return git === null ? null : (await runGit(git, ['--exec-path'], context)).trim();
}
