import { chmodSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BrokerDefinition } from '../../src/broker/definition.ts';
import { loadBrokerDefinitions } from '../../src/broker/load-definitions.ts';
import { findProgram } from '../../src/broker/programs.ts';
import { readDefinition } from '../../src/broker/read-definition.ts';
import { resolveBroker } from '../../src/broker/resolve.ts';
import type { ProfileError } from '../../src/profile/problem.ts';
import { formatProblem } from '../../src/profile/problem.ts';
import { brokerPlace } from './places.ts';

const TOOL = `version: 1
about: A tool.
program: tool
hosts: [api.tool.example, 'api.tool.example:8443']
credential:
  env: [TOOL_TOKEN]
  files: [~/.config/tool/token]
  login: Run tool login
set: { TOOL_QUIET: '1' }
flags: |
  -p, --project NAME
values: { project: word }
commands:
  - command: thing show
    about: show a thing
    operands: word
    at-most: 2
    add: [--plain]
    flags: |
      -v, --verbose
      --size SIZE
      --colour[=WHEN]
      --label NAME...
    values: { size: [small, 'big*'] }
    examples: { runs: [tool thing show] }
  - command: upload
    about: upload a folder
    operands: path
    ask: it uploads
    examples: { asks: [tool upload .] }
`;

const read = (yaml: string): BrokerDefinition =>
  readDefinition(yaml, { name: 'tool', file: 'tool.yaml', own: true }).definition;

async function scene(env: Record<string, string> = { TOOL_TOKEN: 'a-made-up-value' }) {
  const here = await brokerPlace();
  const program = here.program('tool');
  const context = { ...here.context, env: { ...here.context.env, ...env } };
  const decide = (...argv: string[]) =>
    resolveBroker(read(TOOL), { argv: ['tool', ...argv], cwd: here.repository }, context);
  return { ...here, tool: program, context, decide };
}

describe('a command', () => {
  it('is written anew, each option in one spelling', async () => {
    const { decide, tool } = await scene();
    const decision = await decide(
      ...['thing', '-pX', 'show', 'a', '--label', 'b', '-v', '--size=bigger', '--label=c', 'd'],
    );
    expect(decision).toMatchObject({
      kind: 'run',
      run: {
        argv: [
          ...[tool, 'thing', 'show', '--plain', '--project=X', '--label=b', '--label=c'],
          ...['--verbose', '--size=bigger', 'a', 'd'],
        ],
        hosts: [
          { host: 'api.tool.example', port: 443 },
          { host: 'api.tool.example', port: 8443 },
        ],
        writesRepository: false,
        askBecause: null,
      },
    });
  });

  it.each([
    [['thing', 'show', '--evil']],
    [['thing', 'show', '--verbos']],
    [['thing', 'show', '-x']],
    [['thing', 'show', '-vx']],
    [['thing', 'show', '--size=huge']],
    [['thing', 'show', '--size']],
    [['thing', 'show', 'a', 'b', 'c']],
    [['thing', 'show', '--', '--evil']],
    [['thing', 'show', 'https://evil.example/']],
    [['thing', 'show', 'a/../../b']],
    [['thing', 'show', 'a/%2E%2e/b']],
    [['thing', 'show', 'a b']],
    [['thing', 'show', '']],
    [['thing', 'show', 'a\u202eb']],
    [['-p', '../x', 'thing', 'show']],
    [['thing', 'delete']],
    [['upload', '/etc']],
    [['upload', '..']],
    [['upload', 'plain/name']],
    [['upload', './link']],
    [['unheard', 'of']],
  ])('%j is refused', async (argv) => {
    const { decide, repository } = await scene();
    symlinkSync('/etc', join(repository, 'link'));
    expect(await decide(...argv)).toMatchObject({ kind: 'refuse' });
  });

  it('passes on no word that looks like an option and was not declared', async () => {
    const { decide } = await scene();
    const word = fc.oneof(
      fc.constantFrom(
        '-v',
        '--verbose',
        '--size',
        '--size=small',
        '-p',
        '--',
        '-',
        '--colour',
        'x',
      ),
      fc.string({ maxLength: 6 }),
      fc.string({ maxLength: 4 }).map((text) => `-${text}`),
      fc.string({ maxLength: 4 }).map((text) => `--${text}`),
    );
    const known =
      /^(?:--plain|--verbose|--size=(?:small|big.*)|--colour(?:=.*)?|--label=.*|--project=.*)$/s;
    await fc.assert(
      fc.asyncProperty(fc.array(word, { maxLength: 5 }), async (words) => {
        const decision = await decide('thing', 'show', ...words);
        if (decision.kind !== 'run') return;
        for (const each of decision.run.argv.slice(3))
          expect(each.startsWith('-') ? known.test(each) : true, each).toBe(true);
      }),
      { numRuns: 300 },
    );
  }, 60_000);

  it('outside of the repository is refused', async () => {
    const { context } = await scene();
    const call = { argv: ['tool', 'thing', 'show'], cwd: '/' };
    expect(await resolveBroker(read(TOOL), call, context)).toMatchObject({ kind: 'refuse' });
  });
});

