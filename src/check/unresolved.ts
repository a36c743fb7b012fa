import { UNRESOLVED } from '../policy/types.ts';
import type { Cause } from '../shell/types.ts';
import type { Checked } from './types.ts';
import { asks } from './verdicts.ts';

/** Programs whose output is somebody else's text, or hides what it was. */
const FETCHERS = new Set(
  `curl wget http https httpie aria2c fetch lynx nc ncat netcat socat telnet ftp scp rsync
   base64 base32 xxd hex openssl gpg uudecode gunzip zcat bunzip2 xzcat unxz zstdcat rev tr sed awk perl python python3 node
   ruby php dig nslookup host mkfifo`
    .split(/\s+/)
    .filter((name) => name !== ''),
);
/** Variables that are named for the tool they hold. */
const TOOL =
  /^(?:.*_)?(?:EDITOR|VISUAL|PAGER|BROWSER|SHELL|TERMINAL|PYTHON[23]?|PY|PIP[23]?|NODE|NPM|NPX|YARN|PNPM|BUN|DENO|RUBY|BUNDLE|PERL|PHP|COMPOSER|JAVA|JAVAC|MVN|GRADLE|GRADLEW|GO|CARGO|RUSTC|CC|CXX|CPP|LD|AR|AS|NM|STRIP|RANLIB|MAKE|CMAKE|NINJA|TEST|RUNNER|PYTEST|GREP|JQ|DIFF|LINT|LINTER|FORMATTER|COMPILER|INTERPRETER|ASKPASS|BIN|EXE|PYTHON_BIN)$/i;
/** Names that say no more than that something is run. */
const VAGUE =
  /^(?:.*_)?(?:C|CM|CMDS?|COMMANDS?|CODE|EXEC|EXECUTE|RUN|LINE|ACTION|SCRIPT|PAYLOAD|SHELLCODE|TASK|JOB|HOOK|ARGS?|INPUT|TEXT|STRING|BODY|DATA|VALUE|RESULT|OUTPUT|ANSWER|REPLY|TEST|DO|EVAL|WHAT)\d*$/i;
const DESTRUCTIVE =
  /^(?:-[a-zA-Z]*(?:[rR][a-zA-Z]*f|f[a-zA-Z]*[rR])[a-zA-Z]*|--recursive|--force|--hard|--delete|-delete|--no-preserve-root|delete|destroy|drop|purge|wipe|prune|terminate|of=\/dev\/.*)$/;
const EVERYWHERE = /^(?:\/|\/\*|~|\/home\/?|\/etc\/?.*|\/usr\/?|\/var\/?|\.\.?|\*)$/;

/** Whether what it prints is run without anybody knowing it. */
export function isForeignText(programs: readonly string[]): boolean {
  return programs.some((name) => FETCHERS.has(name));
}

export function isFetched(causes: readonly Cause[]): boolean {
  return causes.some((cause) => 'programs' in cause && isForeignText(cause.programs));
}

export const PIPED = asks(
  'piped-shell',
  'it runs a text that nobody has seen',
  'Save it to a file, read it, and run the file.',
);

export const DOWNLOADED = asks(
  'downloaded',
  'it runs what the same text has just downloaded, and nobody has read it',
  'Read the file before it is run.',
);

/** A command whose name is not known: null where its form is everyday. */
export function judgeUnknownName(
  argv: readonly string[],
  causes: readonly Cause[],
): Checked | null {
  const args = argv.slice(1);
  if (isFetched(causes)) return PIPED;
  const verdict = asks(
    'unresolved',
    'the command depends on what is not known from the text',
    'Write the command out.',
  );
  if (
    args.some((arg) => DESTRUCTIVE.test(arg)) ||
    args.some((arg) => EVERYWHERE.test(arg) && args.some((one) => /^-[a-zA-Z]*[rRf]/.test(one)))
  )
    return verdict;
  // PowerShell sets a variable of the environment so: `$env:NAME = "value"`.
  if (/^\uF8E5:\w+(?:=.*)?$/s.test(argv[0] ?? '') && causes.every(isEnv)) return null;
  const everyday =
    (argv[0] === UNRESOLVED || /^\.\/[\w/.-]*\uF8E5$/.test(argv[0] ?? '')) &&
    causes.length > 0 &&
    causes.every((cause) =>
      'variable' in cause
        ? TOOL.test(cause.variable) ||
          cause.variable === '@' ||
          cause.variable === '*' ||
          (args.length > 0 && isTelling(cause.variable))
        : cause.programs.length > 0,
    );
  return everyday ? null : verdict;
}

/** A word of four letters at least that is not just another word for a command: `$INSTALL`, `$npm_execpath`. */
function isTelling(variable: string): boolean {
  return /[A-Za-z]{4}/.test(variable) && !VAGUE.test(variable);
}

function isEnv(cause: Cause): boolean {
  return 'variable' in cause && cause.variable.toLowerCase() === 'env';
}
