// A program that asks git where it is (gh) has to hear of the session's own repository, wherever it is started.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadBrokerDefinitions } from '../../src/broker/load-definitions.ts';
import { resolveBroker } from '../../src/broker/resolve.ts';
import { brokerPlace } from './places.ts';

async function run(readOnly: readonly string[] | null) {
  const here = await brokerPlace();
  here.program('gh');
  here.git('init', '-q');
  // Of the session's making, with a remote of its own.
  const sub = join(here.repository, 'sub');
  mkdirSync(sub);
  here.git('init', '-q', sub);
  const [definition] = await loadBrokerDefinitions(['gh'], join(here.home, '.config'));
  if (!definition) throw new Error('no definition');
  const context = { ...here.context, env: { ...here.context.env, GH_TOKEN: 'made-up' } };
  const decision = await resolveBroker(
    definition,
    { argv: ['gh', 'pr', 'view', '12'], cwd: sub },
    { ...context, readOnly: readOnly?.map((path) => join(here.repository, path)) ?? null },
  );
  if (decision.kind !== 'run') throw new Error(decision.kind);
  return { ...here, sub, decision: decision.run };
}

it("names the session's repository to git, not the one it stands in", async () => {
  const { decision, repository, sub } = await run(['.git/config']);
  expect(decision.cwd).toBe(sub);
  expect(decision.env).toMatchObject({
    GIT_DIR: join(repository, '.git'),
    GIT_COMMON_DIR: join(repository, '.git'),
    GIT_WORK_TREE: repository,
  });
  expect(decision.askBecause).toBeNull();
});

it('asks where the session could have written which repository that is', async () => {
  const { decision } = await run([]);
  expect(decision.askBecause).toContain('which the session can write');
});

it('takes the usual settings for its user’s outside of a session', async () => {
  const { decision } = await run(null);
  expect(decision.askBecause).toBeNull();
});
