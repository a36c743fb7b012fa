// Runs shell scripts one after the other: `{ name: script }` on stdin, `{ name: { code, out, err } }` on stdout.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const said = {};
for (const [name, script] of Object.entries(JSON.parse(readFileSync(0, 'utf8')))) {
  const { status, stdout, stderr } = spawnSync('sh', ['-c', script], {
    encoding: 'utf8',
    timeout: 30_000,
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 64 * 1024 * 1024,
  });
  said[name] = { code: status, out: stdout, err: stderr };
}
console.log(JSON.stringify(said));
