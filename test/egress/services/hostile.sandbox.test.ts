// Requests made to be read in two ways: none of the readings that destroys may arrive, and no host may be another's.
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startService } from '../../harness/service.ts';
import { INSIDE, makeWorld } from './world.ts';

const HOST = 'backboard.railway.app';
const OTHER = 'api.github.com';

it('lets nothing by that hides in another request, another host or another length', async () => {
  const world = makeWorld();
  const service = await startService(world, [HOST, OTHER]);
  world.profile([HOST, OTHER], service.port);
  const run = await world.attack([process.execPath, join(INSIDE, 'hostile.mjs')], {
    env: { NODE_EXTRA_CA_CERTS: service.ca },
  });
  expect(run.stderr).toBe('');
  const said = JSON.parse(run.stdout) as Record<string, string>;
  expect(service.seen()).not.toMatch(/hidden|hidd3n|volumeDelete/);
  const whole = service.arrived.map(({ host, path, body }) => `${host}${path} ${body.toString()}`);
  expect(new Set(whole)).toEqual(new Set([`${HOST}/graphql/v2 {"query":"{ me { id } }"}`]));
  // Two of what was pipelined, and the control; of some others what stands before the trick.
  const answered = Object.entries(said).filter(([, text]) => text.includes('"ok":true'));
  expect(answered.map(([name]) => name)).toEqual(
    expect.arrayContaining(['pipelined behind a read', 'control']),
  );
  expect(answered.map(([name]) => name)).not.toEqual(
    expect.arrayContaining([
      expect.stringMatching(/host of another|SNI|address|absolute|h2|CL|TE|two/),
    ]),
  );
  expect(said['pipelined behind a read']?.match(/"ok":true/g)).toHaveLength(2);
});
