import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { GUARD, guard, type Place } from '../harness/guard.ts';
import { expectRefused, gitStatus, project, run } from '../session/refusals.ts';

const BAD = 'version: 1\nnetwrok: {}\n';

function profile(place: Place, text: string): void {
  writeFileSync(join(place.repository, '.guard.yaml'), text);
}

/** Succeeds, with everything on stdout. */
async function said(place: Place, ...words: string[]): Promise<string> {
  const ended = await run(place, words);
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  return ended.stdout;
}

describe('guard profile', () => {
  it('show: the policy, each line with its source, also as JSON', async () => {
    const place = project();
    profile(place, 'version: 1\nfiles: { hide: ["own.secret"] }\n');
    expect(await said(place, 'profile', 'show', 'codex')).toMatch(
      /own\.secret +# .*\.guard\.yaml:2/,
    );
    const { files } = JSON.parse(await said(place, 'profile', 'show', '--json')) as {
      files: { hide: { value: string }[] };
    };
    expect(files.hide.map(({ value }) => value)).toContain('own.secret');
  });

  it('show: an agent that nobody knows, and a profile that is not valid', async () => {
    const place = project();
    await expectRefused(place, ['profile', 'show', 'cluade'], /Did you mean "claude"\?$/);
    profile(place, BAD);
    await expectRefused(place, ['profile', 'show'], /netwrok: unknown key/);
  });

  it('validate: 0, or 1 with the place of what is wrong', async () => {
    const place = project();
    expect(await said(place, 'profile', 'validate')).toMatch(/^No profile here/);
    profile(place, 'version: 1\n');
    expect(await said(place, 'profile', 'validate')).toMatch(/\.guard\.yaml: valid\n$/);
    profile(place, BAD);
    const ended = await run(place, ['profile', 'validate']);
    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr).toMatch(
      /\.guard\.yaml:2:1: netwrok: unknown key\. Did you mean "network"\?/,
    );
    expect(await run(place, ['profile', 'validate', 'none.yaml'])).toMatchObject({ code: 125 });
  });

  it('schema: a JSON Schema', async () => {
    const schema = JSON.parse(await said(project(), 'profile', 'schema')) as Record<
      string,
      unknown
    >;
    expect(schema.$schema).toMatch(/json-schema\.org/);
    expect(Object.keys(schema.properties as object)).toContain('network');
  });
});

describe('guard init', () => {
  it('writes a profile that is valid and widens nothing, and never over another', async () => {
    const place = project();
    expect(await said(place, 'init')).toMatch(/^Wrote .*\/\.guard\.yaml\./);
    expect(await said(place, 'profile', 'validate')).toMatch(/: valid/);
    expect(await said(place, 'trust')).toMatch(/there is nothing to accept/);
    const text = readFileSync(join(place.repository, '.guard.yaml'));
    await expectRefused(place, ['init'], /\.guard\.yaml/);
    expect(readFileSync(join(place.repository, '.guard.yaml'))).toEqual(text);
  });

  it('does not follow a link that stands there', async () => {
    const place = project();
    const target = join(place.home, 'target');
    symlinkSync(target, join(place.repository, '.guard.yaml'));
    await expectRefused(place, ['init'], /\.guard\.yaml/);
    expect(existsSync(target)).toBe(false);
  });
});

