import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compilePolicy, decide } from '../../src/policy/decide.ts';
import { GuardError } from '../../src/guard-error.ts';
import type { LayerName } from '../../src/policy/types.ts';
import { connect, data, source } from './support.ts';

type Line = [list: 'allow' | 'deny', pattern: string, layer?: LayerName];

function judge(host: string | null, lines: Line[], port = 443, repositoryTrusted = true) {
  const of = (list: 'allow' | 'deny') =>
    lines
      .filter(([which]) => which === list)
      .map(([, value, layer = 'default']) => ({ value, source: source(layer) }));
  const policy = compilePolicy(
    data({ network: { allow: of('allow'), deny: of('deny') }, repositoryTrusted }),
  );
  return decide(policy, connect(host, port));
}

describe('host patterns', () => {
  it.each<[pattern: string, host: string, port: number, action: string]>([
    ['example.com', 'example.com', 443, 'allow'],
    ['example.com', 'example.com', 80, 'allow'],
    ['example.com', 'example.com', 8443, 'deny'],
    ['example.com:8443', 'example.com', 8443, 'allow'],
    ['example.com:8443', 'example.com', 443, 'deny'],
    ['example.com', 'EXAMPLE.com.', 443, 'allow'],
    ['Example.COM', 'example.com', 443, 'allow'],
    ['example.com', 'a.example.com', 443, 'deny'],
    ['example.com', 'notexample.com', 443, 'deny'],
    ['*.example.com', 'a.b.example.com', 443, 'allow'],
    ['*.example.com', 'example.com', 443, 'deny'],
    ['*.example.com', 'xexample.com', 443, 'deny'],
    ['*', 'anything.test', 443, 'allow'],
    ['*', 'anything.test', 22, 'deny'],
    ['*:22', 'anything.test', 22, 'allow'],
    ['xn--bcher-kva.example', 'xn--bcher-kva.example', 443, 'allow'],
  ])('%s and %s:%i: %s', (pattern, host, port, action) => {
    expect(judge(host, [['allow', pattern]], port).action).toBe(action);
  });

  it.each([
    'exa mple.com',
    'a..b',
    '',
    '*example.com',
    'a.*.com',
    'example.com:0',
    'example.com:x',
    'a/b',
  ])('refuses the pattern "%s"', (pattern) =>
    expect(() => judge('x.test', [['allow', pattern]])).toThrow(GuardError),
  );
});

describe('what is refused', () => {
  it('an address without a name, even with everything allowed', () => {
    expect(judge(null, [['allow', '*']])).toMatchObject({
      action: 'deny',
      rule: 'network.unnamed',
    });
  });

  it('names with characters no name has', () => {
    for (const host of [
      'example.com\0.evil.test',
      'bücher.example',
      'a b',
      '',
      '.',
      '..',
      'a..b',
      'x'.repeat(300),
    ])
      expect(judge(host, [['allow', '*']]), JSON.stringify(host)).toMatchObject({
        action: 'deny',
        rule: 'network.name',
      });
  });

  it('what is not listed, saying which line would allow it', () => {
    const verdict = judge('api.example.com', [], 8443);
    expect(verdict).toMatchObject({ action: 'deny', rule: 'network.host' });
    expect(verdict.safer).toContain('"api.example.com:8443" under network.allow');
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer(), (host, port) => {
        expect(judge(host, [['allow', '*.example.com']], port).rule).not.toBe('internal-error');
      }),
    );
  });
});

describe('how layers meet', () => {
  const host = 'example.com';
  it.each<[string, Line[], boolean, string]>([
    [
      'deny beats allow in one layer',
      [
        ['allow', host],
        ['deny', host],
      ],
      true,
      'deny',
    ],
    [
      'and the wider deny too',
      [
        ['allow', host],
        ['deny', '*'],
      ],
      true,
      'deny',
    ],
    [
      'the user’s allow lifts a default deny',
      [
        ['deny', host],
        ['allow', host, 'user'],
      ],
      true,
      'allow',
    ],
    [
      'a trusted repository’s allow lifts a default deny',
      [
        ['deny', host],
        ['allow', host, 'repository'],
      ],
      true,
      'allow',
    ],
    ['an untrusted one’s does not', [['allow', host, 'repository']], false, 'deny'],
    [
      'a repository never lifts the user’s deny',
      [
        ['deny', host, 'user'],
        ['allow', host, 'repository'],
      ],
      true,
      'deny',
    ],
    [
      'a repository’s deny beats the user’s allow',
      [
        ['deny', host, 'repository'],
        ['allow', host, 'user'],
      ],
      false,
      'deny',
    ],
    [
      'the organisation’s deny beats all',
      [
        ['deny', host, 'organisation'],
        ['allow', '*', 'user'],
        ['allow', host],
      ],
      true,
      'deny',
    ],
    [
      'the organisation’s allow does not lift a deny',
      [
        ['deny', host],
        ['allow', host, 'organisation'],
      ],
      true,
      'deny',
    ],
  ])('%s', (_name, lines, trusted, action) => {
    expect(judge(host, lines, 443, trusted).action).toBe(action);
  });

  it('denies every port where none is named', () => {
    expect(
      judge(
        host,
        [
          ['allow', `${host}:22`],
          ['deny', host],
        ],
        22,
      ).action,
    ).toBe('deny');
  });
});
