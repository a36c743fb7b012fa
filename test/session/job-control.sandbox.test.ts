import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { GUARD, guard, makePlace, type Place } from '../harness/guard.ts';
import { childrenNamed, outerShell } from '../harness/outer-shell.ts';

/** The newest session's record is whole and says how it ended. */
async function expectClosedRecord(place: Place, exitCode: number): Promise<void> {
  let last: { code: number | null; stdout: string } = { code: null, stdout: '' };
  await expect
    .poll(
      async () => {
        last = await guard(place, ['log', 'latest', '--json']);
        return last.stdout;
      },
      { timeout: 15_000 },
    )
    .toContain('session-end');
  expect(last.stdout).toMatch(new RegExp(`"session-end","exitCode":${exitCode}`));
  expect((await guard(place, ['log', 'verify', 'latest'])).code).toBe(0);
}

describe.each(['bash', 'dash'] as const)('under an interactive %s', (name) => {
  it('stops with Ctrl-Z, gives a sane terminal, goes on with fg, twice', async () => {
    const shell = outerShell(makePlace(), name);
    await shell.start(`sh -c 'echo rea''dy; exec cat'`);
    await shell.shows('ready');
    for (const word of ['first', 'second']) {
      await shell.stop();
      await shell.isSane();
      await shell.prompt();
      shell.run('fg');
      await shell.shows(/guard|run/);
      await shell.guard();
      // Typed before guard has the terminal again, the terminal itself would echo it; cat repeats it either way.
      shell.type(`${word}\r`);
      await shell.shows(new RegExp(`${word}\\r+\\n[^]*${word}\\r+\\n`));
    }
    shell.type('\x03');
    await shell.prompt();
    expect(await shell.ask('echo $?')).toBe('130');
    await shell.isSane();
  });

  it('gives the terminal back when it is killed', async () => {
    const shell = outerShell(makePlace(), name);
    await shell.start(
      `sh -c 'stty raw -echo; printf "\\033[?1049h\\033[?1000hrea""dy"; sleep 600'`,
    );
    await shell.shows('ready');
    const pid = await shell.guard();
    const [dog] = await childrenNamed(pid, 'guard-watchdog');
    process.kill(pid, 'SIGKILL');
    await shell.prompt();
    // Typed before that, a line would have no end that a raw terminal knows.
    await expect.poll(() => existsSync(`/proc/${dog}`), { timeout: 10_000 }).toBe(false);
    await shell.isSane();
  });

  it.each([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
    ['SIGINT', 130],
    ['SIGQUIT', 131],
  ] as const)('ends with the command when it gets %s', async (signal, code) => {
    const place = makePlace();
    const shell = outerShell(place, name);
    await shell.start(`sh -c 'stty raw -echo; echo rea''dy; exec sleep 600'`);
    await shell.shows('ready');
    process.kill(await shell.guard(), signal);
    await shell.prompt();
    expect(await shell.ask('echo $?')).toBe(String(code));
    await shell.isSane();
    await expectClosedRecord(place, code);
  });
});

