// Run by journal.sandbox.test.ts: records events until it is killed or its file may grow no more.
import { Journal } from '../../src/session/journal.ts';
import { createSession } from '../../src/session/session-folder.ts';
import { execEvent, sessionStart } from './sample-events.ts';

const folder = createSession();
const journal = new Journal(folder, (text) => text, {
  onFailure: (error) => {
    process.stdout.write(`failed ${error.exitCode} ${error.why}\n`);
    process.exit(3);
  },
});
journal.append(sessionStart());
process.stdout.write(`recording ${folder.path}\n`);
let id = 1;
setInterval(() => {
  for (let count = 0; count < 100; count++)
    journal.append(execEvent((id += 2), ['echo', String(id)]));
}, 1);
