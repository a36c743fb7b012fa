import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { GUARD, type Place } from '../harness/guard.ts';
import { project, run } from './refusals.ts';

describe('standard input, output and error', () => {
  const guardWith = (place: Place, redirections: string, words: string): string => {
    const command = `"$0" "$1" ${words} ${redirections}`;
    return execFileSync('sh', ['-c', `${command}; echo "code $?"`, process.execPath, GUARD], {
      cwd: place.repository,
      env: place.env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  };
  const SAY = `run -q -- sh -c 'cat; echo out; echo err >&2; exit 3'`;

  it('are closed', () => {
    const place = project();
    expect(guardWith(place, '<&-', SAY)).toBe('out\ncode 3\n');
    expect(guardWith(place, '>&-', SAY)).toBe('code 3\n');
    expect(guardWith(place, '2>&-', SAY)).toBe('out\ncode 3\n');
    expect(guardWith(place, '<&- >&- 2>&-', SAY)).toBe('code 3\n');
    expect(guardWith(place, '<&- >&- 2>&-', 'run no-such-program')).toBe('code 125\n');
  });

  it('lead to a full device', () => {
    const place = project();
    expect(guardWith(place, '>/dev/full 2>&1', 'run -q -- sh -c "exit 3"')).toBe('code 3\n');
    expect(guardWith(place, '2>/dev/full', 'run no-such-program')).toBe('code 125\n');
  });

  it('have no reader left', () => {
    const place = project();
    const script = `{ "$0" "$1" run -- sh -c 'sleep 0.2; exit 3' 2>&1; echo "code $?" >&3; } | true`;
    const shown = execFileSync('sh', ['-c', `exec 3>&1; ${script}`, process.execPath, GUARD], {
      cwd: place.repository,
      env: place.env,
      encoding: 'utf8',
    });
    expect(shown).toBe('code 3\n');
  });

  it('TERM is unset, or nonsense', async () => {
    const place = project();
    for (const TERM of [undefined, '', '\x1b[31m'])
      expect(await run(place, ['run', 'true'], { env: { TERM } })).toMatchObject({ code: 0 });
  });
});
