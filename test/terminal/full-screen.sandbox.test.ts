import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { GUARD, guard, makePlace, type Place } from '../harness/guard.ts';
import { userProfile } from '../harness/profile.ts';
import { ASK, atTerminal } from './user.ts';

const has = (program: string): boolean =>
  spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
const [VIM, LESS, TMUX] = [has('vim'), has('less'), has('tmux')];

const TEXT = Array.from(
  { length: 60 },
  (_, line) => `line ${line} \u6f22\u5b57 \u{1f600} e\u0301 ${'word '.repeat(line % 30)}`,
).join('\n');

/** A file to look at, a program whose every start is asked about, and a way to have it started at a chosen moment. */
function askingPlace(): Place & { ask: () => void; answered: () => string } {
  const place = makePlace();
  userProfile(
    place,
    "commands: [{ match: 'shred', action: ask, confirm: key, reason: 'it destroys' }]",
  );
  writeFileSync(join(place.repository, 'text'), TEXT);
  writeFileSync(join(place.repository, 'victim'), 'precious');
  return {
    ...place,
    ask: () => writeFileSync(join(place.repository, 'go'), ''),
    answered: () => {
      const file = join(place.repository, 'status');
      return existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
    },
  };
}
const BACKGROUND =
  '(while [ ! -e go ]; do sleep 0.05; done; shred victim >/dev/null 2>&1; echo $? >status.new; mv status.new status) & ';

const PROGRAMS = [
  {
    name: 'vim',
    installed: VIM,
    command:
      'vim -u NONE -N -i NONE -c "set mouse=a nu ruler ttimeoutlen=0 enc=utf-8 hlsearch" -c "/word" -c "syntax on" text',
    ready: 'line 5',
    more: 'G',
    moreShows: 'line 59',
    quit: ':q!\r',
  },
  {
    name: 'less',
    installed: LESS,
    command: 'less -R text',
    ready: 'line 5',
    more: 'G',
    moreShows: 'line 59',
    quit: 'q',
  },
];

for (const { name, installed, command, ready, more, moreShows, quit } of PROGRAMS)
  for (const columns of [60, 80, 200])
    it.skipIf(!installed)(
      `asks over ${name} at ${columns} columns and gives its screen back (needs ${name})`,
      async () => {
        const place = askingPlace();
        const run = atTerminal(place, BACKGROUND + command, { columns });
        await run.shows(ready);
        await settled(run);
        const before = run.user.state();
        expect(before.buffer).toBe('alternate');
        place.ask();
        await run.shows(ASK);
        expect(run.text()).toContain('shred victim');
        expect(run.text()).not.toContain(ready);
        run.type('n');
        await expect.poll(place.answered, { timeout: 10_000 }).toBe('126');
        await run.shows(ready);
        await settled(run);
        expect(run.user.state()).toEqual(before);
        run.type(more);
        await run.shows(moreShows);
        run.type(quit);
        await run.exited;
        await run.shows('code 0');
        expect(run.user.state()).toMatchObject({
          buffer: 'normal',
          mouse: ['NONE', 'DEFAULT'],
          hidden: false,
          bracketedPasteMode: false,
        });
        // The decision is said once there is a place for it: where the program has left the alternate screen.
        expect([...run.user.scrollback(), run.text()].join('\n')).toMatch(/shred/);
      },
    );

it.skipIf(!VIM)('gives vim back at the size the window has by then (needs vim)', async () => {
  const place = askingPlace();
  const run = atTerminal(place, BACKGROUND + PROGRAMS[0]?.command, { columns: 80 });
  await run.shows('line 5');
  place.ask();
  await run.shows(ASK);
  run.resize(60, 15);
  // Drawn anew, it has to stand a moment again before a key answers.
  await settled(run);
  await run.shows(ASK);
  run.type('n');
  await expect.poll(place.answered, { timeout: 10_000 }).toBe('126');
  run.type(':set columns? lines?\r');
  await run.shows(/columns=60/);
  run.type('\r:q!\r');
  await run.exited;
});

