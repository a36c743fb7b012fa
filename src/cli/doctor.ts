import type { Command } from 'commander';
import type { Row, Status } from '../doctor/report.ts';
import { EXIT } from '../guard-error.ts';
import { printable } from '../printable.ts';
import { paintFor } from './paint.ts';

const COLOUR = { ok: 'green', warn: 'yellow', fail: 'red' } as const satisfies Record<
  Status,
  string
>;

/** `guard doctor`: what this machine can enforce, and what mends the rest. */
export function registerDoctorCommand(program: Command): void {
  program
    .command('doctor')
    .description(
      'show what this machine can enforce; exits with 125 when guard run cannot work here',
    )
    .option('--json', 'print one JSON object')
    .action(async ({ json }: { json?: boolean }) => {
      const [{ diagnose }, { thisMachine }] = await Promise.all([
        import('../doctor/diagnose.ts'),
        import('../doctor/machine.ts'),
      ]);
      const diagnosis = await diagnose(await thisMachine());
      if (json) console.log(JSON.stringify(diagnosis, null, 2));
      else {
        for (const row of diagnosis.rows) showRow(row);
        console.log(`\n${summary(diagnosis.enforces, diagnosis.rows)}`);
      }
      process.exitCode = diagnosis.enforces ? 0 : EXIT.cannotEnforce;
    });
}

function showRow({ status, title, found, meaning, fix }: Row): void {
  const paint = paintFor(process.stdout);
  const indent = ' '.repeat(6);
  console.log(`${paint(COLOUR[status], status.padEnd(4))}  ${title}: ${printable(found)}`);
  if (meaning) console.log(indent + printable(meaning));
  for (const command of fix) console.log(`${indent}${paint('bold', printable(command, 2000))}`);
}

function summary(enforces: boolean, rows: readonly Row[]): string {
  if (!enforces)
    return 'guard run cannot enforce here: mend what fails, then run guard doctor again.';
  const lacking = rows.filter(({ status }) => status === 'warn').length;
  return lacking
    ? `guard run can enforce here, with less in ${lacking === 1 ? 'one place' : `${lacking} places`}.`
    : 'guard run can enforce here.';
}
