// A brokered command lives and dies with its caller.
import { readdirSync, readFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { makePlace, outcome } from '../harness/guard.ts';
import { perlBroker, startBrokered, useTestBroker } from './session.ts';

useTestBroker();

const WAIT = { timeout: 20_000, interval: 50 };

/** Processes of the machine that were started with this word, by their state. */
function processesWith(word: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        if (!readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0').includes(word)) return [];
        const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
        return [stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3)];
      } catch {
        return [];
      }
    });
}

const marker = (): string => `marker-${randomBytes(8).toString('hex')}`;
/** Perl by guard is told from the shim, which has the same words, by what it says when it starts. */
const sleeping = (word: string, more = ''): string =>
  `perl -e '$| = 1; ${more} print "up\\n"; sleep 1 while 1' broker ${word}`;

async function up(child: ReturnType<typeof startBrokered>): Promise<void> {
  await new Promise<void>((resolve) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('up\n')) resolve();
    });
  });
}

it('is told to end when its caller is killed', async () => {
  const place = makePlace();
  const word = marker();
  const script = `${sleeping(word, '$SIG{TERM} = sub { open F, ">ended"; exit };')} & read x; kill -9 $!; read x`;
  const child = startBrokered(place, script, perlBroker({ writesRepository: true }));
  await up(child);
  expect(processesWith(word).length).toBeGreaterThan(1);
  child.stdin?.write('\n');
  await vi.waitFor(() => expect(processesWith(word)).toEqual([]), WAIT);
  expect(readdirSync(place.repository)).toContain('ended');
  child.stdin?.end('\n');
  expect((await outcome(child)).code).toBe(0);
});

it('is ended when it does not end', async () => {
  const place = makePlace();
  const word = marker();
  const child = startBrokered(
    place,
    `${sleeping(word, '$SIG{TERM} = "IGNORE";')} & read x; kill $!; read x`,
  );
  await up(child);
  child.stdin?.write('\n');
  await vi.waitFor(() => expect(processesWith(word)).toEqual([]), WAIT);
  child.stdin?.end('\n');
});

it('stops and goes on with its caller', async () => {
  const place = makePlace();
  const word = marker();
  const child = startBrokered(
    place,
    `${sleeping(word)} & read x; kill -STOP $!; read x; kill -CONT $!; read x; kill $!`,
  );
  await up(child);
  const all = processesWith(word).length;
  expect(all).toBeGreaterThan(2);
  child.stdin?.write('\n');
  await vi.waitFor(() => {
    // All but the bubblewrap that waits outside.
    expect(processesWith(word).filter((state) => state === 'T')).toHaveLength(all - 1);
  }, WAIT);
  child.stdin?.write('\n');
  await vi.waitFor(() => expect(processesWith(word)).not.toContain('T'), WAIT);
  child.stdin?.end('\n');
  await outcome(child);
  expect(processesWith(word)).toEqual([]);
});

it.each(['SIGKILL', 'SIGTERM', 'SIGHUP'] as const)(
  'does not outlive guard ended by %s',
  async (signal) => {
    const place = makePlace();
    const word = marker();
    const child = startBrokered(place, sleeping(word, '$SIG{TERM} = "IGNORE";'));
    await up(child);
    child.kill(signal);
    await vi.waitFor(() => expect(processesWith(word)).toEqual([]), WAIT);
  },
);

it('does not outlive the session', async () => {
  const place = makePlace();
  const word = marker();
  const child = startBrokered(place, `${sleeping(word)} & read x`);
  await up(child);
  child.stdin?.end('\n');
  await outcome(child);
  expect(processesWith(word)).toEqual([]);
  expect(readdirSync(join(place.state, 'guard', 'sessions'))).toHaveLength(1);
});
