import fc from 'fast-check';
import { expect, it } from 'vitest';
import { AgentScreen } from '../../src/terminal/agent-screen.ts';
import { KeptLines } from '../../src/terminal/kept-lines.ts';
import { PromptHold } from '../../src/terminal/prompt-hold.ts';
import { createScreenModel } from '../../src/terminal/screen-model.ts';
import { comingBack } from '../../src/terminal/way-back.ts';
import { terminalOutput } from './output.ts';
import { referenceTerminal } from './reference.ts';

interface Session {
  columns: number;
  rows: number;
  /** The program reads keys itself. */
  raw?: boolean;
  single?: boolean;
  line?: string | null;
  scrollback?: number;
}

/** A user's terminal behind guard, and a prompt over what is on it. */
function guarded({
  columns,
  rows,
  raw = true,
  single = false,
  line = null,
  scrollback = 0,
}: Session) {
  const user = referenceTerminal(columns, rows, scrollback);
  const screen = new AgentScreen(columns, rows, () => createScreenModel);
  const kept = new KeptLines();
  let pending = Promise.resolve();
  const show = (data: string | Uint8Array) => void (pending = user.write(data));
  const hold = () =>
    new PromptHold(
      { screen, kept, single, raw: () => raw, show, ended: () => undefined },
      () => undefined,
    );
  return {
    user,
    kept,
    screen,
    async output(data: Buffer) {
      for (const piece of screen.read(data)) {
        screen.add(piece);
        show(piece.data);
      }
      await pending;
    },
    async prompt(meanwhile: (show: (data: string) => void) => void = () => undefined) {
      const held = hold();
      const replies = user.terminal.onData((data) => held.key(Buffer.from(data)));
      await held.enter();
      await pending;
      expect(user.screen().join('')).toBe('');
      meanwhile(show);
      await pending;
      await held.release(line);
      await pending;
      replies.dispose();
    },
  };
}

const JUNK = '\x1b[5;5H\x1b[41mAllow? \r\n\r\n\x1b[1mgit push 漢字\x1b[?25l\x1b[99;1Hx';
const size = fc.constantFrom(
  { columns: 60, rows: 12 },
  { columns: 80, rows: 24 },
  { columns: 200, rows: 5 },
);
const RUNS = { numRuns: Number(process.env['GUARD_PROPERTY_RUNS'] ?? 60) };

it('gives back screen, cursor, attributes and modes exactly, wherever a prompt cuts the output', async () => {
  await fc.assert(
    fc.asyncProperty(
      terminalOutput,
      terminalOutput,
      size,
      async (before, after, { columns, rows }) => {
        const expected = referenceTerminal(columns, rows);
        await expected.write(before);
        const seen = expected.state();
        await expected.write(after);
        const run = guarded({ columns, rows });
        await run.output(Buffer.from(before));
        await run.prompt((show) => show(JUNK));
        expect(run.user.state()).toEqual(seen);
        await run.output(Buffer.from(after));
        expect(run.user.state()).toEqual(expected.state());
      },
    ),
    RUNS,
  );
}, 60_000);

it('loses nothing of a sequence that a prompt cuts', async () => {
  await fc.assert(
    fc.asyncProperty(terminalOutput, fc.nat(), size, async (output, place, { columns, rows }) => {
      const bytes = Buffer.from(output);
      let cut = place % (bytes.length + 1);
      // Not within a character, nor before a mark that joins the one before: xterm.js forgets that one at any control.
      while (((bytes[cut] ?? 0) & 0xc0) === 0x80 || /^\p{M}/u.test(bytes.toString('utf8', cut)))
        cut -= 1;
      const expected = referenceTerminal(columns, rows);
      await expected.write(bytes);
      const run = guarded({ columns, rows });
      await run.output(bytes.subarray(0, cut));
      await run.prompt((show) => show(JUNK));
      await run.output(bytes.subarray(cut));
      expect(run.user.state()).toEqual(expected.state());
    }),
    RUNS,
  );
}, 60_000);

it('keeps rows in place on a terminal without an alternate screen', async () => {
  await fc.assert(
    fc.asyncProperty(terminalOutput, terminalOutput, async (before, after) => {
      const expected = referenceTerminal(80, 24);
      await expected.write(before);
      await expected.write(after);
      const run = guarded({ columns: 80, rows: 24, single: true });
      await run.output(Buffer.from(before));
      await run.prompt((show) => show(JUNK));
      await run.output(Buffer.from(after));
      expect(run.user.state()).toEqual(expected.state());
    }),
    RUNS,
  );
}, 60_000);

