import type { Programs } from '../policy/argv/program.ts';
import { locate } from '../policy/argv/place.ts';
import { UNRESOLVED, type ExecRequest } from '../policy/types.ts';
import type { Cause, Listed, Stream } from '../shell/types.ts';
import { isConnection, judgeSent } from './connections.ts';
import { hooksIn } from './hooks.ts';
import { judgeMany, MANY } from './many.ts';
import { REPLACES_SCHEDULE, replacesSchedule, scheduled } from './schedules.ts';
import { callsOfTmux, typedInto } from './typed.ts';
import type { Checked } from './types.ts';
import { judgeUnknownName } from './unresolved.ts';
import { givesPower } from './writes.ts';

/** More to judge about a command than its own words. */
export type Beside =
  | { kind: 'said'; said: Checked }
  | { kind: 'text'; text: string }
  /** `keeps` what it reads; `named` by the words of the command itself. */
  | { kind: 'argv'; argv: readonly string[]; keepsInput: boolean; named: boolean };

interface Surroundings {
  stdin: Stream | null;
  many: Listed | null;
  causes: readonly Cause[];
  programs: Programs;
}

const PUTS_FILES = /^(?:tee|cp|mv|install|ln|rsync)$/;

/** What a command does by what it is given, and by where it stands. */
export function besides(
  name: string,
  request: ExecRequest,
  { stdin, many, causes, programs }: Surroundings,
): Beside[] {
  const { argv, home } = request;
  const found: Beside[] = [];
  const say = (said: Checked | null): void => {
    if (said) found.push({ kind: 'said', said });
  };
  if (many) {
    const judged = judgeMany(name, argv, many, causes);
    if (judged === 'ask') say(MANY);
    else if (judged) found.push({ kind: 'argv', argv: judged, keepsInput: false, named: true });
  }
  if (PUTS_FILES.test(name)) {
    const operands = argv.slice(1).filter((arg) => !arg.startsWith('-'));
    for (const file of name === 'tee' ? operands : operands.slice(1).slice(-1))
      say(
        givesPower(locate(file, request).path, home) ??
          givesPower(`${locate(file, request).path}/x`, home),
      );
  }
  if (name === 'crontab' && replacesSchedule(argv, stdin)) {
    say(REPLACES_SCHEDULE);
    for (const text of scheduled(stdin?.text ?? '')) found.push({ kind: 'text', text });
  }
  if (isConnection(name)) {
    const sent = judgeSent(argv, stdin);
    if (Array.isArray(sent))
      found.push({ kind: 'argv', argv: sent, keepsInput: true, named: false });
    else say(sent);
  }
  for (const text of hooksIn(name, argv)) found.push({ kind: 'text', text });
  // A pattern for the file of a program: what is behind it says what it may be.
  if (name !== '[' && /[*?[]/.test(name))
    say(judgeUnknownName([UNRESOLVED, ...argv.slice(1)], [{ variable: 'BIN' }]));
  const typed = typedInto(programs, name, argv);
  if (typed !== null) found.push({ kind: 'text', text: typed });
  if (name === 'tmux') {
    const calls = callsOfTmux(argv);
    if (calls.length > 1)
      for (const call of calls)
        found.push({ kind: 'argv', argv: call, keepsInput: false, named: false });
  }
  return found;
}
