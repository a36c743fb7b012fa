import { isUnknown } from '../policy/argv/starts.ts';
import { UNRESOLVED } from '../policy/types.ts';
import type { Cause, Listed, Stream } from '../shell/types.ts';
import { asks } from './verdicts.ts';

/** Programs that remove or empty the files that they are given. */
const REMOVERS = new Set(['rm', 'unlink', 'shred', 'srm', 'wipe', 'truncate']);
const STORES = /^(?:redis|valkey|keydb)-cli$/;
const REMOVES_KEYS = /^(?:del|unlink|getdel|rename|migrate)$/i;
const AT_ONCE = /^-(?:9|KILL|SIGKILL|s(?:9|KILL|SIGKILL))$|^--signal=(?:9|KILL|SIGKILL)$/;
/** What they name is one's own server or job. */
const OWN_PROCESSES = /^(?:lsof|fuser|ss|netstat|jobs|cat|docker)$/;

/** Numbers of processes that stand in the words themselves are those of one program: `kill -9 $(pgrep node)`. */
const NAMED_PROCESSES = /^(?:pgrep|pidof|ps)$/;

/** Names that a program prints, one after another, as operands of a command. */
export function listedIn(causes: readonly Cause[]): Listed | null {
  return causes.find((cause) => cause.listed)?.listed ?? null;
}

export function listedBy(stdin: Stream | null): Listed {
  if (stdin === null) return { programs: [] };
  const { programs, found } = stdin;
  return found ? { programs, found } : { programs };
}

export const MANY = asks(
  'many',
  'it removes or ends one after another whatever a command names, and nobody has seen the names',
  'Print the names first, and then write them out.',
);

/**
 * A command whose operands are names of many things. `ask`: nobody knows which; a command: it does no more and no less than
 * that one; null: it does no harm that way.
 */
export function judgeMany(
  name: string,
  argv: readonly string[],
  { programs, found }: Listed,
  causes: readonly Cause[],
): 'ask' | string[] | null {
  const args = argv.slice(1);
  const unseen = args.filter((arg) => arg.includes(UNRESOLVED) && !arg.startsWith('-'));
  if (unseen.length === 0) return null;
  if (REMOVERS.has(name)) {
    if (found) return [...found, '-delete'];
    if (unseen.some(isUnknown)) return 'ask';
    return programs.includes('find') ? null : ['rm', '-r', '--', ...unseen];
  }
  if (STORES.test(name)) return args.some((arg) => REMOVES_KEYS.test(arg)) ? 'ask' : null;
  if (name !== 'kill' || programs.some((program) => OWN_PROCESSES.test(program))) return null;
  const inWords = causes.some((cause) => 'programs' in cause);
  if (inWords && programs.some((program) => NAMED_PROCESSES.test(program))) return null;
  const at = args.findIndex((arg) => arg === '-s' || arg === '-n' || arg === '--signal');
  const given = at < 0 ? '' : `-${args[at + 1] ?? ''}`;
  return AT_ONCE.test(given) || args.some((arg) => AT_ONCE.test(arg)) ? 'ask' : null;
}
