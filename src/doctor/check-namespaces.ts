import { allowBubblewrap, RESTRICTION } from './apparmor.ts';
import { explainSandboxFailure, namespaceFix } from './explain-sandbox-failure.ts';
import { row, type Machine, type Row, type Run } from './report.ts';

/** An ordinary user's number for the inner namespace: any but 0. */
const ORDINARY = '1000';

/** Whether user namespaces can be had, by trying, and what forbids them. */
export async function checkNamespaces(machine: Machine): Promise<Row[]> {
  return [...settings(machine), ...apparmor(machine), ...(await attempts(machine))];
}

function settings(machine: Machine): Row[] {
  const rows: Row[] = [];
  // Only kernels with Debian's patch have the first.
  const clone = machine.read('/proc/sys/kernel/unprivileged_userns_clone');
  if (clone !== null)
    rows.push(
      setting('kernel.unprivileged_userns_clone', clone, clone === '1', [
        "echo 'kernel.unprivileged_userns_clone=1' | sudo tee /etc/sysctl.d/60-guard.conf",
        'sudo sysctl --system',
      ]),
    );
  const maximum = machine.read('/proc/sys/user/max_user_namespaces');
  if (maximum !== null)
    rows.push(
      setting('user.max_user_namespaces', maximum, Number(maximum) > 0, [
        "echo 'user.max_user_namespaces=28633' | sudo tee /etc/sysctl.d/60-guard.conf",
        'sudo sysctl --system',
      ]),
    );
  return rows;
}

function setting(name: string, found: string, good: boolean, fix: string[]): Row {
  return row(name, name, good ? 'ok' : 'fail', found, {
    meaning: good ? '' : 'no user namespaces, so no sandbox',
    fix: good ? [] : fix,
  });
}

/** The restriction alone forbids nothing: a profile may allow it. Whether one does, the attempts tell. */
function apparmor(machine: Machine): Row[] {
  const found = machine.read(RESTRICTION);
  if (found === null) return [];
  return [
    row('apparmor', 'AppArmor on user namespaces', 'ok', found === '0' ? 'off' : 'restricted', {
      meaning:
        found === '0' ? '' : 'bubblewrap needs a profile that allows them: see the next rows',
    }),
  ];
}

async function attempts(machine: Machine): Promise<Row[]> {
  let bwrap: string;
  try {
    bwrap = machine.findBubblewrap();
  } catch {
    return [];
  }
  const run = (args: string[]) => machine.run(bwrap, args);
  const rest = ['--dev-bind', '/', '/', '--'];
  const inner = ['--unshare-user', '--uid', ORDINARY, '--gid', ORDINARY, '--unshare-pid'];
  const outer = ['--unshare-user', '--uid', '0', '--gid', '0', '--unshare-net', '--cap-add', 'ALL'];
  return [
    attempt('user-namespaces', 'A user namespace', machine, bwrap, [
      await run(['--unshare-user', ...rest, 'true']),
    ]),
    attempt('nested-namespaces', 'A session inside a network of its own', machine, bwrap, [
      await run([...outer, ...rest, bwrap, ...inner, '--proc', '/proc', ...rest, 'true']),
    ]),
  ];
}

function attempt(
  id: string,
  title: string,
  machine: Machine,
  bwrap: string,
  [result]: [Run | null],
): Row {
  if (result?.exitCode === 0) return row(id, title, 'ok', 'works');
  const { why } = explainSandboxFailure(result?.stderr ?? '', (path) => machine.read(path));
  const fix =
    machine.read(RESTRICTION) === '1'
      ? allowBubblewrap(bwrap)
      : namespaceFix((path) => machine.read(path));
  return row(id, title, 'fail', why, { meaning: 'there is no sandbox', fix });
}
