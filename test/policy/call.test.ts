import fc from 'fast-check';
import { expect, it, describe } from 'vitest';
import type { CallPolicyData, SessionGrant } from '../../src/policy/call.ts';
import { compilePolicy, decide } from '../../src/policy/decide.ts';
import {
  OPERATION_CLASSES,
  type CallRequest,
  type CredentialFact,
  type LayerName,
  type Operation,
  type Verdict,
} from '../../src/policy/types.ts';
import { UNSEEN } from '../../src/policy/unseen.ts';
import type { CallRule } from '../../src/profile/types.ts';
import { data, source } from './support.ts';

const GRANTED: CredentialFact = { kind: 'granted', name: 'railway' };

function operation(more: Partial<Operation> = {}): Operation {
  return { name: 'mutation volumeDelete', class: 'destroy', target: 'v-1', arguments: {}, ...more };
}

function call(more: Partial<CallRequest> = {}): CallRequest {
  return {
    kind: 'call',
    protocol: 'graphql',
    provider: 'railway',
    host: 'backboard.railway.app',
    port: 443,
    method: 'POST',
    path: '/graphql/v2',
    operations: [operation()],
    credential: { kind: 'none' },
    ...more,
  };
}

interface Setting {
  rules?: [LayerName, CallRule][];
  scope?: { allow?: string[]; ask?: string[]; deny?: string[] };
  foreign?: string[];
  grants?: SessionGrant[] | null;
  trusted?: boolean;
}

function judged(
  request: CallRequest,
  { rules = [], scope, foreign = [], grants = null, trusted = false }: Setting = {},
): Verdict {
  const calls: CallPolicyData = {
    rules: rules.map(([layer, value], index) => ({ value, source: source(layer, index + 1) })),
    credentials: scope
      ? [
          {
            value: { name: 'railway', allow: null, ask: null, deny: null, ...scope },
            source: source('user'),
          },
        ]
      : [],
    foreign: foreign.map((value) => ({ value, source: source('user') })),
    grants,
  };
  return decide(compilePolicy(data({ calls, repositoryTrusted: trusted })), request);
}

const of = (kind: Operation['class']): Pick<CallRequest, 'operations'> => ({
  operations: [operation({ class: kind })],
});

describe('without a rule', () => {
  it.each([
    ['read', 'allow'],
    ['change', 'ask'],
    ['destroy', 'ask'],
    ['access', 'ask'],
    ['unknown', 'ask'],
  ] as const)('at a provider %s is %s', (kind, action) => {
    expect(judged(call(of(kind))).action).toBe(action);
    expect(judged(call({ ...of(kind), credential: GRANTED })).action).toBe(action);
  });

  it.each([
    ['read', 'allow'],
    ['change', 'allow'],
    ['destroy', 'ask'],
    ['access', 'ask'],
    ['unknown', 'allow'],
  ] as const)('at another host %s is %s', (kind, action) => {
    expect(judged(call({ ...of(kind), provider: null })).action).toBe(action);
  });

  it('at another host with a credential a change is asked about', () => {
    const there = { provider: null, credential: GRANTED };
    expect(judged(call({ ...of('change'), ...there })).action).toBe('ask');
    expect(judged(call({ ...of('unknown'), ...there })).action).toBe('ask');
  });

  it('counts the strictest of several operations', () => {
    const operations = [
      operation({ class: 'read', name: 'query me' }),
      operation(),
      operation({ class: 'read' }),
    ] as const;
    expect(judged(call({ operations }))).toMatchObject({
      action: 'ask',
      rule: 'operation.destroy',
    });
  });
});

