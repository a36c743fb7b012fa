// What an agent can put into a request, or into a file of the repository, to stop guard, to be misread, or to go unrecorded.
import { createContext, runInContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import type { Question } from '../../src/approval/types.ts';
import { distinctCommands } from '../../src/approval/prompt-content.ts';
import { isFindable } from '../../src/credentials/findable.ts';
import { CallStopped } from '../../src/egress/inspect/types.ts';
import { loadProviders } from '../../src/operations/load-providers.ts';
import type { HeaderList, HttpCall } from '../../src/operations/types.ts';
import { compilePolicy } from '../../src/policy/decide.ts';
import { createCallJudge } from '../../src/session/calls.ts';
import { Decisions } from '../../src/session/decisions.ts';
import type { JournalEvent } from '../../src/session/events.ts';
import { Tripwire } from '../../src/session/tripwire.ts';
import { createApprovals } from '../../src/approval/approvals.ts';
import { commandLines } from '../../src/approval/command-lines.ts';
import { plainText } from '../../src/approval/question-text.ts';
import { revoke } from '../../src/credentials/revoke.ts';
import { FakeTerminal, pause, question } from '../approval/fake-terminal.ts';
import { call, entry, REAL, world, type World } from '../credentials/world.ts';
import { data } from '../policy/support.ts';

const RAILWAY = 'backboard.railway.test';
/** Ends what otherwise never would; it takes milliseconds where it ends by itself. */
const ENDS = 10_000;

function ends(work: () => unknown): unknown {
  return runInContext('work()', createContext({ work }), { timeout: ENDS });
}

describe('values that would keep guard busy for ever', () => {
  const words = `${'Q'.repeat(19)}q`.repeat(3);
  it('finds out at once whether one looks random', () => {
    expect(ends(() => isFindable(`${words}00000`))).toBe(true);
    expect(ends(() => isFindable(`${words}`))).toBe(false);
  });

  it('reads one half of a basic pair beside a placeholder', () => {
    const w = world();
    const pair = Buffer.from(`${words}00000:${w.of('railway')}`).toString('base64');
    const request = call(RAILWAY, { authorization: `Basic ${pair}` });
    expect(ends(() => w.credentials.examine(request).fact.kind)).not.toBe('granted');
  });

  it('reads a cookie that is nearly all white space', () => {
    const cookie = `a=${' '.repeat(400_000)}b; session=${' '.repeat(400_000)}x`;
    const request = call(RAILWAY, { cookie });
    expect(ends(() => world().credentials.examine(request).fact.kind)).toBe('foreign');
  });
});

/** A session's judge; every question is answered with yes, after what happens meanwhile. */
async function session(meanwhile: (made: World) => void = () => undefined) {
  const w = world([entry('railway', { ttl: 60 }), entry('stripe'), entry('github'), entry('maps')]);
  const asked: Question[] = [];
  const journal: JournalEvent[] = [];
  const decisions = new Decisions(
    compilePolicy(data()),
    {
      ask(question) {
        asked.push(question);
        meanwhile(w);
        return Promise.resolve({ outcome: 'allow', by: 'user', ms: 0 });
      },
      cancel: () => undefined,
      close: () => Promise.resolve(),
    },
    { failure: undefined, append: (event: JournalEvent) => void journal.push(event) } as never,
    () => undefined,
  );
  const tripwire = new Tripwire(decisions, 'pi');
  const judge = createCallJudge({
    providers: await loadProviders({ hosts: new Map([['railway', [RAILWAY]]]) }),
    credentials: w.credentials,
    decisions,
    tripwire,
    who: ['pi'],
    task: null,
    repository: w.folder,
    isOwnHost: () => false,
  });
  const ask = (request: HttpCall) => judge.judge(request, new AbortController().signal);
  return { ...w, asked, journal, ask };
}

const graphql = (query: string): string => JSON.stringify({ query });
const JSON_TYPE = ['content-type', 'application/json'] as const;

describe('what a person is asked', () => {
  it('names what destroys before two hundred reads that could hide it', async () => {
    const { ask, asked, journal } = await session();
    const long = 'x'.repeat(500);
    const reads = Array.from(
      { length: 200 },
      (_, at) => `r${at}: project${at}(id: "${long}") { id }`,
    );
    const query = `mutation { a: noop(id: "${long}") ${reads.join(' ')} z: volumeDelete(volumeId: "v-1") }`;
    await ask(call(RAILWAY, [JSON_TYPE], { body: graphql(query) }));
    expect(asked[0]?.title).toMatch(/^(?:request \+ )?mutation volumeDelete v-1/);
    const [request] = journal;
    const recorded =
      request?.type === 'request' && request.request.kind === 'call'
        ? request.request.operations.slice(0, 2).map(({ name }) => name)
        : [];
    expect(recorded).toContain('mutation volumeDelete');
  });

  it('takes requests for two when their headers or their rights differ', async () => {
    const s = await session();
    const { ask, asked } = s;
    const destroy = graphql('mutation { volumeDelete(volumeId: "v-1") }');
    const send = (...headers: HeaderList) =>
      ask(call(RAILWAY, [JSON_TYPE, ...headers], { body: destroy }));
    await send();
    await send(['authorization', `Bearer ${s.of('railway')}`]);
    await send(['x-environment', 'production']);
    expect(distinctCommands(asked)).toHaveLength(3);
    await send();
    expect(distinctCommands(asked)).toHaveLength(3);
  });

  it('takes requests for two when their bodies were not read', async () => {
    const { ask, asked } = await session();
    const upload = call(RAILWAY, [['content-length', '5']], { method: 'PUT', path: '/upload/a' });
    await ask(upload);
    await ask(upload);
    expect(distinctCommands(asked)).toHaveLength(2);
  });
});

describe('a question about a request', () => {
  const many = Array.from({ length: 60 }, (_, at) => `mutation volumeDelete volume-${at}`).join(
    ' + ',
  );
  const asks = (title: string) =>
    question(1, { argv: undefined as never, title, wants: 'asks railway for', gate: 'egress' });

  it('is answered with yes only where all of it has been shown', async () => {
    const terminal = new FakeTerminal();
    const approvals = createApprovals({
      terminal,
      timeoutSeconds: 30,
      collect: 0,
      sign: () => ({ words: 'amber kite fern' }),
    });
    const answered = approvals.ask(asks(many));
    await terminal.shows('cannot be allowed');
    terminal.type('y');
    // A key counts alone only.
    await pause(300);
    terminal.type('n');
    expect(await answered).toMatchObject({ outcome: 'deny', by: 'user' });
    const short = plainText([asks('mutation volumeDelete v-1')], terminal, { words: 'a' });
    expect([short.whole, plainText([asks(many)], terminal, { words: 'a' }).whole]).toEqual([
      true,
      false,
    ]);
  });

  it('has no room for lines that look like its own', () => {
    const title = `mutation volumeDelete x${' '.repeat(60)}because   it only reads`;
    for (const { text } of commandLines(asks(title), 70)) expect(text).not.toMatch(/ {3}/);
  });
});

describe('a right that ends while its request is asked about', () => {
  it.each([
    ['revoked', ({ folder }: World) => revoke(folder, 'railway')],
    ['expired', ({ clock }: World) => void (clock.now += 61_000)],
  ])('is not used: %s', async (_, meanwhile) => {
    const s = await session(meanwhile);
    const outcome = await s.ask(
      call(RAILWAY, [JSON_TYPE, ['authorization', `Bearer ${s.of('railway')}`]], {
        body: graphql('mutation { volumeDelete(volumeId: "v-1") }'),
      }),
    );
    expect(s.asked).toHaveLength(1);
    expect(outcome.kind).toBe('refuse');
  });
});

describe('trailers, which servers may take for headers', () => {
  const forwarded = async (request: HttpCall, s: Awaited<ReturnType<typeof session>>) => {
    const outcome = await s.ask(request);
    if (outcome.kind !== 'forward') throw new Error('refused');
    return outcome;
  };
  const read = graphql('{ me { id } }');

  it.each([
    [
      'a placeholder',
      (s: { of: (name: string) => string }) => ['authorization', `Bearer ${s.of('railway')}`],
    ],
    [
      'a placeholder under any name',
      (s: { of: (name: string) => string }) => ['x-note', s.of('railway')],
    ],
    ['a real secret', () => ['x-note', `a${REAL.stripe}b`]],
    [
      'a credential that was found',
      () => ['authorization', 'Bearer 3f1c6e1a-2f44-4b1a-9a0e-111111111111'],
    ],
    ['another method', () => ['x-http-method-override', 'DELETE']],
  ])('stops a request that has %s there', async (_, trailer) => {
    const s = await session();
    const request = call(RAILWAY, [JSON_TYPE], { body: read, path: '/graphql/v2' });
    const rest = call(RAILWAY, [], { method: 'POST', path: '/v1/thing', body: 'x' });
    for (const each of [request, rest]) {
      const { trailers } = await forwarded(each, s);
      const [name = '', value = ''] = trailer(s);
      const isOverride = name === 'x-http-method-override';
      if (isOverride && each === request) continue;
      expect(() => trailers?.([[name, value]])).toThrow(CallStopped);
      expect(trailers?.([])).toEqual([]);
    }
  });

  it('lets others through', async () => {
    const s = await session();
    const { trailers } = await forwarded(call(RAILWAY, [JSON_TYPE], { body: read }), s);
    expect(trailers?.([['x-checksum', 'abc=']])).toEqual([['x-checksum', 'abc=']]);
  });
});

it('records every upload that was stopped, also while the tripwire is quiet', async () => {
  const s = await session();
  for (const value of [REAL.stripe, REAL.github, s.of('maps')]) {
    const outcome = await s.ask(
      call(RAILWAY, [['content-length', '99']], { method: 'PUT', path: '/up' }),
    );
    if (outcome.kind !== 'forward') throw new Error('refused');
    expect(() => outcome.outgoing?.push(Buffer.from(`x${value}y`))).toThrow(CallStopped);
  }
  const stopped = s.journal.filter(
    (event) =>
      event.type === 'request' && /^credential\.(leak|misplaced)$/.test(event.verdict.rule),
  );
  expect(stopped.map((event) => event.type === 'request' && event.verdict.action)).toEqual([
    'deny',
    'deny',
    'deny',
  ]);
});
