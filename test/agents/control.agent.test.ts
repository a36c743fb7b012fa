import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { claude } from './agents/claude.ts';
import { leaks } from './leaks.ts';
import { rehearse, type Rehearsal } from './rehearsal.ts';

// What the other tests say does not happen in a session happens without one: in a made-up home, to a made-up remote.
describe(`${claude.package} by itself`, () => {
  const undo: (() => void)[] = [];
  let run: Rehearsal;
  beforeAll(async () => {
    run = await rehearse(claude, { guarded: false, atEnd: (step) => undo.unshift(step) });
  });
  afterAll(() => undo.forEach((step) => step()));

  it('tells the model every secret', () => {
    const { bytes, texts } = run.server.received();
    const all = Object.keys(run.place.secrets);
    expect(leaks(run.place.secrets, texts)).toEqual(all);
    expect(leaks(run.place.secrets, [bytes])).toEqual(all);
  });

  it('destroys all it is told to', () => {
    const { place } = run;
    expect(place.git('ls-remote', 'origin', 'main')).toContain(
      place.git('rev-parse', 'main').trim(),
    );
    expect(existsSync(place.notes)).toBe(false);
    expect(existsSync(place.railwayWasRun)).toBe(true);
  });
});
