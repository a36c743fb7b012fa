import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { guard, type Place } from '../harness/guard.ts';
import { expectRefused, project, run } from '../session/refusals.ts';

describe('guard run: what belongs to whom', () => {
  const echo = async (place: Place, ...words: string[]): Promise<string[]> => {
    const ended = await run(place, ['run', ...words]);
    expect(ended.code).toBe(0);
    return ended.stdout.split('\0').slice(0, -1);
  };
  const PRINT = ['printf', '%s\\0'];

  it('options after the command are the command’s', async () => {
    const place = project();
    const options = ['--help', '--quiet', '--version', '--', '-q', '--repository', '/', ''];
    expect(await echo(place, ...PRINT, ...options)).toEqual(options);
    expect(await echo(place, '--quiet', '--', ...PRINT, ...options)).toEqual(options);
    const help = await run(place, ['run', '--quiet', 'ls', '--help']);
    expect(help.stdout).toMatch(/^Usage: \S*ls /);
    expect(help.stdout).not.toContain('guard');
  });

  it('arguments arrive as they were', async () => {
    const words = [
      'a b',
      '$HOME',
      "'",
      '"',
      '\n',
      '*',
      '\\',
      '\x1b[31m',
      'ü🚂',
      'x'.repeat(100_000),
    ];
    expect(await echo(project(), '-q', ...PRINT, ...words)).toEqual(words);
  });
});

describe('a command line that guard does not understand', () => {
  it.each<[words: string[], says: RegExp]>([
    [['run'], /^guard: cannot understand the command line: missing required argument 'command'\. /],
    [['run', '--'], /missing required argument 'command'/],
    [['run', '--quite', 'true'], /unknown option '--quite'\. Did you mean --quiet\?$/],
    [['run', '--nonsense-\x1b[31m', 'true'], /unknown option '--nonsense-\\e\[31m'\. See `guard/],
    [['run', '--repository'], /option '--repository <dir>' argument missing\. See `guard help`\.$/],
    [
      ['run', '--profile=', 'true'],
      /'--profile <file>' argument '' is invalid\. It is empty\. See/,
    ],
    [['rum', 'true'], /unknown command 'rum'\. Did you mean run\?$/],
    [['log', 'a', 'b'], /too many arguments for 'log'/],
    [['demo', '--without', 'everything'], /The layers are view, commands and egress\. See/],
  ])('%j', async (words, says) => {
    await expectRefused(project(), words, says);
  });

  it('none at all: the help, on stderr', async () => {
    const ended = await run(project(), []);
    expect(ended).toMatchObject({ code: 125, stdout: '' });
    expect(ended.stderr).toMatch(/^Usage: guard /);
  });

  it.each([[['--help']], [['run', '--help']], [['--version']]])('%j is answered', async (words) => {
    const ended = await run(project(), words);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.stdout).toMatch(/^Usage: guard |^\d+\.\d+\.\d+\n$/);
  });
});

describe('guard run --explain', () => {
  it.each([['--explain'], ['--explain=json']])(
    '%s starts nothing and leaves nothing',
    async (how) => {
      const place = project();
      writeFileSync(join(place.repository, 'made'), '');
      const ended = await guard(place, ['run', how, '--', 'rm', 'made'], {
        env: { SECRET_NAME: 'sk_live_value_of_it' },
      });
      expect(ended).toMatchObject({ code: 0, stderr: '' });
      expect(ended.stdout).toContain(join(place.repository, '.env'));
      expect(ended.stdout).toContain('SECRET_NAME');
      expect(ended.stdout).not.toContain('sk_live_');
      expect((await guard(place, ['log'])).stdout).toBe('No session yet: guard run starts one.\n');
    },
  );

  it.each([
    ['alone', ['--explain']],
    ['behind another option', ['--task', '--explain', '--explain']],
    ['before another option', ['--explain', '--repository', '.']],
  ])('%s takes the next word for the command, not for a format', async (_, options) => {
    const ended = await guard(project(), ['run', ...options, 'printf', '--explain', 'json']);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.stdout).toMatch(/^command\n {2}\S*printf --explain json\n/);
  });

  it('another format is refused', async () => {
    await expectRefused(project(), ['run', '--explain=yaml', '--', 'true'], /yaml/);
  });

  it('shows what the user’s own profile grants', async () => {
    const place = project();
    mkdirSync(join(place.home, '.config/guard'), { recursive: true });
    mkdirSync(join(place.home, 'granted'));
    writeFileSync(
      join(place.home, '.config/guard/profile.yaml'),
      'version: 1\nhome: { read: ["~/granted"] }\n',
    );
    const ended = await guard(place, ['run', '--explain', '--', 'true']);
    expect(ended.stdout).toContain(`read-only ${join(place.home, 'granted')}\n`);
  });
});
