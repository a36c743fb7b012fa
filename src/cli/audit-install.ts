import { parseArgs } from 'node:util';
import { couldNotLook } from '../audit/git.ts';
import { installHook, uninstallHook } from '../audit/install/install.ts';
import { printable } from '../printable.ts';

const HELP = `Usage: guard audit install [--hooks-path]
       guard audit uninstall

Has git's hooks call guard: commits, merges, rebases and pushes with secrets are refused. Hooks that are there stay, and
are called behind it. Uninstall takes away what install put there.

      --hooks-path          also where core.hooksPath names a folder that other repositories can have, too
  -h, --help                this
`;

/** `guard audit install` and `guard audit uninstall`. Throws GuardError. */
export function runInstall(argv: readonly string[]): void {
  const [word, ...rest] = argv;
  const { values } = options(rest);
  if (values.help) return void process.stdout.write(HELP);
  const cwd = process.cwd();
  const hooksPath = values['hooks-path'] === true;
  const lines = word === 'install' ? installHook({ cwd, hooksPath }) : uninstallHook({ cwd });
  process.stdout.write(lines.map((line) => `${printable(line, 4000)}\n`).join(''));
}

function options(args: string[]) {
  try {
    return parseArgs({
      args,
      options: { 'hooks-path': { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
    });
  } catch (error) {
    const why = (error as Error).message.replace(/\.? To specify .*$/s, '');
    throw couldNotLook('cannot understand the command line', why, 'See guard audit install -h');
  }
}
