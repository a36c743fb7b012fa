import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { expect, it } from 'vitest';
import { startGuard } from '../harness/guard.ts';
import { makeScene } from './scene.ts';

/** Grows without end while the gate looks whether it is the program that has the same length. */
const GROWING = (length: number): string => `
  open F, '+>', 'big' or die; chmod 0755, 'big'; truncate F, ${length};
  if (!fork) { for (;;) { truncate F, ${length}; select undef, undef, undef, 0.02; truncate F, 1 << 42; sleep 5 } }
  for (;;) { no warnings; exec { './big' } 'big' }`;

it('ends when the session ends, whatever a file did while its content was compared', async () => {
  const scene = makeScene();
  // A large program that rules speak of: to compare contents takes long enough.
  const node = execFileSync('sh', ['-c', 'readlink -f "$(command -v node)"'], { encoding: 'utf8' });
  const child = startGuard(scene, [
    ...['run', '--quiet', '--', 'perl', '-e'],
    `alarm 4; ${GROWING(statSync(node.trim()).size)}`,
  ]);
  // The alarm, which execve keeps, ends the session: guard must follow, with whatever code.
  const ended = await Promise.race([
    new Promise((resolve) => child.once('exit', () => resolve('ended'))),
    new Promise((resolve) => setTimeout(() => resolve('still there'), 20_000)),
  ]);
  expect(ended).toBe('ended');
});
