import { checkBubblewrap } from './check-bubblewrap.ts';
import { checkKernelFeatures } from './check-kernel-features.ts';
import { checkNamespaces } from './check-namespaces.ts';
import { checkSystem } from './check-system.ts';
import { checkTools } from './check-tools.ts';
import type { Machine, Row } from './report.ts';

export interface Diagnosis {
  /** Whether `guard run` can enforce here: no row fails. */
  enforces: boolean;
  rows: Row[];
}

/** Everything that decides what guard can enforce on `machine`. Makes namespaces to try them; changes nothing. */
export async function diagnose(machine: Machine): Promise<Diagnosis> {
  const rows = checkSystem(machine);
  if (machine.platform === 'linux')
    rows.push(
      ...(await checkBubblewrap(machine)),
      ...(await checkNamespaces(machine)),
      ...(await checkKernelFeatures(machine)),
      ...(await checkTools(machine)),
    );
  return { enforces: rows.every(({ status }) => status !== 'fail'), rows };
}
