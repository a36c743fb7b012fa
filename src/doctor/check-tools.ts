import { installCommand } from './distribution.ts';
import { row, type Machine, type Row } from './report.ts';

/** Programs guard starts, and the library behind its system calls. */
export async function checkTools(machine: Machine): Promise<Row[]> {
  return [
    await tool(
      machine,
      'nsenter',
      'util-linux',
      'secret files that appear later cannot be covered',
    ),
    await tool(machine, 'git', 'git', 'tracked files cannot be told from others'),
    await foreignFunctions(machine),
  ];
}

async function tool(machine: Machine, name: string, parcel: string, meaning: string): Promise<Row> {
  const result = await machine.run(name, ['--version']);
  const version = result?.stdout.split('\n')[0]?.trim() ?? '';
  if (result !== null) return row(name, name, 'ok', version || 'present');
  return row(name, name, 'fail', 'not found', {
    meaning,
    fix: [installCommand(machine.read('/etc/os-release'), parcel)],
  });
}

async function foreignFunctions(machine: Machine): Promise<Row> {
  try {
    return row('koffi', 'System calls from Node', 'ok', `koffi ${await machine.loadKoffi()}`);
  } catch (error) {
    const [first = ''] = String(error instanceof Error ? error.message : error).split('\n');
    return row('koffi', 'System calls from Node', 'fail', first.slice(0, 300), {
      meaning: 'nothing can be enforced',
      fix: ['npm ci --include=optional   (in the folder of guard: its prebuilt parts are missing)'],
    });
  }
}
