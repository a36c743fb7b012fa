import type { Command } from 'commander';
import { printable } from '../printable.ts';

/** `guard init`: a first `.guard.yaml`, from what is in the repository. */
export function registerInitCommand(program: Command): void {
  program
    .command('init')
    .description('write a commented .guard.yaml from what is in this repository')
    .option('--repository <dir>', 'the project folder')
    .action(async (flags: { repository?: string }) => {
      const { userLocations } = await import('../profile/locations.ts');
      const { findRepository } = await import('../session/repository.ts');
      const { survey } = await import('../profile/survey.ts');
      const { scaffold, writeScaffold } = await import('../profile/scaffold.ts');
      const { root } = findRepository(flags.repository, userLocations(process.env).home);
      const file = writeScaffold(root, scaffold(survey(root)));
      console.log(
        `Wrote ${printable(file, 4096)}. Its lines are suggestions: take away "#" where one fits.`,
      );
    });
}
