import { UNRESOLVED } from '../policy/types.ts';
import type { Environment } from './environment.ts';
import { written } from './printed.ts';
import type { Reader } from './reader.ts';

/** Variables that programs run as a command: bash(1), git(1), man(1), less(1), rsync(1). */
const COMMANDS =
  /^(?:PROMPT_COMMAND|(?:GIT_|GIT_SEQUENCE_|SUDO_|FC)?(?:EDITOR|EDIT)|VISUAL|(?:MAN|GIT_)?PAGER|GIT_SSH(?:_COMMAND)?|GIT_EXTERNAL_DIFF|GIT_PROXY_COMMAND|(?:GIT|SSH|SUDO)_ASKPASS|BROWSER|LESSOPEN|RSYNC_RSH)$/;
/** Those that name a file for a shell. */
const FILES = /^(?:BASH_)?ENV$/;

/** Reads what variables make later programs run. */
export function readCommandVariables(
  reader: Reader,
  assignments: Iterable<readonly [name: string, value: string]>,
  environment: Environment,
): void {
  for (const [name, value] of assignments) {
    const stream = FILES.test(name) ? written(value, environment) : null;
    if (stream && stream.from !== 'file') reader.text(stream.text, environment.copy(), null);
    if (COMMANDS.test(name) && !value.startsWith(UNRESOLVED))
      reader.text(value, environment.copy(), null);
  }
}
