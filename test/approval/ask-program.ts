// Run on a terminal of its own by tty-channel.sandbox.test.ts: asks one question there and writes the answer to a file.
import { writeFileSync } from 'node:fs';
import { createApprovals } from '../../src/approval/approvals.ts';
import { ttyChannel } from '../../src/approval/tty-channel.ts';
import { question } from './fake-terminal.ts';

const [file = '', mode = ''] = process.argv.slice(2);
process.on('SIGHUP', () => undefined);
const approvals = createApprovals({
  terminal: ttyChannel(),
  timeoutSeconds: 60,
  sign: () => ({ words: 'amber kite fern' }),
});
if (mode === 'exit') setTimeout(() => process.exit(0), 1000);
const answer = await approvals.ask(question(1));
await approvals.close();
writeFileSync(file, JSON.stringify(answer));
