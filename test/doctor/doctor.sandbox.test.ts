import { expect, it } from 'vitest';
import { diagnose } from '../../src/doctor/diagnose.ts';
import { thisMachine } from '../../src/doctor/machine.ts';
import { requirements } from '../../src/doctor/preflight.ts';

it('finds that this machine, on which the sandbox tests run, can enforce', async () => {
  const { enforces, rows } = await diagnose(await thisMachine());
  expect(rows.filter(({ status }) => status === 'fail')).toEqual([]);
  expect(enforces).toBe(true);
  expect(rows.find(({ id }) => id === 'nested-namespaces')?.found).toBe('works');
  expect(requirements().bwrap).toMatch(/^\/.*bwrap$/);
});

it('finds out by trying, not by reading', async () => {
  const machine = await thisMachine();
  const { enforces, rows } = await diagnose({
    ...machine,
    // A real bubblewrap that is refused: no namespace can be made below the depth the kernel allows.
    run: (program, args) =>
      args.includes('--unshare-net')
        ? machine.run(program, [
            '--unshare-user',
            '--disable-userns',
            '--dev-bind',
            '/',
            '/',
            program,
            ...args,
          ])
        : machine.run(program, args),
  });
  expect(enforces).toBe(false);
  expect(rows.filter(({ status }) => status === 'fail').map(({ id }) => id)).toEqual([
    'nested-namespaces',
  ]);
});
