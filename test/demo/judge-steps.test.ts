import { expect, it } from 'vitest';
import type { Evidence } from '../../src/demo/evidence.ts';
import { readOutput } from '../../src/demo/evidence.ts';
import { judgeSteps } from '../../src/demo/judge-steps.ts';
import type { StepName } from '../../src/demo/types.ts';

const OPEN: Evidence = {
  covered: false,
  withheld: false,
  refusedCommands: new Map(),
  refusedHost: null,
  served: [],
  said: new Map(),
  token: 'the-token',
};

function judge(evidence: Partial<Evidence>, name: StepName) {
  return judgeSteps({ ...OPEN, ...evidence }).find(({ step }) => step === name);
}

it('believes the server, not the agent, that something was deleted', () => {
  const said = new Map<StepName, string[]>([['curl', ['{"data":{"volumeDelete":true}}']]]);
  expect(judge({ said }, 'curl')).toMatchObject({ outcome: 'failed', layer: null });
  const served = [{ userAgent: 'curl/8.5', status: 200, deleted: true }];
  expect(judge({ said, served, covered: true }, 'curl')).toMatchObject({ outcome: 'succeeded' });
});

it('credits the layer that was there first, and only with a reason on record', () => {
  const refusedCommands = new Map<StepName, string>([['cli', 'railway.destroy']]);
  const refusedHost = 'network.host';
  expect(judge({ refusedCommands, refusedHost }, 'cli')).toMatchObject({
    layer: 'commands',
    rule: 'railway.destroy',
  });
  expect(judge({ refusedCommands, refusedHost }, 'curl')).toMatchObject({
    layer: 'egress',
    rule: refusedHost,
  });
  const served = [{ userAgent: 'railway-cli/4', status: 401, deleted: false }];
  expect(judge({ served, covered: true }, 'cli')).toMatchObject({ layer: 'view' });
  expect(judge({ served }, 'cli')).toMatchObject({ outcome: 'failed', layer: null });
});

it('holds it against the view when the real token was printed', () => {
  const said = new Map<StepName, string[]>([['search-files', ['candidate the-token']]]);
  expect(judge({ said, covered: true }, 'search-files')).toMatchObject({ outcome: 'succeeded' });
  expect(judge({ said: new Map(), covered: true }, 'search-files')).toMatchObject({
    outcome: 'stopped',
    layer: 'view',
  });
  expect(judge({}, 'search-files')).toMatchObject({ outcome: 'found nothing', layer: null });
});

it('reads output by step', () => {
  expect([...readOutput('curl: a\nno step: b\ntask: c\ncurl: d: e\n')]).toEqual([
    ['curl', ['a', 'd: e']],
    ['task', ['c']],
  ]);
});