describe('credentials', () => {
  it.each<[CredentialFact, string]>([
    [{ kind: 'foreign', where: 'authorization' }, 'credential.foreign'],
    [{ kind: 'stand-in', where: 'authorization' }, 'credential.stand-in'],
    [{ kind: 'expired', name: 'railway' }, 'credential.expired'],
    [{ kind: 'revoked', name: 'railway' }, 'credential.revoked'],
    [{ kind: 'not-granted', name: 'railway' }, 'session.grant'],
    [{ kind: 'misplaced', name: 'railway', where: 'the body' }, 'credential.misplaced'],
    [{ kind: 'leak', where: 'the body' }, 'credential.leak'],
  ])('%j is refused whatever rules say', (credential, rule) => {
    const rules: [LayerName, CallRule][] = [
      ['user', { provider: 'railway', action: 'allow' }],
      ['organisation', { class: 'read', action: 'allow' }],
    ];
    const scope = { allow: [...OPERATION_CLASSES] };
    expect(judged(call({ ...of('read'), credential }), { rules, scope })).toMatchObject({
      action: 'deny',
      rule,
    });
  });

  it('lets a foreign one pass where the user says so, and nothing else', () => {
    const foreign = ['backboard.railway.app'];
    const credential: CredentialFact = { kind: 'foreign', where: 'authorization' };
    expect(judged(call({ ...of('read'), credential }), { foreign }).action).toBe('allow');
    expect(judged(call({ ...of('destroy'), credential }), { foreign }).action).toBe('ask');
    const leak: CredentialFact = { kind: 'leak', where: 'authorization' };
    expect(judged(call({ ...of('read'), credential: leak }), { foreign }).action).toBe('deny');
  });

  it('have a scope: by name before by class, and the strictest of equals', () => {
    const granted = (name: string, kind: Operation['class'], scope: Setting['scope']): string =>
      judged(call({ operations: [operation({ name, class: kind })], credential: GRANTED }), {
        scope: scope ?? {},
      }).action;
    expect(granted('mutation a', 'change', { allow: ['change'] })).toBe('allow');
    expect(granted('mutation a', 'change', { allow: ['read'] })).toBe('ask');
    expect(granted('mutation a', 'change', { allow: ['read'], deny: ['change'] })).toBe('deny');
    expect(granted('mutation a', 'change', { allow: ['mutation a'], deny: ['change'] })).toBe(
      'allow',
    );
    expect(granted('mutation a', 'change', { allow: ['mutation *'], ask: ['mutation a'] })).toBe(
      'ask',
    );
    expect(granted('mutation a', 'change', { allow: ['change'], ask: ['change'] })).toBe('ask');
    expect(granted('mutation a', 'destroy', { allow: ['mutation a'] })).toBe('allow');
    expect(granted('mutation b', 'destroy', { allow: ['mutation a'] })).toBe('ask');
  });

  it('say nothing about a request that does not use them', () => {
    expect(judged(call(of('change')), { scope: { allow: ['change'] } }).action).toBe('ask');
  });
});

describe('--grant', () => {
  const scope = { allow: ['read', 'change', 'destroy'] };
  const granted = (kind: Operation['class'], grants: SessionGrant[] | null): string =>
    judged(call({ ...of(kind), credential: GRANTED }), { scope, grants }).action;

  it('narrows, and never widens', () => {
    expect(granted('destroy', null)).toBe('allow');
    expect(granted('destroy', [{ name: 'railway', allow: ['read'] }])).toBe('deny');
    expect(granted('read', [{ name: 'railway', allow: ['read'] }])).toBe('allow');
    expect(granted('read', [{ name: 'railway', allow: null }])).toBe('allow');
    expect(granted('read', [{ name: 'other', allow: null }])).toBe('deny');
    expect(granted('read', [])).toBe('deny');
    expect(granted('access', [{ name: 'railway', allow: ['access'] }])).toBe('ask');
  });
});