it('asks over a log that scrolls, and loses no line of it', async () => {
  const place = askingPlace();
  const log =
    'i=0; while [ $i -lt 2000 ]; do echo "entry $i"; i=$((i+1)); [ $i = 700 ] && touch go; done; wait; echo end';
  const run = atTerminal(place, BACKGROUND + log);
  await run.shows(ASK);
  run.type('n');
  await run.shows('code 0');
  const entries = [...run.all().matchAll(/entry (\d+)\r\n/g)].map(([, number]) => Number(number));
  expect(entries).toEqual(Array.from({ length: 2000 }, (_, number) => number));
});

it.skipIf(!TMUX || !VIM)(
  'asks over vim inside tmux and gives it back (needs tmux, vim)',
  async () => {
    const place = askingPlace();
    const socket = `guard-test-${process.pid}-${Date.now()}`;
    const tmux = (...args: string[]): string =>
      execFileSync('tmux', ['-L', socket, '-f', '/dev/null', ...args], {
        encoding: 'utf8',
        env: { ...place.env, TERM: 'xterm-256color' },
        cwd: place.repository,
      });
    onTestFinished(() => void spawnSync('tmux', ['-L', socket, 'kill-server']));
    tmux('-u', 'new-session', '-d', '-x', '80', '-y', '24', 'sh');
    const screen = (): string => tmux('capture-pane', '-p', '-e', '-t', '0');
    const shows = (text: string) =>
      expect.poll(screen, { timeout: 20_000, interval: 50 }).toContain(text);
    writeFileSync(join(place.repository, 'script'), `${BACKGROUND}${PROGRAMS[0]?.command}`);
    tmux(
      'send-keys',
      '-t',
      '0',
      `'${process.execPath}' '${GUARD}' run -q -- sh script; echo code $?`,
      'Enter',
    );
    await shows('line 5');
    await new Promise((resolve) => setTimeout(resolve, 300));
    const facts = (): string =>
      tmux(
        'display-message',
        '-p',
        '-t',
        '0',
        '#{alternate_on} #{cursor_x},#{cursor_y} #{mouse_any_flag} #{cursor_flag} #{keypad_flag} #{keypad_cursor_flag}',
      );
    const [before, factsBefore] = [screen(), facts()];
    place.ask();
    await shows('allow once');
    tmux('send-keys', '-t', '0', 'n');
    await expect.poll(place.answered, { timeout: 10_000 }).toBe('126');
    await expect.poll(screen, { timeout: 10_000 }).toBe(before);
    expect(facts()).toBe(factsBefore);
    tmux('send-keys', '-t', '0', ':q!', 'Enter');
    await shows('code 0');
    expect(facts()).toMatch(/^0 .* 0 1 0 0\n$/);
    expect(screen()).toMatch(/guard.*shred|shred.*guard/s);
  },
);

it('keeps pasted text and binary exact in both directions', async () => {
  const place = makePlace();
  const script =
    'stty raw -echo; printf ready; head -c 3000000 | sha256sum; head -c 100000 /dev/urandom | tee random | od -An -v -tx1 | tr -d " \\n" >hex; printf "\\033[?25h"; wc -c <random';
  const run = atTerminal(place, script);
  await run.says('ready');
  const bytes = Buffer.alloc(3_000_000, 0).map((_, at) => 32 + ((at * 7919) % 90));
  run.type(Buffer.from(bytes).toString('latin1'));
  const { createHash } = await import('node:crypto');
  await run.says(createHash('sha256').update(bytes).digest('hex'));
  await run.exited;
  expect(await guard(place, ['log', 'latest', '--json'])).toMatchObject({ code: 0 });
});

/** Until nothing is written any more: the program has drawn what it was going to. */
async function settled(run: ReturnType<typeof atTerminal>): Promise<void> {
  let seen = '';
  await expect
    .poll(
      () => {
        const same = seen === run.all();
        seen = run.all();
        return same;
      },
      { interval: 250, timeout: 10_000 },
    )
    .toBe(true);
}
