import { RUNNER_NAME } from './runner.ts';

/** git's hooks that are needed so that no commit and no push passes by; githooks(5). */
export const HOOKS = [
  // git commit, in every form
  'pre-commit',
  // git merge, where it commits by itself
  'pre-merge-commit',
  // git rebase, cherry-pick, revert: the only one they ask
  'prepare-commit-msg',
  // git am, and rebases that apply patches
  'pre-applypatch',
  // what came about without them
  'pre-push',
] as const;
export type HookName = (typeof HOOKS)[number];

const BEGIN = '# guard audit: begin. `guard audit uninstall` takes these lines away.';
const END = '# guard audit: end';
const MADE = '# This file was made for them.';

/** How a hook of the user's that is no shell script is called while guard's stands in its place. */
export function asideName(hook: HookName): string {
  return `${hook}.before-guard`;
}

/**
 * The lines that call guard. A hook's own name and folder stay what they are, for hooks that look themselves up by them.
 * A push is told of on standard input (githooks(5), pre-push), which whatever follows gets as well.
 */
function block(hook: HookName, { made, aside }: { made: boolean; aside: boolean }): string {
  const runner = `"\${0%/*}/${RUNNER_NAME}" ${hook} "$@" || exit 1`;
  const kept = `"\${0%/*}/${asideName(hook)}"`;
  const call =
    hook === 'pre-push'
      ? [
          'guard_refs=$(cat)',
          `printf '%s\\n' "$guard_refs" | ${runner}`,
          'if [ -z "$guard_refs" ]; then exec </dev/null; else exec <<guard_refs_end',
          '$guard_refs',
          'guard_refs_end',
          'fi',
        ]
      : [runner];
  return [
    BEGIN,
    ...(made ? [MADE] : []),
    ...call,
    ...(aside ? [`[ ! -x ${kept} ] || exec ${kept} "$@"`] : []),
    END,
    '',
  ].join('\n');
}

/** A hook where there was none, or that goes on with the one that was put aside. */
export function madeHook(hook: HookName, aside: boolean): string {
  return `#!/bin/sh\n${block(hook, { made: true, aside })}`;
}

/** Was the whole file made by guard, and nothing put to it since? */
export function isMade(text: string): boolean {
  const rest = withoutBlock(text);
  return rest !== null && text.includes(`${BEGIN}\n${MADE}\n`) && rest.trim() === '#!/bin/sh';
}

/** Husky's own loader (versions 5 to 8) starts the script a second time: what stands before it would run twice. */
const HUSKY_LOADER = /^\s*(?:\.|source)\s.*_\/husky\.sh.*\n/m;

/** The script with guard first, or with guard's lines as they are today. */
export function withBlock(text: string, hook: HookName): string {
  const own = withoutBlock(text);
  if (own === null) return insert(text, block(hook, { made: false, aside: false }));
  const made = text.includes(`${BEGIN}\n${MADE}\n`);
  return insert(own, block(hook, { made, aside: text.includes(asideName(hook)) }));
}

function insert(text: string, lines: string): string {
  const shebang = /^#!.*\n?/.exec(text)?.[0] ?? '';
  const loader = HUSKY_LOADER.exec(text);
  const at = loader ? loader.index + loader[0].length : shebang.length;
  const before = text.slice(0, at);
  return `${before}${before === '' || before.endsWith('\n') ? '' : '\n'}${lines}${text.slice(at)}`;
}

/** The script as it would be without guard's lines; null where there are none. */
export function withoutBlock(text: string): string | null {
  const start = text.indexOf(`${BEGIN}\n`);
  const end = text.indexOf(`${END}\n`, start);
  if (start < 0 || end < 0) return null;
  return text.slice(0, start) + text.slice(end + END.length + 1);
}

/** Shells that read the lines above as they are meant. */
const SHELL =
  /^#![ \t]*(?:\S*\/)?(?:env[ \t]+)?(?:\S*\/)?(?:sh|bash|dash|ash|ksh|mksh|zsh)(?:[ \t]|$)/;

/** Can guard's lines be put into it? `anyText` where the file is always given to a shell. */
export function isShellScript(content: Buffer, anyText: boolean): boolean {
  if (content.includes(0)) return false;
  const [first = ''] = content.toString('latin1').split('\n', 1);
  return first.endsWith('\r') ? false : SHELL.test(first) || (anyText && !first.startsWith('#!'));
}