describe('a credential', () => {
  it('goes to the sibling, and its value to nobody who reads', async () => {
    const { decide } = await scene();
    const decision = await decide('thing', 'show');
    if (decision.kind !== 'run') throw new Error('not run');
    const { env, ...rest } = decision.run;
    expect(env).toMatchObject({ TOOL_TOKEN: 'a-made-up-value', TOOL_QUIET: '1' });
    expect(Object.keys(env)).not.toContain('SSH_AUTH_SOCK');
    expect(JSON.stringify(rest)).not.toContain('a-made-up-value');
    expect(rest.facts).toContainEqual({ label: 'with', text: 'TOOL_TOKEN' });
  });

  it('is the file where there is one', async () => {
    const { decide, write, home } = await scene({});
    expect(await decide('thing', 'show')).toMatchObject({
      kind: 'refuse',
      safer: 'Run tool login',
    });
    const file = write(join(home, '.config/tool/token'), 'x');
    expect(await decide('thing', 'show')).toMatchObject({ kind: 'run', run: { files: [file] } });
  });

  it('is not a file that leads into the repository', async () => {
    const { decide, write, home, repository } = await scene({});
    write(join(repository, 'token'), 'x');
    mkdirSync(join(home, '.config/tool'), { recursive: true });
    symlinkSync(join(repository, 'token'), join(home, '.config/tool/token'));
    expect(await decide('thing', 'show')).toMatchObject({ kind: 'refuse' });
  });

  it('is looked for where XDG_CONFIG_HOME says', async () => {
    const here = await scene({});
    const config = join(here.root, 'xdg');
    const file = here.write(join(config, 'tool/token'), 'x');
    const context = { ...here.context, env: { ...here.context.env, XDG_CONFIG_HOME: config } };
    const call = { argv: ['tool', 'thing', 'show'], cwd: here.repository };
    expect(await resolveBroker(read(TOOL), call, context)).toMatchObject({
      run: { files: [file], env: { XDG_CONFIG_HOME: config } },
    });
  });
});

describe('a program', () => {
  it('is never taken from the repository', async () => {
    const here = await scene();
    const evil = here.write(join(here.repository, 'bin/tool'), '#!/bin/sh\n');
    chmodSync(evil, 0o755);
    const path = `${join(here.repository, 'bin')}:.:${here.context.env.PATH ?? ''}`;
    const where = { ...here.context, env: { PATH: path } };
    expect(findProgram('tool', where)).toBe(here.tool);
    expect(findProgram(evil, where)).toBeNull();
  });

  it('brings its interpreter', async () => {
    const here = await scene();
    const decision = await here.decide('thing', 'show');
    expect(decision.kind === 'run' && decision.run.runs).toEqual(
      expect.arrayContaining([here.tool, '/bin/sh']),
    );
  });
});

describe('a definition', () => {
  it.each([
    ['about: A tool.', 'abuot: A tool.', /abuot: unknown key. Did you mean "about"\?/],
    ['program: tool', 'program: ../tool', /program: expected the name of a program/],
    ['hosts: [api.tool.example,', "hosts: ['*.example',", /hosts\.0: a broker names its hosts/],
    ["hosts: [api.tool.example, 'api.tool.example:8443']\n", '', /either hosts or "hosts-from/],
    ['      -v, --verbose', '      verbose', /flags: cannot read the option "verbose"/],
    ['values: { size:', 'values: { sice:', /the command has no option "sice"/],
    ['command: upload', 'command: thing show', /"thing show" stands here twice/],
    ['operands: path', 'operands: any', /operands: /],
    ['  env: [TOOL_TOKEN]\n  files: [~/.config/tool/token]\n', '', /credential: expected files/],
    ['files: [~/.config/tool/token]', 'files: [~/../x]', /"\.\." is not allowed/],
    ['    ask: it uploads\n', '    ask: yes\n    sh: x\n', /sh: unknown key/],
  ])('with %j as %j says what is wrong', (from, to, said) => {
    const yaml = TOOL.replace(from, to);
    expect(yaml).not.toBe(TOOL);
    let problems: string[] = [];
    try {
      read(yaml);
    } catch (error) {
      problems = (error as ProfileError).problems.map(formatProblem);
    }
    expect(problems.join('\n')).toMatch(said);
    expect(problems[0]).toMatch(/^tool\.yaml:\d+:\d+: /);
  });

  it('of the user takes the place of a built-in one', async () => {
    const here = await brokerPlace();
    const folder = join(here.home, '.config');
    here.write(join(folder, 'guard/brokers/gh.yaml'), TOOL);
    const [gh, git] = await loadBrokerDefinitions(['gh', 'git'], folder);
    expect(gh).toMatchObject({ name: 'gh', program: 'tool', own: true });
    expect(git).toMatchObject({ name: 'git', own: false });
    await expect(loadBrokerDefinitions(['none'], folder)).rejects.toThrow('no such broker');
  });
});
