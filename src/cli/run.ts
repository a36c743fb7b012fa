import { isatty } from 'node:tty';
import { InvalidArgumentError, Option, type Command } from 'commander';
import type { SessionGrant } from '../policy/call.ts';
import type { RunOptions } from '../session/run-session.ts';
import { notEmpty } from './misuse.ts';
import { say } from './say.ts';
import { ScanProgress } from './scan-progress.ts';

interface Flags {
  repository?: string;
  profile?: string;
  task?: string;
  grant?: SessionGrant[];
  explain?: true | string;
  quiet?: true;
}

export function registerRunCommand(program: Command): void {
  program
    .command('run')
    .description('run an agent, or any command, in a session')
    .usage('[options] AGENT|COMMAND [args...]')
    .argument('<command...>', 'an agent guard knows (see `guard profile show`), or a program')
    .option(
      '--repository <dir>',
      'the project folder (default: the nearest git repository, else this folder)',
    )
    .option('--profile <file>', 'a further profile, on top of your own', notEmpty)
    .option('--task <text>', 'what the session is for; recorded in the journal')
    .option(
      '--grant <name:what>',
      'use only this credential of the profile, for these classes or operations, as in railway:read; can be repeated',
      (text: string, before: SessionGrant[] = []) => [...before, readGrant(text)],
    )
    .addOption(
      new Option(
        '--explain [=format]',
        'show what the session would be, as text or json, and start nothing',
      ).choices(['text', 'json']),
    )
    .option('-q, --quiet', 'do not say what was covered and withheld')
    .passThroughOptions()
    .action(async (command: [string, ...string[]], flags: Flags) => {
      if (flags.explain !== undefined) {
        const { explain } = await import('./explain.ts');
        return explain(command, flags, flags.explain === 'json' ? 'json' : 'text');
      }
      const { runSession } = await import('../session/run-session.ts');
      const progress = flags.quiet ? null : new ScanProgress();
      const options: RunOptions = {
        command,
        ...(flags.repository === undefined ? {} : { repository: flags.repository }),
        ...(flags.profile === undefined ? {} : { profile: flags.profile }),
        ...(flags.task === undefined ? {} : { task: flags.task }),
        ...(flags.grant === undefined ? {} : { grants: flags.grant }),
        ...(progress ? { onScan: progress.hear } : {}),
        say: (line, onTerminal) => {
          progress?.clear();
          if (!flags.quiet && !(isatty(2) && onTerminal(line))) say(line);
        },
      };
      const { exitCode } = await runSession(options).finally(() => progress?.clear());
      // All is written and closed; what Node would still wait for is of no use.
      process.exit(exitCode);
    });
}

/** `NAME`, or `NAME:WHAT,WHAT`. */
function readGrant(text: string): SessionGrant {
  const [, name = '', what] = /^([^:]*)(?::(.*))?$/s.exec(text) ?? [];
  const allow = what?.split(',').map((item) => item.trim());
  if (!/^[\w-]+$/.test(name) || allow?.some((item) => item === ''))
    throw new InvalidArgumentError('Write NAME or NAME:WHAT,WHAT, as in railway:read');
  return { name, allow: allow ?? null };
}

/**
 * The command line with `--explain` spelled `--explain=text`: commander would take the word behind it, the command, for
 * its format.
 */
export function withFormat(argv: readonly string[], program: Command): string[] {
  const run = program.commands.find((command) => command.name() === 'run' && argv[2] === 'run');
  const out = [...argv];
  for (let at = 3; run && at < argv.length; at++) {
    const word = argv[at] ?? '';
    if (word === '--' || !word.startsWith('-')) break;
    if (word === '--explain') out[at] = '--explain=text';
    if (run.options.some(({ required, long }) => required && long === word)) at++;
  }
  return out;
}
