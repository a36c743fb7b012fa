import { describe, expect, it } from 'vitest';
import { compilePolicy, decide } from '../../src/policy/decide.ts';
import { loadRulePacks } from '../../src/policy/load-rules.ts';
import type { Action, LayerName } from '../../src/policy/types.ts';
import { data, exec, source } from './support.ts';

const packs = await loadRulePacks();
type Line = [layer: LayerName, match: string, action: Action];

function judge(command: string, lines: Line[], repositoryTrusted = false): string {
  const commands = lines.map(([layer, match, action], index) => ({
    value: { match, action },
    source: source(layer, index + 1),
  }));
  const verdict = decide(
    compilePolicy(data({ packs, commands, repositoryTrusted })),
    exec(command),
  );
  return `${verdict.action} ${verdict.source.layer}`;
}

describe('how layers meet', () => {
  const force = 'git push --force';
  it.each<[string, Line[], boolean, string]>([
    ['the built-in rule alone', [], false, 'ask default'],
    ['the user loosens a default', [['user', force, 'allow']], false, 'allow user'],
    ['the user tightens a default', [['user', force, 'deny']], false, 'deny user'],
    [
      'an untrusted repository cannot loosen',
      [['repository', force, 'allow']],
      false,
      'ask default',
    ],
    ['an untrusted repository tightens', [['repository', force, 'deny']], false, 'deny repository'],
    [
      'a trusted repository overrides a default',
      [['repository', force, 'allow']],
      true,
      'allow repository',
    ],
    [
      'but not the user’s refusal',
      [
        ['user', force, 'deny'],
        ['repository', force, 'allow'],
      ],
      true,
      'deny user',
    ],
    [
      'nor the user’s ask',
      [
        ['user', force, 'ask'],
        ['repository', force, 'allow'],
      ],
      true,
      'ask user',
    ],
    [
      'and tightens what the user allows',
      [
        ['user', force, 'allow'],
        ['repository', force, 'deny'],
      ],
      true,
      'deny repository',
    ],
    [
      'the organisation tightens everything',
      [
        ['user', force, 'allow'],
        ['organisation', force, 'deny'],
      ],
      true,
      'deny organisation',
    ],
    [
      'the organisation’s allow loosens nothing',
      [['organisation', force, 'allow']],
      true,
      'ask default',
    ],
    [
      'nothing loosens a kill of the organisation',
      [
        ['user', force, 'allow'],
        ['repository', force, 'allow'],
        ['organisation', force, 'kill'],
      ],
      true,
      'kill organisation',
    ],
  ])('%s', (_name, lines, trusted, expected) => {
    expect(judge('git push --force', lines, trusted)).toBe(expected);
  });
});

describe('the most specific of one layer', () => {
  it.each<[string, Line[], string]>([
    [
      'git push --force origin staging',
      [['default', force(' origin staging'), 'allow']],
      'allow default',
    ],
    // It names operands: others besides are not covered.
    [
      'git push --force origin staging main',
      [['default', force(' origin staging'), 'allow']],
      'ask default',
    ],
    [
      'git push --force origin main',
      [['default', force(' origin staging'), 'allow']],
      'ask default',
    ],
    ['git push --force', [['default', force(''), 'allow']], 'ask default'],
    // The entry says nothing of the other thing the rule minds.
    ['git push --force --mirror', [['default', force(''), 'allow']], 'ask default'],
    [
      'git push --force',
      [
        ['user', 'git', 'deny'],
        ['user', force(''), 'allow'],
      ],
      'allow user',
    ],
    [
      'git push --force',
      [
        ['user', force(''), 'allow'],
        ['user', 'git', 'deny'],
      ],
      'allow user',
    ],
    [
      'git status',
      [
        ['user', '*', 'ask'],
        ['user', 'git', 'allow'],
      ],
      'allow user',
    ],
    [
      'ls',
      [
        ['user', '*', 'ask'],
        ['user', 'git', 'allow'],
      ],
      'ask user',
    ],
    // Asking for different things: the stricter counts, whichever words were added.
    [
      'git push --force --tags',
      [
        ['user', 'git push --tags', 'deny'],
        ['user', 'git push --force', 'ask'],
      ],
      'deny user',
    ],
    [
      'npm run build',
      [
        ['user', 'npm', 'ask'],
        ['user', 'npm run', 'allow'],
      ],
      'allow user',
    ],
    [
      'npm publish run',
      [
        ['user', 'npm', 'ask'],
        ['user', 'npm run', 'allow'],
      ],
      'ask user',
    ],
    // The exception covers /tmp/x, not what stands beside it.
    ['rm -rf /home/me /tmp/x', [['user', 'rm -rf /tmp/x', 'allow']], 'deny default'],
    ['rm -rf /home/me /srv/x', [['user', 'rm -rf /srv/x', 'ask']], 'deny default'],
    ['rm -rf /srv/x', [['user', 'rm -rf /srv/x', 'allow']], 'allow user'],
  ])('%s', (command, lines, expected) => {
    expect(judge(command, lines)).toBe(expected);
  });

  function force(rest: string): string {
    return `git push --force${rest}`;
  }
});

describe('words of a profile', () => {
  it.each<[match: string, command: string, expected: string]>([
    ['git push --force', 'git -C x push -f', 'deny user'],
    ['git push --force', 'git push origin main --forc', 'deny user'],
    ['git push -f', 'git -c a.b=c push --force', 'deny user'],
    ['git push', 'git pull', 'allow default'],
    ['git push', 'git-push origin', 'deny user'],
    ['terraform apply', 'terraform -chdir=prod apply -input=false', 'deny user'],
    ['terraform apply', 'tofu plan', 'allow default'],
    ['kubectl scale --replicas=1', 'kubectl -n x scale --replicas 1 deploy/a', 'deny user'],
    ['kubectl scale --replicas=1', 'kubectl scale --replicas=10 deploy/a', 'allow default'],
    ['docker compose up', 'docker-compose up -d', 'deny user'],
    ['npm publish', 'npm --prefix sub publish --tag next', 'deny user'],
    ['npm run *:prod', 'npm run deploy:prod', 'deny user'],
    ['npm run *:prod', 'npm run deploy:test', 'allow default'],
    ['mytool --danger', 'mytool go --danger=yes', 'deny user'],
    ['/opt/x/mytool', '/opt/x/mytool go', 'deny user'],
    ['/opt/x/mytool', '/usr/bin/mytool go', 'allow default'],
    ['find', 'find src -name x', 'deny user'],
  ])('"%s" and: %s', (match, command, expected) => {
    expect(judge(command, [['user', match, 'deny']])).toBe(expected);
  });

  it('does not ask about help, but refuses it when refusal is wished', () => {
    expect(judge('terraform apply -help', [['user', 'terraform apply', 'ask']])).toBe(
      'allow default',
    );
    expect(judge('terraform apply -help', [['user', 'terraform', 'deny']])).toBe('deny user');
  });
});
