import { printable } from '../printable.ts';

/** A command line of git's, up to its command. */
export interface GitCall {
  /** `push`; null when there is none. */
  command: string | null;
  /** Behind it. */
  rest: string[];
  /** Values of `-C`, in order. */
  folders: string[];
  /** The first option before the command that guard does not pass on, as a sentence. */
  refusal: string | null;
}

/** Options before the command that change nothing about where a push leads: left out, as nothing is paged in the sibling. */
const DROPPED = new Set([
  '-p',
  '--paginate',
  '-P',
  '--no-pager',
  '--no-optional-locks',
  '--no-replace-objects',
  '--no-lazy-fetch',
  '--no-advice',
  '--literal-pathspecs',
  '--glob-pathspecs',
  '--noglob-pathspecs',
  '--icase-pathspecs',
]);
/** Those whose value is the next word: git.c, `handle_options`. */
const WITH_VALUE = new Set([
  '-c',
  '--config-env',
  '--git-dir',
  '--work-tree',
  '--namespace',
  '--super-prefix',
  '--attr-source',
  '--shallow-file',
]);

/** Reads the options before git's command, and the command. `git-push` is `git push`. */
export function readGitCall(argv: readonly string[]): GitCall {
  const name = (argv[0] ?? '').split('/').at(-1) ?? '';
  if (name.startsWith('git-'))
    return { command: name.slice('git-'.length), rest: argv.slice(1), folders: [], refusal: null };
  const call: GitCall = { command: null, rest: [], folders: [], refusal: null };
  for (let at = 1; at < argv.length; at += 1) {
    const word = argv[at] ?? '';
    if (!word.startsWith('-')) {
      call.command = word;
      call.rest = argv.slice(at + 1);
      return call;
    }
    if (word === '-C') call.folders.push(argv[++at] ?? '');
    else if (!DROPPED.has(word)) {
      if (WITH_VALUE.has(word)) at += 1;
      call.refusal ??= `guard does not pass on ${printable(word, 60)} to a brokered git`;
    }
  }
  return call;
}
