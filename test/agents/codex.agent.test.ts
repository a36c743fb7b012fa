import { describe } from 'vitest';
import { codex } from './agents/codex.ts';
import { behavesInASession } from './behaves.ts';

behavesInASession(codex);

// Not as root: in a session of root's a further user namespace cannot be set up (user_namespaces(7): to map user 0 takes
// CAP_SETFCAP since Linux 5.12, and a session has no capability).
describe.skipIf(process.getuid?.() === 0)('with its own sandbox inside guard’s', () => {
  behavesInASession(codex, {
    profile: 'sandbox: { user-namespaces: true }\n',
    // Codex lays something over this folder, and makes it where it is missing; guard would hold what it made.
    files: { '.codex/config.toml': '' },
    args: (task, port) =>
      codex.args(task, port).map((arg) => arg.replace('danger-full-access', 'workspace-write')),
  });
});
