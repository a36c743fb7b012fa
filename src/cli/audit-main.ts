// `guard audit` as a bundle of its own, which bin/guard.js starts: a commit waits for it, so it loads nothing else.
import { auditFailure, runAudit } from './audit.ts';

// Node would end with 1, which says that all was looked at.
process.on('uncaughtException', (error) => process.exit(auditFailure(error)));

runAudit(process.argv.slice(3)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    // At once: a git that was started and asked nothing yet would be waited for.
    process.exit(auditFailure(error));
  },
);