describe('guard trust', () => {
  it('lists, accepts exactly what it shows, and takes it back', async () => {
    const place = project();
    expect(await said(place, 'trust', '--list')).toBe('');
    await expectRefused(place, ['trust', '--yes'], /nothing to trust: there is no \.guard\.yaml/);
    profile(place, 'version: 1\nnetwork: { allow: ["wide.example"] }\n');
    const allowed = async (): Promise<boolean> => {
      const explained = await guard(place, ['run', '--explain=json', '--', 'true']);
      const { allow } = JSON.parse(explained.stdout) as { allow: { value: string }[] };
      return allow.some(({ value }) => value === 'wide.example');
    };
    expect(await allowed()).toBe(false);
    expect(await said(place, 'trust', '--yes')).toMatch(/network\.allow\[0\]: wide\.example/);
    expect(await said(place, 'trust', '--list')).toContain(place.repository);
    expect(await allowed()).toBe(true);
    profile(place, 'version: 1\nnetwork: { allow: ["wide.example", "wider.example"] }\n');
    expect(await allowed()).toBe(false);
    expect(await said(place, 'trust', '--revoke')).toMatch(/no longer trusted/);
    expect(await said(place, 'trust', '--list')).toBe('');
  });

  it('a record of trust that is garbage grants nothing', async () => {
    const place = project();
    profile(place, 'version: 1\nnetwork: { allow: ["wide.example"] }\n');
    mkdirSync(join(place.state, 'guard'), { recursive: true, mode: 0o700 });
    writeFileSync(join(place.state, 'guard', 'trust.json'), '{"x');
    const ended = await guard(place, ['run', '--explain=json', '--', 'true']);
    if (ended.code === 0) expect(ended.stdout).not.toMatch(/"allow": \[\s*\{\s*"value": "wide/);
    else expect(ended.stderr).toMatch(/^guard: .+: .+\. .+\n$/);
  });
});

describe('guard doctor', () => {
  it('says what this machine can enforce, also as JSON', async () => {
    const place = project();
    expect(await said(place, 'doctor')).toMatch(/guard run can enforce here/);
    const json = JSON.parse(await said(place, 'doctor', '--json')) as { enforces: boolean };
    expect(json.enforces).toBe(true);
    const without = await run(place, ['doctor'], { env: { PATH: '/nowhere' } });
    expect(without.code).toBe(125);
    expect(without.stdout).toMatch(/fail {2}bubblewrap: /);
  });
});

describe('guard log', () => {
  it('of no session, an unknown one, and one that never began', async () => {
    const place = project();
    expect(await said(place, 'log')).toBe('No session yet: guard run starts one.\n');
    for (const words of [
      ['log', 'latest'],
      ['log', 'verify'],
      ['log', '--json', 'latest'],
    ])
      await expectRefused(place, words, /no session yet: none has been recorded/, { code: 1 });
    await run(place, ['run', 'true']);
    for (const words of [
      ['log', '1999'],
      ['log', 'verify', '1999'],
      ['log', '../..'],
      ['log', ''],
    ])
      await expectRefused(place, words, /^guard: (no session|cannot understand)/, { code: 1 });
    mkdirSync(join(place.state, 'guard/sessions/29990101-000000-aaaa'), { mode: 0o700 });
    for (const words of [
      ['log', 'latest'],
      ['log', 'verify'],
      ['log', '--json', 'latest'],
    ])
      await expectRefused(place, words, /29990101-000000-aaaa has no record: /, { code: 1 });
    expect(await said(place, 'log')).toContain('29990101-000000-aaaa');
  });

  it('shows and verifies a session, and finds every edit of its record', async () => {
    const place = project();
    await run(place, ['run', '--task', 'smoke', 'sh', '-c', 'true; ls; rm -rf / ']);
    expect(await said(place, 'log')).toMatch(/exit |killed/);
    expect(await said(place, 'log', 'latest')).toMatch(/smoke[^]*denied/);
    const json = (await said(place, 'log', '--json', 'latest')).trimEnd().split('\n');
    expect(json.map((line) => (JSON.parse(line) as { type: string }).type)).toContain(
      'session-end',
    );
    expect(await said(place, 'log', 'verify')).toMatch(/: ok: every line is as it was written/);

    const [id = ''] = readdirSync(join(place.state, 'guard/sessions'));
    const journal = join(place.state, 'guard/sessions', id, 'journal.jsonl');
    const lines = readFileSync(journal, 'utf8').split('\n').slice(0, -1);
    const edits: Record<string, string[]> = {
      'a word': lines.map((line, at) => (at === 0 ? line.replace('smoke', 'snack') : line)),
      'a line cut out': lines.filter((_, at) => at !== 1),
      'the end cut off': lines.slice(0, -1),
      'two lines swapped': [lines[1] ?? '', lines[0] ?? '', ...lines.slice(2)],
      'a line added': [...lines, lines.at(-1) ?? ''],
      'nothing left': [],
      garbage: ['\x1b[31m{', ...lines],
    };
    for (const [what, edited] of Object.entries(edits)) {
      writeFileSync(journal, edited.map((line) => `${line}\n`).join(''));
      const verified = await run(place, ['log', 'verify', id]);
      expect({ what, code: verified.code, stderr: verified.stderr }).toEqual({
        what,
        code: 1,
        stderr: '',
      });
      expect(verified.stdout).not.toMatch(/[\x00-\x09\x0b-\x1f]/);
      expect((await run(place, ['log', id])).stderr).not.toMatch(/internal error/);
    }
  });

  it('has a reader that leaves early', async () => {
    const place = project();
    await run(place, ['run', 'true']);
    const ended = await run(place, [], {
      start: ['sh', '-c', '"$@" log latest --all | head -n 1', 'sh', process.execPath, GUARD],
    });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('outside a repository', () => {
  it('every command that reads one says so', async () => {
    const place = project();
    for (const words of [
      ['init'],
      ['trust'],
      ['profile', 'show'],
      ['run', '--explain', '--', 'true'],
    ])
      await expectRefused(place, words, /cannot run in .*: it holds more than a project/, {
        cwd: place.home,
      });
    expect(gitStatus(place)).toBe('0 ?? .env\0?? README\0');
  });
});
