import { parseArgs } from 'node:util';
import { couldNotLook } from '../audit/git.ts';
import { FORMATS, type Format } from '../audit/report.ts';
import type { Tier } from '../secrets/engine/detector.ts';

export const AUDIT_HELP = `Usage: guard audit [options] [paths...]
       guard audit --history [range...]
       guard audit --reach [options]
       guard audit install [--hooks-path] | uninstall

Looks for secrets in what is staged, before it is committed. With paths, in these files and folders.

What is looked at:
      --all                 tracked files, and untracked ones that git does not ignore, as they are in the working tree
      --ignored             with --all: also what git ignores
      --history             every commit that can be reached, or those of the ranges; messages and tags too
      --stdin               standard input
      --message FILE        a commit message, as a commit-msg hook gets it
      --whole-files         of what is staged also the lines that the commit does not touch
      --archives            inside zip, tar and gzip files too
      --tier TIER           certain, likely (with certain, the default), or weak (all)

What is allowed:
      --baseline FILE       findings that are known and do not count
      --update-baseline     write what is found now into that file

What is printed:
      --format FORMAT       text, json, sarif or github (default: text)
      --output FILE         into a file
  -q, --quiet               nothing when nothing is found
  -h, --help                this

Exit code: 0 nothing found, 1 something found, 2 it could not look at all of it.
`;

/** Where an audit looks. */
export type Source =
  | { kind: 'staged'; wholeFiles: boolean }
  | { kind: 'all'; ignored: boolean }
  | { kind: 'history'; ranges: string[] }
  | { kind: 'paths'; paths: string[] }
  | { kind: 'stdin' }
  | { kind: 'message'; file: string };

export interface AuditOptions {
  source: Source;
  archives: boolean;
  /** Null where none is asked for: then the profile may say. */
  tier: Tier | null;
  baseline: string | null;
  updateBaseline: boolean;
  format: Format;
  output: string | null;
  quiet: boolean;
}

/** Null for a call of help. Throws GuardError. */
export function readAuditOptions(argv: readonly string[]): AuditOptions | null {
  const { values, positionals } = parse(argv);
  if (values.help) return null;
  const { baseline = null, output = null } = values;
  const updateBaseline = values['update-baseline'] === true;
  if (updateBaseline && baseline === null)
    throw misused('--update-baseline needs to know the file', 'Name it: --baseline FILE');
  for (const [name, value] of Object.entries(values))
    if (value === '') throw misused(`--${name} is empty`, 'Name a file');
  return {
    source: sourceOf(values, positionals),
    archives: values.archives === true,
    tier: choice('--tier', values.tier, ['certain', 'likely', 'weak']),
    baseline,
    updateBaseline,
    format: choice('--format', values.format, FORMATS) ?? 'text',
    output,
    quiet: values.quiet === true,
  };
}

const flag = { type: 'boolean' } as const;
const word = { type: 'string' } as const;

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        ...{ all: flag, ignored: flag, history: flag, stdin: flag, message: word },
        ...{ 'whole-files': flag, archives: flag, tier: word },
        ...{ baseline: word, 'update-baseline': flag },
        ...{ format: word, output: word },
        quiet: { ...flag, short: 'q' },
        help: { ...flag, short: 'h' },
      },
    });
  } catch (error) {
    throw misused(
      (error as Error).message.replace(/\.? To specify .*$/s, ''),
      'See guard audit -h',
    );
  }
}

function sourceOf(
  values: ReturnType<typeof parse>['values'],
  positionals: readonly string[],
): Source {
  const { all, ignored, history, stdin, message } = values;
  const asked = [all && '--all', history && '--history', stdin && '--stdin'].filter(Boolean);
  if (message !== undefined) asked.push('--message');
  if (positionals.length > 0 && !history) asked.push('paths');
  if (asked.length > 1)
    throw misused(`${asked.join(' and ')} do not go together`, 'Run it once for each');
  const wholeFiles = values['whole-files'] === true;
  if (wholeFiles && asked.length > 0)
    throw misused('--whole-files speaks of what is staged', `Leave it out with ${asked[0]}`);
  if (ignored && !all) throw misused('--ignored needs --all', 'Add --all');
  if (all) return { kind: 'all', ignored: ignored === true };
  if (history) return { kind: 'history', ranges: [...positionals] };
  if (stdin) return { kind: 'stdin' };
  if (message !== undefined) return { kind: 'message', file: message };
  if (positionals.length > 0) return { kind: 'paths', paths: [...positionals] };
  return { kind: 'staged', wholeFiles };
}

function choice<T extends string>(
  option: string,
  value: string | undefined,
  choices: readonly T[],
): T | null {
  if (value === undefined) return null;
  const found = choices.find((each) => each === value);
  if (found !== undefined) return found;
  throw misused(`${option} is "${value}"`, `It is one of ${choices.join(', ')}`);
}

function misused(why: string, fix: string) {
  return couldNotLook('cannot understand the command line', why, fix);
}