describe('the command', () => {
  it('is stopped and continued with vim on the screen', async () => {
    const place = makePlace();
    const shell = outerShell(place, 'bash');
    await shell.start('vim -u NONE -i NONE -n file.txt');
    await shell.shows('[New File]');
    shell.type('ihello\x1b');
    await shell.shows('hello');
    for (let round = 0; round < 2; round += 1) {
      shell.type('\x1a');
      await shell.prompt();
      await shell.isSane();
      await shell.prompt();
      shell.run('fg');
      await shell.shows('hello');
    }
    shell.type(':wq\r');
    await shell.prompt();
    expect(await shell.ask('echo $?')).toBe('0');
    expect(readFileSync(join(place.repository, 'file.txt'), 'utf8')).toBe('hello\n');
    await shell.isSane();
  });

  it('may stop itself from raw mode, as full-screen agents do on Ctrl-Z', async () => {
    const place = makePlace();
    writeFileSync(
      join(place.repository, 'agent.js'),
      `process.stdin.setRawMode(true);
       process.stdin.on('data', (keys) => {
         for (const key of keys)
           if (key === 0x1a) { process.stdin.setRawMode(false); process.kill(process.pid, 'SIGSTOP'); }
           else if (key === 0x71) process.exit(9);
       });
       process.on('SIGCONT', () => { process.stdin.setRawMode(true); console.log('con' + 'tinued'); });
       console.log('rea' + 'dy');`,
    );
    const shell = outerShell(place, 'bash');
    await shell.start(`'${process.execPath}' agent.js`);
    await shell.shows('ready');
    for (let round = 0; round < 2; round += 1) {
      shell.type('\x1a');
      await shell.prompt();
      await shell.isSane();
      await shell.prompt();
      shell.run('fg');
      await shell.shows('continued');
    }
    shell.type('q');
    await shell.prompt();
    expect(await shell.ask('echo $?')).toBe('9');
  });

  it.each(['STOP', 'TSTP', 'TTIN', 'TTOU'])('may be stopped by SIG%s', async (signal) => {
    const shell = outerShell(makePlace(), 'bash');
    await shell.start(`sh -c 'kill -${signal} $$; echo went on; exit 7'`);
    await shell.shows('Stopped');
    await shell.prompt();
    await shell.isSane();
    await shell.prompt();
    shell.run('fg');
    await shell.shows(/went on\r+\n/);
    await shell.prompt();
    expect(await shell.ask('echo $?')).toBe('7');
  });

  it('is what a signal to stop guard stops, and guard after it', async () => {
    const shell = outerShell(makePlace(), 'bash');
    await shell.start(`sh -c 'stty raw -echo; echo rea''dy; exec cat'`);
    await shell.shows('ready');
    process.kill(await shell.guard(), 'SIGTSTP');
    await shell.shows('Stopped');
    await shell.prompt();
    await shell.isSane();
    shell.run('kill %1');
    await expect.poll(() => shell.ask('jobs -p'), { timeout: 10_000 }).toBe('');
    await shell.isSane();
  });

  it('has the terminal in hand again after guard was stopped with SIGSTOP', async () => {
    const shell = outerShell(makePlace(), 'bash');
    await shell.start(`sh -c 'stty raw -echo; echo rea''dy; head -c 2 | od -An -tx1'`);
    await shell.shows('ready');
    process.kill(await shell.guard(), 'SIGSTOP');
    await shell.shows('Stopped');
    await shell.prompt();
    await shell.isSane();
    await shell.prompt();
    shell.run('fg');
    await shell.shows('run');
    await expect
      .poll(() => {
        shell.type('\x1a');
        return shell.screen();
      })
      .toContain('1a 1a');
    await shell.prompt();
    await shell.isSane();
  });

  it('stays stopped in the background, and the shell keeps its terminal', async () => {
    const shell = outerShell(makePlace(), 'bash');
    await shell.start(`sh -c 'echo rea''dy; exec cat'`);
    await shell.shows('ready');
    shell.type('\x1a');
    await shell.prompt();
    shell.run('bg');
    await shell.prompt();
    await expect.poll(() => shell.ask('jobs -s'), { timeout: 10_000 }).toContain('Stopped');
    await shell.isSane();
    await shell.prompt();
    shell.run('fg');
    await shell.guard();
    shell.type('word\r');
    await shell.shows(/word\r+\n[^]*word\r+\n/);
    shell.type('\x04');
    await shell.prompt();
    expect(await shell.ask('echo $?')).toBe('0');
  });

  it('goes on when nobody could continue guard', async () => {
    const place = makePlace();
    const shell = outerShell(place, 'bash');
    await shell.prompt();
    // In a session of its own there is no shell to come back to.
    shell.run(
      `setsid -w '${process.execPath}' '${GUARD}' run -q -- sh -c 'kill -STOP $$; echo went'' on; exit 6'`,
    );
    await shell.shows('went on');
    await shell.prompt();
  });

  it.each([
    ['exit 0', '0'],
    ['exit 147', '147'],
    ['exit 148', '148'],
    ['exit 255', '255'],
    ['kill -KILL $$', '137'],
    ['kill -SEGV $$', '139'],
    ['kill -INT $$', '130'],
    ['(sleep 600 &); exit 4', '4'],
    ['setsid -f sleep 600; exit 5', '5'],
  ])('ends with its own status: %s', async (script, code) => {
    const shell = outerShell(makePlace(), 'bash');
    await shell.start(`sh -c '${script}'`);
    await shell.prompt();
    expect(await shell.ask('echo $?')).toBe(code);
    expect(shell.screen()).not.toMatch(/Killed|Segmentation/);
  });

  it('is never interpreted by the shell that starts it', async () => {
    const shell = outerShell(makePlace(), 'bash');
    await shell.start(`printf '%s|' '$(id)' '; id' '-c' '"' '$HOME' '*' ''`);
    await shell.shows(`$(id)|; id|-c|"|$HOME|*||`);
    await shell.prompt();
  });

  it('leads the foreground group of its terminal, with no signal ignored', async () => {
    const shell = outerShell(makePlace(), 'bash');
    await shell.start(
      `sh -c 'set -- $(cat /proc/$$/stat); test $5 = $8 && test $5 = $$ && echo in-fore""ground; grep SigIgn /proc/$$/status'`,
    );
    await shell.shows('in-foreground');
    await shell.shows(/SigIgn:\s+0000000000000000/);
    await shell.prompt();
  });

  it('ends at Ctrl-\\', async () => {
    const shell = outerShell(makePlace(), 'bash');
    await shell.start(`sh -c 'echo rea''dy; exec cat'`);
    await shell.shows('ready');
    shell.type('\x1c');
    await shell.prompt();
    expect(await shell.ask('echo $?')).toBe('131');
    await shell.isSane();
  });

  it('hears of a new window size, also of one that came while it was stopped', async () => {
    const shell = outerShell(makePlace(), 'bash');
    // It waits without starting programs: a parent within vfork(2) cannot be stopped.
    await shell.start(
      `sh -c 'trap "stty size" WINCH; echo rea''dy; while :; do read -r word; done'`,
    );
    await shell.shows('ready');
    shell.terminal.resize(77, 33);
    await shell.shows('33 77');
    shell.type('\x1a');
    await shell.prompt();
    shell.terminal.resize(66, 22);
    shell.run('fg');
    await shell.shows('22 66');
    shell.type('\x03');
    await shell.prompt();
  });
});

describe('a terminal that is closed', () => {
  it.each([
    ['running', ''],
    ['stopped', '\x1a'],
  ])('ends a session that is %s, and its record', async (_, keys) => {
    const place = makePlace();
    const shell = outerShell(place, 'bash');
    await shell.start(`sh -c 'echo rea''dy; exec cat'`);
    await shell.shows('ready');
    const pid = await shell.guard();
    if (keys) {
      shell.type(keys);
      await shell.shows('Stopped');
      await shell.prompt();
    }
    (shell.terminal as unknown as { destroy(): void }).destroy();
    await expect
      .poll(
        () => {
          try {
            return process.kill(pid, 0);
          } catch {
            return false;
          }
        },
        { timeout: 15_000 },
      )
      .toBe(false);
    await expectClosedRecord(place, 129);
  });
});
