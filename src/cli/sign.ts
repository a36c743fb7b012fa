import type { Command } from 'commander';
import type { Sign } from '../approval/types.ts';
import { GuardError } from '../guard-error.ts';

/** `guard sign`: the words that tell guard's questions from those somebody else draws. */
export function registerSignCommand(program: Command): void {
  program
    .command('sign')
    .description('show the words that every question of guard carries, so that you know it')
    .option('--new', 'draw other words, e.g. when somebody has seen them')
    .action(async ({ new: another }: { new?: true }) => {
      const { newSign, userSign } = await import('../session/sign.ts');
      const words = another ? newSign() : shown(userSign().sign);
      console.log(
        `${words}\nEvery question of guard shows these words at its top; no agent can know them. A question without them is not guard's.`,
      );
    });
}

function shown(sign: Sign): string {
  if ('words' in sign) return sign.words;
  throw new GuardError({
    what: 'there is no sign',
    why: sign.missing,
    fix: 'Mend this, or draw another with `guard sign --new`',
    exitCode: 1,
  });
}
