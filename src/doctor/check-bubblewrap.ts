import { GuardError } from '../guard-error.ts';
import { installCommand } from './distribution.ts';
import { row, type Machine, type Row } from './report.ts';
import { atLeast } from './version.ts';

const TITLE = 'bubblewrap';

/** bubblewrap and its version. */
export async function checkBubblewrap(machine: Machine): Promise<Row[]> {
  const fix = [installCommand(machine.read('/etc/os-release'), 'bubblewrap')];
  let path: string;
  try {
    path = machine.findBubblewrap();
  } catch (error) {
    const found = error instanceof GuardError ? error.why : 'not found';
    return [row('bubblewrap', TITLE, 'fail', found, { meaning: 'there is no sandbox', fix })];
  }
  const version = (await machine.run(path, ['--version']))?.stdout.trim() ?? '';
  const found = `${path}, ${version || 'version unknown'}`;
  // --perms and a --chdir that fails loudly came by 0.5; older ones were never tried.
  if (!atLeast(version, 0, 5))
    return [row('bubblewrap', TITLE, 'fail', found, { meaning: 'guard needs 0.5 or newer', fix })];
  // --disable-userns: 0.8.0
  if (!atLeast(version, 0, 8))
    return [
      row('bubblewrap', TITLE, 'warn', found, {
        meaning:
          'before 0.8 programs inside cannot be kept from making user namespaces of their own',
        fix,
      }),
    ];
  return [row('bubblewrap', TITLE, 'ok', found)];
}
