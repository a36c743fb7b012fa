import { rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { isatty } from 'node:tty';
import { parseArgs } from 'node:util';
import { couldNotLook } from '../audit/git.ts';
import { reach } from '../audit/reach/reach.ts';
import { reachJson, reachTable, summaryOf } from '../audit/reach/report.ts';
import type { UnderGuard } from '../audit/reach/types.ts';
import { repositoryAt } from '../audit/repository-at.ts';
import { auditSettings } from '../audit/settings.ts';
import { GuardError } from '../guard-error.ts';
import { loadScanner } from '../secrets/default-scanner.ts';
import { ALL_LAYERS } from '../session/layers.ts';
import { prepare } from '../session/prepare.ts';
import { findRepository } from '../session/repository.ts';
import { auditFailure } from './audit.ts';
import { paintFor } from './paint.ts';
import { NO_SESSION, underGuardOf } from './under-guard.ts';

const HELP = `Usage: guard audit --reach [options]

Shows what an agent started here without guard could use: secrets in the repository, its history, your home and your
environment, agents and services it could reach by a socket, what the machine gives; and what guard run makes of each.
Nothing is asked over a network, and no secret is shown.

      --format FORMAT       text or json (default: text)
      --summary             one line
      --profile FILE        a further profile for guard run, on top of your own
      --seconds N           how long the working tree, and the history, may be looked through (default: 30)
  -h, --help                this
`;
const WIDTH = 120;
const SECONDS = 30;

/** `guard audit --reach`: the exit code. What is found is no failure. */
export async function runReach(argv: readonly string[]): Promise<number> {
  try {
    await show(argv);
    return 0;
  } catch (error) {
    return auditFailure(error);
  }
}

async function show(argv: readonly string[]): Promise<void> {
  const values = options(argv);
  if (values.help) return void process.stdout.write(HELP);
  const cwd = process.cwd();
  const { underGuard, noSession } = await session(values.profile);
  const { exceptions } = await auditSettings({ repository: repositoryAt(cwd) });
  const found = await reach({
    cwd,
    home: homedir(),
    env: process.env,
    uid: process.getuid?.() ?? -1,
    groups: process.getgroups?.() ?? [],
    scanner: loadScanner(),
    exceptions,
    underGuard,
    noSession,
    seconds: values.seconds,
  });
  const width = process.stdout.columns || WIDTH;
  process.stdout.write(
    values.format === 'json'
      ? reachJson(found)
      : values.summary
        ? `${summaryOf(found)}\n`
        : reachTable(found, { width, paint: paintFor({ isTTY: isatty(1) }) }),
  );
}

/** What `guard run` would make of this place, worked out as it would, and not started. */
async function session(
  profile: string | undefined,
): Promise<{ underGuard: UnderGuard; noSession: string | null }> {
  try {
    const home = homedir();
    const prepared = await prepare({
      command: ['sh'],
      repository: findRepository(undefined, home),
      home,
      profile,
      layers: ALL_LAYERS,
      dry: true,
    });
    rmSync(prepared.folder.path, { recursive: true, force: true });
    return { underGuard: underGuardOf(prepared), noSession: null };
  } catch (error) {
    if (!(error instanceof GuardError)) throw error;
    return { underGuard: NO_SESSION, noSession: `${error.what}: ${error.why}. ${error.fix}` };
  }
}

function options(argv: readonly string[]) {
  const { values } = parse(argv);
  const { format = 'text', seconds = String(SECONDS), profile } = values;
  if (format !== 'text' && format !== 'json')
    throw misused(`--format is "${format}"`, 'It is text or json');
  if (!/^[1-9][0-9]{0,4}$/.test(seconds))
    throw misused(`--seconds is "${seconds}"`, 'Give a number from 1 to 99999');
  if (profile === '') throw misused('--profile is empty', 'Name a file');
  return { ...values, format, seconds: Number(seconds) };
}

function parse(argv: readonly string[]) {
  const flag = { type: 'boolean' } as const;
  const word = { type: 'string' } as const;
  try {
    return parseArgs({
      args: [...argv],
      options: {
        ...{ reach: flag, summary: flag, help: { ...flag, short: 'h' } },
        ...{ format: word, profile: word, seconds: word },
      },
    });
  } catch (error) {
    const why = (error as Error).message.replace(/\.? To specify .*$/s, '');
    throw misused(why, 'See guard audit --reach -h');
  }
}

function misused(why: string, fix: string): GuardError {
  return couldNotLook('cannot understand the command line', why, fix);
}
