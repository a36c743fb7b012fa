import { expect, it } from 'vitest';
import type { Question } from '../../../src/approval/types.ts';
import { compilePolicy } from '../../../src/policy/decide.ts';
import { loadRulePacks } from '../../../src/policy/load-rules.ts';
import { Decisions } from '../../../src/session/decisions.ts';
import type { RequestEvent } from '../../../src/session/events.ts';
import type { Journal } from '../../../src/session/journal.ts';
import { data } from '../../policy/support.ts';
import { makeFolder } from './measuring.ts';

/** The question that is asked about a request. */
async function questionAbout(event: Partial<RequestEvent>): Promise<Question> {
  const policy = compilePolicy(data({ packs: await loadRulePacks() }));
  let asked: Question | undefined;
  const approvals = {
    ask: (question: Question) => {
      asked = question;
      return Promise.resolve({ outcome: 'deny' as const, by: 'user' as const, ms: 0 });
    },
    cancel: () => undefined,
    close: () => Promise.resolve(),
  };
  const journal = { failure: null, append: () => undefined } as unknown as Journal;
  await new Promise<void>((resolve) =>
    new Decisions(policy, approvals, journal, () => undefined).onGateReport(
      { type: 'ask', event: event as RequestEvent },
      () => resolve(),
    ),
  );
  return asked ?? expect.fail('nothing was asked');
}

const verdict = { action: 'ask', rule: 'x', reason: 'y' };

it('has the facts of a command measured when they are asked for', async () => {
  const cwd = makeFolder({ 'src/a': '1' });
  const argv = ['rm', '-rf', 'src'];
  const names = { path: '/usr/bin/rm', names: ['rm'], argv };
  const request = { kind: 'exec', ...names, cwd, repository: cwd, home: '/nonexistent' };
  const question = await questionAbout({
    ...{ type: 'request', gate: 'exec', id: 1, pid: process.pid, request, verdict },
  } as Partial<RequestEvent>);
  const facts = await question.facts?.(new AbortController().signal);
  expect(facts?.[0]?.text).toMatch(/^1 file in 1 folder, 1 byte/);
});

it('has none of a connection', async () => {
  const request = { kind: 'connect', host: 'example.com', address: '198.18.0.1', port: 443 };
  const question = await questionAbout({
    ...{ type: 'request', gate: 'egress', id: 2, request, verdict },
  } as Partial<RequestEvent>);
  expect(question.facts).toBeUndefined();
});

it('measures what the rule asks for, and hands on how it is to be confirmed', async () => {
  const cwd = makeFolder({ 'data/a': '12' });
  const argv = ['chmod', '-R', '0', 'data'];
  const names = { path: '/usr/bin/chmod', names: ['chmod'], argv };
  const request = { kind: 'exec', ...names, cwd, repository: cwd, home: '/nonexistent' };
  const asks = { ...verdict, tier: 'type', resource: 'data', facts: ['files'] };
  const question = await questionAbout({
    ...{ type: 'request', gate: 'exec', id: 3, pid: process.pid, request, verdict: asks },
  } as unknown as Partial<RequestEvent>);
  expect(question.verdict).toMatchObject({ tier: 'type', resource: 'data' });
  const facts = await question.facts?.(new AbortController().signal);
  expect(facts?.[0]).toMatchObject({
    label: 'affects',
    text: expect.stringMatching(/^1 file in/) as string,
  });
  // Not held in an exec: what would run, and in what environment, cannot be told.
  expect(question.keep).toBeUndefined();
});

it('can have a yes to a connection kept, for that place', async () => {
  const request = { kind: 'connect', host: 'example.com', address: '198.18.0.1', port: 443 };
  const { keep } = await questionAbout({
    ...{ type: 'request', gate: 'egress', id: 4, request, verdict },
  } as Partial<RequestEvent>);
  expect(keep).toBe('example.com:443');
});
