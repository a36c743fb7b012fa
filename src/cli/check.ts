import { existsSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { dirname, posix, resolve } from 'node:path';
import { Option, type Command } from 'commander';
import type { Checker } from '../check/check.ts';
import { EXIT, GuardError } from '../guard-error.ts';
import { notEmpty } from './misuse.ts';

/** What needs a yes: nothing of guard's ends so otherwise. */
const ASKS = 3;

interface Flags {
  jsonl?: true;
  explain?: true;
  format?: 'text' | 'json';
  profile?: string;
  repository?: string;
  cwd?: string;
}

/** `guard check`: what guard would say to a command, decided without running it. */
export function registerCheckCommand(program: Command): void {
  program
    .command('check')
    .description('say what guard thinks of a command, and run nothing')
    .usage("[options] 'SHELL TEXT' | [options] -- COMMAND [args...] | [options] --jsonl < ITEMS")
    .argument(
      '[words...]',
      'one word is text for a shell; several are a command with its arguments',
    )
    .option(
      '--jsonl',
      'read items from standard input, a JSON object a line, and answer each with one',
    )
    .option(
      '--explain',
      'say also which words matched, how it is confirmed, and where the rule is from',
    )
    .addOption(
      new Option('--format <format>', 'how one answer is printed').choices(['text', 'json']),
    )
    .option('--profile <file>', 'a further profile, on top of your own', notEmpty)
    .option(
      '--repository <dir>',
      'the project folder (default: the nearest git repository)',
      notEmpty,
    )
    .option('--cwd <dir>', 'where the command would stand (default: here)', notEmpty)
    .passThroughOptions()
    .action(check);
}

async function check(words: string[], flags: Flags): Promise<void> {
  const bulk = flags.jsonl === true;
  if (bulk === words.length > 0)
    throw new GuardError({
      what: 'cannot check',
      why: bulk ? 'with --jsonl the items come on standard input' : 'no command is given',
      fix: "Write guard check 'git push --force', or guard check -- git push --force",
    });
  const { Checker: Made } = await import('../check/check.ts');
  const checker = new Made(await checkerOptions(flags));
  if (bulk) return checkLines(checker, flags.explain === true);
  const [only = ''] = words;
  const checked = await checker.check(
    words.length === 1 ? { kind: 'command', command: only } : { kind: 'argv', argv: words },
  );
  const { answerOf, textOf } = await import('../check/answer.ts');
  const all = flags.explain === true;
  const text =
    flags.format === 'json' ? JSON.stringify(answerOf(checked, all)) : textOf(checked, all);
  process.stdout.write(`${text}\n`);
  process.exitCode = { allow: 0, ask: ASKS, deny: EXIT.refused, kill: EXIT.refused }[
    checked.action
  ];
}

async function checkLines(checker: Checker, all: boolean): Promise<void> {
  const [{ linesOf }, { readItem }, { answerOf }] = await Promise.all([
    import('../check/lines.ts'),
    import('../check/items.ts'),
    import('../check/answer.ts'),
  ]);
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // Whoever read the answers has gone.
    process.exit(error.code === 'EPIPE' ? 0 : EXIT.cannotEnforce);
  });
  for await (const line of linesOf(process.stdin)) {
    if (line !== null && line.trim() === '') continue;
    const item =
      line === null ? { kind: 'unreadable' as const, why: 'the line is too long' } : readItem(line);
    const answer = answerOf(await checker.check(item), all, item.id);
    if (!process.stdout.write(`${JSON.stringify(answer)}\n`))
      await new Promise<void>((drained) => process.stdout.once('drain', drained));
  }
}

async function checkerOptions(flags: Flags) {
  const [
    { compilePolicy },
    { loadCompactPacks },
    { policyData },
    { loadProfile },
    { ignoredPaths },
  ] = await Promise.all([
    import('../policy/decide.ts'),
    import('../policy/load-rules.ts'),
    import('../policy/policy-data.ts'),
    import('../profile/load.ts'),
    import('../view/ignored.ts'),
  ]);
  const cwd = resolve(flags.cwd ?? '.');
  const home = homedir();
  const repository =
    flags.repository === undefined ? repositoryAt(cwd, home) : resolve(flags.repository);
  const [profile, packs] = await Promise.all([
    loadProfile({
      agent: null,
      repository,
      home,
      ...(flags.profile === undefined ? {} : { explicit: flags.profile }),
    }),
    loadCompactPacks(),
  ]);
  return {
    policy: compilePolicy(policyData(profile, packs)),
    cwd,
    home,
    user: userName(),
    repository,
    ignored: (words: readonly string[], at: string, project: string) =>
      ignoredPaths(words, at, { repository: project, before: null }),
    ...(flags.repository === undefined
      ? { repositoryAt: (folder: string) => repositoryAt(folder, home) }
      : {}),
  };
}

/** The nearest folder with a `.git`, else the folder itself; a home folder is no project. */
function repositoryAt(folder: string, home: string): string {
  for (let at = folder; at !== dirname(at); at = dirname(at))
    if (at !== home && existsSync(posix.join(at, '.git'))) return at;
  return folder === home || folder === '/' ? '/nowhere' : folder;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'me';
  }
}
