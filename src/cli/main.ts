import { Command, CommanderError } from 'commander';
import { EXIT, GuardError } from '../guard-error.ts';
import { printable } from '../printable.ts';
import { version } from '../session/version.ts';
import { misused, requireUtf8 } from './misuse.ts';
import { registerAuditCommand } from './audit-command.ts';
import { registerCheckCommand } from './check.ts';
import { registerDemoCommand } from './demo.ts';
import { registerDoctorCommand } from './doctor.ts';
import { registerInitCommand } from './init.ts';
import { registerLogCommand } from './log.ts';
import { registerProfileCommand } from './profile.ts';
import { registerRevokeCommand } from './revoke.ts';
import { registerRunCommand, withFormat } from './run.ts';
import { say } from './say.ts';
import { registerSignCommand } from './sign.ts';
import { registerShimsCommand } from './shims.ts';
import { registerTrustCommand } from './trust.ts';

const program = new Command('guard')
  .description(
    'Runs coding agents so that the worst they can do does not depend on what they decide.',
  )
  .version(version())
  .enablePositionalOptions()
  .configureOutput({ outputError: () => undefined })
  .exitOverride();
registerRunCommand(program);
registerProfileCommand(program);
registerInitCommand(program);
registerTrustCommand(program);
registerShimsCommand(program);
registerCheckCommand(program);
registerAuditCommand(program);
registerLogCommand(program);
registerDoctorCommand(program);
registerDemoCommand(program);
registerSignCommand(program);
registerRevokeCommand(program);

async function start(): Promise<void> {
  requireUtf8(process.argv);
  await program.parseAsync(withFormat(process.argv, program));
}

start().catch((error: unknown) => {
  // At once: with the descriptors of this process goes what a half-started session still waits for.
  process.exit(report(error));
});

/** Says what went wrong, and returns the exit code for it. */
function report(error: unknown): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    // With the help on stderr all is said.
    if (!error.message.startsWith('error: ')) return EXIT.cannotEnforce;
    return report(misused(error));
  }
  if (error instanceof GuardError) {
    say(error.format());
    return error.exitCode;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  say(
    `guard: internal error, nothing was left running: ${printable(text, 4000)}. Please report it.`,
  );
  return EXIT.cannotEnforce;
}