it('gives back a screen that was resized meanwhile as it would be without a prompt', async () => {
  await fc.assert(
    fc.asyncProperty(terminalOutput, size, size, async (output, from, to) => {
      const before = `\x1b[?1049h${output.replaceAll(/\x1b\[\?(?:47|104[79])[hl]|\x1bc/g, '')}`;
      const expected = referenceTerminal(from.columns, from.rows);
      await expected.write(before);
      expected.terminal.resize(to.columns, to.rows);
      const run = guarded(from);
      await run.output(Buffer.from(before));
      await run.prompt((show) => {
        show(JUNK);
        run.user.terminal.resize(to.columns, to.rows);
        run.screen.resize(to.columns, to.rows);
      });
      expect(run.user.state()).toEqual(expected.state());
    }),
    RUNS,
  );
}, 60_000);

it('says what was decided at the cursor of a program that only writes lines', async () => {
  const run = guarded({ columns: 60, rows: 12, raw: false, line: 'guard: refused' });
  await run.output(Buffer.from('one\r\n\x1b[31mtwo'));
  await run.prompt((show) => show(JUNK));
  await run.output(Buffer.from('three'));
  expect(run.user.screen().slice(0, 4)).toEqual(['one', 'two', 'guard: refused', 'three']);
});

it('says it above a program that draws relative to its cursor, and moves nothing', async () => {
  const draw = Array.from(
    { length: 15 },
    (_, row) => `row ${row} \x1b[3${row % 8}m漢😀\x1b[m`,
  ).join('\r\n');
  const run = guarded({ columns: 60, rows: 12, scrollback: 100, line: 'guard: refused' });
  await run.output(Buffer.from(draw));
  const [before, above] = [run.user.state(), run.user.scrollback()];
  await run.prompt((show) => show(JUNK));
  expect(run.user.state()).toEqual(before);
  expect(run.user.scrollback()).toEqual([...above, 'guard: refused']);
});

it('keeps it for later where there is no room above, and on the alternate screen', async () => {
  const first = guarded({ columns: 60, rows: 12, line: 'guard: refused' });
  await first.output(Buffer.from('> '));
  await first.prompt();
  expect(first.user.screen()[0]).toBe('>');
  expect(first.kept.take()).toEqual(['guard: refused']);
  const second = guarded({ columns: 60, rows: 12, line: 'guard: refused' });
  await second.output(Buffer.from('\x1b[?1049h\x1b[2;5Hfull'));
  await second.prompt();
  expect(second.user.screen()[1]).toBe('    full');
  expect(second.kept.take()).toEqual(['guard: refused']);
});

it('draws on a screen of its own whatever the program has left on', async () => {
  const hostile =
    '\x1b[?1049h\x1b[5;6r\x1b[?6h\x1b[4h\x1b[?7l\x1b(0\x1b[8m\x1b[30;40m\x1b[?2026h\x1b]4;7;#000000\x07\x1b]10;#000\x07\x1bP';
  const run = guarded({ columns: 60, rows: 12 });
  await run.output(Buffer.from(hostile));
  let shown: string[] = [];
  await run.prompt((show) => {
    show('guard: git push ~`qx\r\nno');
    run.user.terminal.write('', () => (shown = run.user.screen()));
  });
  expect(shown.slice(0, 3)).toEqual(['guard: git push ~`qx', 'no', '']);
});

it.each([
  ['character sets', '\x1b(0qx\x1b)A\x1b[?1049hlqk\x0e#', '#q\x0fq'],
  [
    'links',
    '\x1b[?1049h\x1b]8;id=1;http://a.example/\x07one\x1b]8;;\x07 \x1b]8;;http://b.example/\x1b\\tw',
    'o\x1b]8;;\x07 end',
  ],
  ['origin mode', '\x1b[?1049h\x1b[3;8r\x1b[?6h\x1b[2;3Habc', 'def\x1b[1;1Hx\x1b[99;1Hy\n\n'],
  [
    'origin mode on the main screen',
    '1\r\n2\r\n3\x1b[2;8r\x1b[?6h\x1b[2;3Habc',
    'def\x1b[1;1Hx\n\n',
  ],
])('gives back %s', async (_, before, after) => {
  const expected = referenceTerminal(60, 12);
  await expected.write(before + after);
  const run = guarded({ columns: 60, rows: 12 });
  await run.output(Buffer.from(before));
  await run.prompt((show) => show(JUNK));
  await run.output(Buffer.from(after));
  expect(run.user.state()).toEqual(expected.state());
});

it('gives a full-screen program back after a shell has had the terminal', async () => {
  await fc.assert(
    fc.asyncProperty(terminalOutput, async (output) => {
      const before = `\x1b[?1049h${output.replaceAll(/\x1b\[\?(?:47|104[79])[hl]|\x1bc/g, '')}`;
      const expected = referenceTerminal(80, 24);
      await expected.write(before);
      const run = guarded({ columns: 80, rows: 24 });
      await run.output(Buffer.from(before));
      await run.user.write(`\x18${run.screen.modes.undo()}\x1b[0m$ ls\r\nfile\r\n$ fg\r\n`);
      expect(run.user.state().buffer).toBe('normal');
      await run.user.write(comingBack(await run.screen.sync(), run.screen.modes));
      expect(run.user.state()).toEqual(expected.state());
    }),
    RUNS,
  );
}, 60_000);
