import { expect, it, onTestFinished } from 'vitest';
import { withEnvironment } from '../../src/demo/environment.ts';

it('hides the rest of the environment and puts it back, also after a failure', async () => {
  process.env.DEMO_TEST_SECRET = 'x';
  onTestFinished(() => void delete process.env.DEMO_TEST_SECRET);
  const before = { ...process.env };
  let inside: NodeJS.ProcessEnv = {};
  const run = withEnvironment({ DEMO_TEST_SET: 'y' }, () => {
    inside = { ...process.env };
    return Promise.reject(new Error('stop'));
  });
  await expect(run).rejects.toThrow('stop');
  expect(inside).toMatchObject({ PATH: before.PATH, DEMO_TEST_SET: 'y' });
  expect(inside).not.toHaveProperty('DEMO_TEST_SECRET');
  expect({ ...process.env }).toEqual(before);
});
