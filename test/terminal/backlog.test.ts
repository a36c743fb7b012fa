import fc from 'fast-check';
import { expect, it } from 'vitest';
import { AgentScreen } from '../../src/terminal/agent-screen.ts';
import { Backlog } from '../../src/terminal/backlog.ts';
import { createScreenModel } from '../../src/terminal/screen-model.ts';
import { terminalOutput } from './output.ts';
import { referenceTerminal } from './reference.ts';

const [COLUMNS, ROWS] = [40, 10];

/** Lines, some wider than the screen, some with a tab or a wide character, and now and then a lone end of line. */
const lines = fc
  .array(
    fc.tuple(
      fc.constantFrom(
        'a line',
        '漢字 wide',
        'tab\there',
        'w'.repeat(95),
        '',
        '\x1b[31mred',
        '\x1b[1;44mblue\x1b[m',
        '\x1b[0mplain',
        'é',
        '\x07',
      ),
      fc.constantFrom('\r\n', '\r\n', '\r\n', '\n', '\r'),
      fc.nat(9),
    ),
    { minLength: 1, maxLength: 40 },
  )
  .map((parts) => parts.map(([text, end, mark]) => `${text}${mark}${end}`).join(''));

it('leaves the same screen as feeding everything, whatever is left out of long runs', async () => {
  let dropped = 0;
  await fc.assert(
    fc.asyncProperty(terminalOutput, lines, terminalOutput, async (before, run, after) => {
      const long = run.repeat(Math.ceil(150_000 / run.length));
      const expected = referenceTerminal(COLUMNS, ROWS);
      const screen = new AgentScreen(COLUMNS, ROWS, () => createScreenModel);
      for (const text of [before, long, after]) {
        await expected.write(text);
        const bytes = Buffer.from(text);
        for (let at = 0; at < bytes.length; at += 4096)
          for (const piece of screen.read(bytes.subarray(at, at + 4096))) screen.add(piece);
        if (screen.waiting < 100_000 && text === long) dropped += 1;
      }
      const model = await screen.sync();
      const drawn = referenceTerminal(COLUMNS, ROWS);
      await drawn.write(model.drawScreen());
      expect(drawn.state().rows).toEqual(expected.state().rows);
      const { cursor, pen } = expected.state();
      expect([model.cursor.wraps ? COLUMNS : model.cursor.x, model.cursor.y]).toEqual(cursor);
      const penned = referenceTerminal(COLUMNS, ROWS);
      await penned.write(model.pen());
      expect(penned.state().pen).toBe(pen);
    }),
    { numRuns: Number(process.env['GUARD_PROPERTY_RUNS'] ?? 8) },
  );
  expect(dropped).toBeGreaterThan(0);
}, 120_000);

const MANY = Array.from(
  { length: 12_000 },
  (_, at) => `line ${at} ${'.'.repeat(at % 20)}\r\n`,
).join('');
it.each([
  ['the colour of what is left out', 'x', `\x1b[31mred\r\n${MANY}`],
  [
    'colours set one by one',
    '\x1b[44m',
    `\x1b[1mbold\x1b[m\r\n\x1b[32m${'\x1b[3mgreen\r\n'.repeat(9)}${MANY}`,
  ],
  ['rows above what scrolls', '\x1b[5;8r\x1b[1;1H', MANY],
  ['the one row below what scrolls', '\x1b[2;5r\x1b[10;1H', `${'w'.repeat(40)}\r\n${MANY}`],
])('keeps %s', async (_, before, run) => {
  const expected = referenceTerminal(COLUMNS, ROWS);
  const screen = new AgentScreen(COLUMNS, ROWS, () => createScreenModel);
  for (const text of [before, ...(run.match(/[^]{1,4096}/g) ?? [])]) {
    await expected.write(text);
    for (const piece of screen.read(Buffer.from(text))) screen.add(piece);
  }
  const drawn = referenceTerminal(COLUMNS, ROWS);
  await drawn.write((await screen.sync()).drawScreen());
  expect(drawn.state().rows).toEqual(expected.state().rows);
});

it('holds little of a long run of lines', () => {
  const backlog = new Backlog(24);
  const chunk = Buffer.from('a line of text\r\n'.repeat(4096));
  for (let times = 0; times < 500; times += 1) backlog.add(chunk, true);
  expect(backlog.bytes).toBeLessThan(512 * 1024);
});