describe('network.rules', () => {
  const kill: CallRule = { operation: 'mutation volumeDelete', action: 'kill' };

  it('match on each of their conditions', () => {
    const cases: [CallRule, boolean][] = [
      [{ host: '*.railway.app', action: 'deny' }, true],
      [{ host: 'railway.app', action: 'deny' }, false],
      [{ host: 'backboard.railway.app:8443', action: 'deny' }, false],
      [{ provider: 'railway', action: 'deny' }, true],
      [{ provider: 'github', action: 'deny' }, false],
      [{ operation: 'mutation *Delete', action: 'deny' }, true],
      [{ operation: 'volumeDelete', action: 'deny' }, false],
      [{ class: 'destroy', action: 'deny' }, true],
      [{ class: 'read', action: 'deny' }, false],
      [{ target: 'v-*', action: 'deny' }, true],
      [{ target: 'w-*', action: 'deny' }, false],
      [{ arguments: { 'input.name': 'prod*' }, action: 'deny' }, true],
      [{ arguments: { '**.deep': true }, action: 'deny' }, true],
      [{ arguments: { '*.name': 'staging' }, action: 'deny' }, false],
      [{ provider: 'railway', class: 'read', action: 'deny' }, false],
    ];
    const request = call({
      operations: [
        operation({ arguments: { input: { name: 'production', a: [{ deep: true }] } } }),
      ],
    });
    for (const [rule, matches] of cases)
      expect([rule, judged(request, { rules: [['user', rule]] }).action]).toEqual([
        rule,
        matches ? 'deny' : 'ask',
      ]);
  });

  it('kill', () => {
    expect(judged(call(), { rules: [['user', kill]] }).action).toBe('kill');
  });

  it('in one layer the more specific wins, and of those that differ the stricter', () => {
    const rules = (...given: CallRule[]): Setting => ({
      rules: given.map((rule) => ['user', rule]),
    });
    const destroy: CallRule = { class: 'destroy', action: 'deny' };
    const exception: CallRule = { class: 'destroy', target: 'v-1', action: 'allow' };
    expect(judged(call(), rules(destroy, exception)).action).toBe('allow');
    expect(judged(call(), rules(destroy, { target: 'v-1', action: 'allow' })).action).toBe('deny');
    expect(judged(call(), rules({ ...destroy, host: '*.app' }, exception)).action).toBe('deny');
  });

  it("meet as all layers do: the organisation's refusal stands, an untrusted repository tightens", () => {
    const allow: CallRule = { class: 'destroy', action: 'allow' };
    const refuse: CallRule = { class: 'destroy', action: 'deny' };
    const rules = (...all: [LayerName, CallRule][]): Setting['rules'] => all;
    expect(judged(call(), { rules: rules(['user', allow], ['organisation', refuse]) }).action).toBe(
      'deny',
    );
    expect(judged(call(), { rules: rules(['repository', allow]) }).action).toBe('ask');
    expect(judged(call(), { rules: rules(['repository', allow]), trusted: true }).action).toBe(
      'allow',
    );
    expect(judged(call(), { rules: rules(['user', allow], ['repository', refuse]) }).action).toBe(
      'deny',
    );
  });

  it('an allow about a target or an argument does not cover what is unseen, a refusal about a target does', () => {
    const unseen = call({ operations: [operation({ target: null })] });
    const about = (action: CallRule['action']): Setting => ({
      rules: [['user', { target: 'staging', action }]],
    });
    expect(judged(unseen, about('allow')).action).toBe('ask');
    expect(judged(unseen, about('deny')).action).toBe('deny');
    const argument: CallRule = { arguments: { 'input.name': 'staging' }, action: 'allow' };
    expect(judged(call(), { rules: [['user', argument]] }).action).toBe('ask');
  });

  it('what the wire does not show is what a refusal names, and not what an allow names', () => {
    const request = call({ operations: [operation({ arguments: { input: UNSEEN } })] });
    const about = (action: CallRule['action']): Setting => ({
      rules: [['user', { arguments: { 'input.name': 'staging' }, action }]],
    });
    expect(judged(request, about('allow')).action).toBe('ask');
    expect(judged(request, about('deny')).action).toBe('deny');
  });

  it('an allow about an argument needs every value at its path to be it', () => {
    const request = call({ operations: [operation({ arguments: { ids: ['a', 'b'] } })] });
    const about = (action: CallRule['action']): Setting => ({
      rules: [['user', { arguments: { 'ids.*': 'a' }, action }]],
    });
    expect(judged(request, about('allow')).action).toBe('ask');
    expect(judged(request, about('deny')).action).toBe('deny');
  });
});

it('any document of arguments is judged, quickly', () => {
  const setting: Setting = {
    rules: [['user', { arguments: { '**.**.**.a': true }, action: 'deny' }]],
  };
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 8 }), (value) => {
      const request = call({
        operations: [operation({ arguments: value as Operation['arguments'] })],
      });
      expect(['ask', 'deny']).toContain(judged(request, setting).action);
    }),
  );
});

it('what is too large to be looked through is refused by a rule about its arguments', () => {
  const wide = Object.fromEntries(Array.from({ length: 20_000 }, (_, at) => [`k${at}`, at]));
  const request = call({ operations: [operation({ arguments: wide })] });
  const rule: CallRule = { arguments: { '**.a': true }, action: 'deny' };
  expect(judged(request, { rules: [['user', rule]] }).action).toBe('deny');
});
