import type { Verdict } from '../policy/types.ts';

/** What was found about an item: the strictest of all that it would do. */
export interface Checked extends Verdict {
  /** The words that the rule speaks of, where they are a command's. */
  words?: readonly string[];
  /** Where they would run, when that is not here. */
  where?: Where;
}

/** Where a command would run: on this machine, on another or in a container that lives, in one made for it. */
export type Where = 'here' | 'elsewhere' | 'container';

/** Where an item is judged. */
export interface Place {
  repository: string;
  home: string;
  user: string;
  /** Of this machine; without it nothing counts as ignored. */
  ignored?: LookUpIgnored;
}

/** Which of the words name what git ignores in a repository, as absolute paths. */
export type LookUpIgnored = (
  words: readonly string[],
  cwd: string,
  repository: string,
) => readonly string[];
