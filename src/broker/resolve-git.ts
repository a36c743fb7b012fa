import { existsSync, realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { printable, printableArgv } from '../printable.ts';
import type { BrokerCall, BrokerContext, BrokerDefinition } from './definition.ts';
import { carriedSettings, gitConfigFile } from './git-config-file.ts';
import { readGitCall } from './git-call.ts';
import { chooseRemote, remoteNames, type GitRemote } from './git-remote.ts';
import { gitDirOf, readGitState, runGit, type GitState } from './git-settings.ts';
import { isSessions } from './git-trust.ts';
import { resolveSsh, type SshRun } from './git-ssh.ts';
import { readUrl, type ReadUrl, type SshUrl } from './git-url.ts';
import { findProgram } from './programs.ts';
import { readCall, writeCall, type ReadCall } from './read-call.ts';
import { siblingEnvironment } from './resolve-fixed.ts';
import type { BrokerDecision, BrokerFact } from './types.ts';

const INSIDE = { kind: 'inside' } as const;
const OUTSIDE = 'Run it outside of the session';

/**
 * A command of git's that may reach a host through ssh. What it would reach is found with the host's own git, shown, and
 * written into the settings that git gets in the sibling, so that it can reach nothing else.
 */
export async function resolveGit(
  definition: BrokerDefinition,
  { argv, cwd }: BrokerCall,
  context: BrokerContext,
): Promise<BrokerDecision> {
  const { repository } = context;
  const given = readGitCall(argv);
  if (given.command === null) return INSIDE;
  const read = readCall(definition, ['git', given.command, ...given.rest], { repository, cwd });
  if ('kind' in read) return read;
  const [git, ssh] = ['git', 'ssh'].map((name) => findProgram(name, context));
  if (!git || !ssh) return INSIDE;
  const folder = given.folders.reduce((now, next) => resolve(now, next), cwd);
  const state = await stateOf(git, folder, context);
  if ('kind' in state) return looksLikeSsh(read) ? state : INSIDE;

  const meant = meantRemote(read, state);
  if (typeof meant === 'string') {
    const all = [...remoteNames(state.settings), ...read.operands.slice(0, 20)];
    const reached = all.flatMap((word) => urlsOf(word, read, state));
    return reached.some(({ kind }) => kind !== 'other') ? refuse(meant, 'Name one remote') : INSIDE;
  }
  const urls = meant.urls.map(readUrl);
  // Behind an option nobody declared any word may be the remote.
  const perhaps = read.refusal
    ? read.operands.slice(0, 20).flatMap((word) => urlsOf(word, read, state))
    : [];
  // git says itself what is wrong with an address that nothing here could reach.
  if (![...urls, ...perhaps].some(({ kind }) => kind !== 'other')) return INSIDE;
  if (read.flags.some(({ flag }) => flag.id === 'get-url')) return INSIDE;
  if (given.refusal !== null) return refuse(given.refusal, 'Leave that option out');
  if (read.refusal) return { kind: 'refuse', ...read.refusal };
  const [first, ...more] = urls;
  // The first address is fetched from, all are pushed to.
  if (more.length && read.command.words === 'push')
    return refuse(`${printable(meant.name, 80)} has several addresses to push to`, OUTSIDE);
  if (first?.kind === 'unclear')
    return refuse(
      `guard cannot tell where ${printable(meant.urls[0] ?? '', 200)} leads: ${first.why}`,
      OUTSIDE,
    );
  if (first?.kind !== 'ssh') return INSIDE;
  const way = await resolveSsh(ssh, first.ssh, context);
  if ('refuse' in way) return refuse(way.refuse, way.safer);
  return run(definition, { read, state, remote: meant, url: first.ssh, git, ssh, way }, context);
}

interface Found {
  read: ReadCall;
  state: GitState;
  remote: GitRemote;
  url: SshUrl;
  git: string;
  ssh: string;
  way: SshRun;
}

async function run(
  { name }: BrokerDefinition,
  { read, state, remote, url, git, ssh, way }: Found,
  context: BrokerContext,
): Promise<BrokerDecision> {
  const config = gitConfigFile(state, remote, url.url);
  if (config === null || remote.name.startsWith('-') || printable(remote.name) !== remote.name)
    return refuse("the repository's settings hold characters that git would misread", OUTSIDE);
  // What follows a space would be read by a shell: run-command.c, `prepare_shell_cmd`.
  if (!/^[\w./+-]+$/.test(ssh)) return refuse(`ssh has an unusual path: ${ssh}`, OUTSIDE);
  const core = (await runGit(git, ['--exec-path'], context)).trim();
  const upstream = read.flags.some(({ flag }) => flag.id === 'set-upstream');
  // Said of remotes by name, of which there is one.
  const dropped = ['set-upstream', ...(read.command.words === 'fetch' ? ['all', 'multiple'] : [])];
  const flags = read.flags.filter(({ flag }) => !dropped.includes(flag.id));
  const argv: [string, ...string[]] = [
    git,
    ...writeCall({
      ...read,
      flags,
      operands: [remote.name, ...read.operands.slice(1)],
    }),
  ];
  const direction = read.command.words === 'push' ? 'to' : 'from';
  const facts: BrokerFact[] = [
    { label: 'command', text: printableArgv(['git', ...argv.slice(1)], 400) },
    { label: direction, text: url.url },
    ...way.facts,
  ];
  if (upstream)
    facts.push({ label: 'upstream', text: 'not recorded: .git/config is read-only for sessions' });
  return {
    kind: 'run',
    run: {
      broker: name,
      argv,
      cwd: context.repository,
      env: {
        ...siblingEnvironment(context),
        ...way.env,
        GIT_DIR: state.gitDir,
        GIT_COMMON_DIR: state.commonDir,
        GIT_WORK_TREE: context.repository,
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_CONFIG_GLOBAL: '/dev/null',
        GIT_ATTR_NOSYSTEM: '1',
        GIT_TERMINAL_PROMPT: '0',
        GIT_ALLOW_PROTOCOL: 'ssh',
        // Before core.sshCommand, and without a character for which git would start a shell.
        GIT_SSH_COMMAND: ssh,
        GIT_SSH_VARIANT: 'ssh',
        GIT_PAGER: 'cat',
        GIT_EXEC_PATH: core,
      },
      hosts: [way.host],
      files: way.files,
      generated: [{ path: `${state.commonDir}/config`, content: config }, way.generated],
      sockets: way.sockets,
      runs: [
        ...new Set([git, realpathSync(git), core, realpathSync(core), ssh, realpathSync(ssh)]),
      ],
      writesRepository: read.command.writesRepository,
      facts,
      askBecause: asks(read, state, remote, context),
    },
  };
}

/** The state of the session's own repository; any other in it could be the session's making, settings and all. */
async function stateOf(
  git: string,
  folder: string,
  context: BrokerContext,
): Promise<GitState | Extract<BrokerDecision, { kind: 'refuse' }>> {
  const { repository } = context;
  try {
    const real = realpathSync(folder);
    if (real !== repository && !real.startsWith(`${repository}/`))
      return refuse(`${printable(folder, 200)} is outside of the session's repository`, OUTSIDE);
    const [state, gitDir] = await Promise.all([
      readGitState(git, repository, context),
      real === repository ? null : gitDirOf(git, real, context),
    ]);
    if ((gitDir ?? state.gitDir) !== state.gitDir || !existsSync(`${repository}/.git`))
      return refuse(
        'it is about another repository than that of the session, whose settings the session could have written',
        OUTSIDE,
      );
    if (!existsSync(`${state.commonDir}/config`))
      return refuse('the repository has no settings file', OUTSIDE);
    return state;
  } catch {
    return refuse('git does not say which repository this is', OUTSIDE);
  }
}

/** Without a readable repository an address alone can tell whether ssh is meant. */
function looksLikeSsh({ operands }: ReadCall): boolean {
  return operands.length === 0 || readUrl(operands[0] ?? '').kind !== 'other';
}

function urlsOf(word: string, { command }: ReadCall, state: GitState): ReadUrl[] {
  const direction = command.words === 'push' ? 'push' : 'fetch';
  return chooseRemote(state, word, direction).urls.map(readUrl);
}

function meantRemote(read: ReadCall, state: GitState): GitRemote | string {
  const [named] = read.operands;
  const direction = read.command.words === 'push' ? 'push' : 'fetch';
  // `git remote update` says `--multiple --all`.
  const [all, multiple] = ['all', 'multiple'].map((id) => isFetchOf(read, id));
  if (!all && !multiple) return chooseRemote(state, named, direction);
  const names = all ? remoteNames(state.settings) : read.operands;
  return names.length !== 1
    ? 'guard fetches from one remote at a time'
    : chooseRemote(state, names[0], direction);
}

function isFetchOf({ command, flags }: ReadCall, id: string): boolean {
  return command.words === 'fetch' && flags.some(({ flag }) => flag.id === id);
}

function asks(
  read: ReadCall,
  state: GitState,
  remote: GitRemote,
  context: BrokerContext,
): string | null {
  const because = [...read.asks];
  if (!remote.configured) because.push('it is an address, not a remote of this repository');
  const decided = (files: readonly (string | null)[]): string | undefined =>
    files.find((file) => file !== null && isSessions(file, state, context)) ?? undefined;
  const address = decided(remote.decidedBy);
  const settings = decided(carriedSettings(state, remote).map(({ file }) => file));
  const doubtful = address ?? settings;
  if (doubtful !== undefined)
    because.push(
      `${address === undefined ? 'what it does' : 'its address'} comes from ${printable(doubtful, 200)}, which the session can write`,
    );
  return because.length ? because.join('; ') : null;
}

function refuse(reason: string, safer: string): Extract<BrokerDecision, { kind: 'refuse' }> {
  return { kind: 'refuse', reason, safer };
}
