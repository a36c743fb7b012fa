import type { Command } from 'commander';

/**
 * `guard audit` in the list of commands, and its help. bin/guard.js starts it as a bundle of its own, without the others.
 */
export function registerAuditCommand(program: Command): void {
  program
    .command('audit')
    .description('look for secrets in what is staged, in files or in history')
    .helpOption(false)
    .argument('[words...]')
    .allowUnknownOption()
    .passThroughOptions()
    .configureHelp({ formatHelp: () => 'See: guard audit --help\n' })
    .action(async (words: string[]) => {
      if (words.includes('--reach')) {
        const { runReach } = await import('./audit-reach.ts');
        process.exitCode = await runReach(words);
        return;
      }
      const { runAudit } = await import('./audit.ts');
      process.exitCode = await runAudit(words);
    });
}
