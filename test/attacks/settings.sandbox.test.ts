import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { guard, makePlace, type Place } from '../harness/guard.ts';

/** Runs a script with what the profile of Claude Code grants, though the program is a shell. */
function insideClaudes(place: Place, script: string): ReturnType<typeof guard> {
  const profile = join(place.home, 'claude-rights.yaml');
  writeFileSync(profile, 'version: 1\nextends: [claude]\n');
  return guard(place, ['run', '--quiet', '--profile', profile, '--', 'sh', '-c', script]);
}

const PLANT =
  'mkdir -p ~/.claude/commands && echo evil > ~/.claude/commands/evil.md; echo {} > ~/.claude/settings.json; echo kept > ~/.claude/history.jsonl';

it('holds settings that a later session would obey, planted in the agent’s own folder', async () => {
  const place = makePlace();
  mkdirSync(join(place.home, '.claude'));
  const { stderr } = await insideClaudes(place, PLANT);
  expect(existsSync(join(place.home, '.claude/settings.json'))).toBe(false);
  expect(existsSync(join(place.home, '.claude/commands'))).toBe(false);
  expect(readFileSync(join(place.home, '.claude/history.jsonl'), 'utf8')).toBe('kept\n');
  expect(stderr).toBe('');
});

it('holds them in a folder that did not exist, and in one that is a link', async () => {
  const fresh = makePlace();
  await insideClaudes(fresh, PLANT);
  expect(existsSync(join(fresh.home, '.claude/settings.json'))).toBe(false);
  expect(existsSync(join(fresh.home, '.claude/history.jsonl'))).toBe(true);

  const linked = makePlace();
  mkdirSync(join(linked.home, 'dotfiles/claude'), { recursive: true });
  symlinkSync('dotfiles/claude', join(linked.home, '.claude'));
  await insideClaudes(linked, PLANT);
  expect(existsSync(join(linked.home, 'dotfiles/claude/settings.json'))).toBe(false);
  expect(existsSync(join(linked.home, 'dotfiles/claude/history.jsonl'))).toBe(true);
});

it('keeps existing settings read-only', async () => {
  const place = makePlace();
  mkdirSync(join(place.home, '.claude'));
  writeFileSync(join(place.home, '.claude/settings.json'), '{"mine":true}');
  await insideClaudes(
    place,
    'echo {} > ~/.claude/settings.json; rm -f ~/.claude/settings.json; mv ~/.claude/settings.json ~/.claude/x',
  );
  expect(readFileSync(join(place.home, '.claude/settings.json'), 'utf8')).toBe('{"mine":true}');
});

it('gives the session a copy of the file that also holds MCP servers', async () => {
  const place = makePlace();
  const file = join(place.home, '.claude.json');
  writeFileSync(file, '{"numStartups":1}');
  const { stdout } = await insideClaudes(
    place,
    'cat ~/.claude.json; echo evil > ~/.claude.json; cat ~/.claude.json',
  );
  expect(stdout).toBe('{"numStartups":1}evil\n');
  expect(readFileSync(file, 'utf8')).toBe('{"numStartups":1}');
});
