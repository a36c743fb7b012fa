import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AgentScreen } from '../../src/terminal/agent-screen.ts';
import { Replies } from '../../src/terminal/replies.ts';
import { terminalOutput } from './output.ts';
import { referenceTerminal } from './reference.ts';

function passed(chunks: Buffer[]): { screen: AgentScreen; shown: Buffer } {
  const screen = new AgentScreen(80, 24);
  const shown = chunks.flatMap((chunk) => screen.read(chunk).map(({ data }) => data));
  return { screen, shown: Buffer.concat(shown) };
}

function chunksOf(bytes: Buffer, cuts: number[]): Buffer[] {
  const places = [...new Set([0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])];
  places.sort((a, b) => a - b);
  return places.slice(1).map((end, at) => bytes.subarray(places[at], end));
}

const WITHHELD = {
  'checksum of the screen': '\x1b[1;1;1;1;5;5*y',
  'title report': '\x1b[21t',
  'title report with zeros': '\x1b[00021t',
  'icon report': '\x1b[20;t',
  'C1 title report': '\xc2\x9b21t',
  'control inside': '\x1b[2\n1t',
  'clipboard write': '\x1b]52;c;cm0gLXJmIH4=\x07',
  'clipboard query': '\x1b]52;c;?\x1b\\',
  'clipboard, zeros': '\x1b]052;c;?\x1b\\',
  'clipboard, C1': '\xc2\x9d52;c;?\xc2\x9c',
  'clipboard of kitty': '\x1b]5522;type=read;Lg==\x1b\\',
  'clipboard of iTerm2': '\x1b]1337;Copy=:Zm9v\x07',
  'past tmux': '\x1bPtmux;\x1b\x1b]52;c;?\x07\x1b\\',
  'control of kitty': '\x1bP@kitty-cmd{"cmd":"send-text"}\x1b\\',
  'another encoding': '\x1b%@',
  'VT52 mode': '\x1b[?2l',
  'Tektronix mode': '\x1b[?25;38h',
  'protected text': '\x1bV',
  'clipboard, more zeros than are kept of a number': `\x1b]${'0'.repeat(40)}52;c;?\x1b\\`,
  'clipboard, a number of more than 32 bits': '\x1b]4294967348;c;?\x1b\\',
  'macro to be obeyed': '\x1bP1;0;1!z1b5d35323b633b6347494b07\x1b\\',
  'macro, invoked': '\x1b[1*z',
  'what a key types': '\x1bP0;1|23/79\x1b\\',
  'keyboard locked': '\x1b[2h',
  'keyboard locked among others': '\x1b[4;2h',
  'mouse by DECELR': "\x1b[1;2'z",
  'no alternate screen': '\x1b[?1046l',
  'pages that are not shown': '\x1b[?64l',
  "keys as Windows' console has them": '\x1b[?9001h',
};
const bytesOf = (text: string): Buffer => Buffer.from(text, 'latin1');

describe('what reads the terminal or escapes guard', () => {
  it.each(Object.entries(WITHHELD))('is taken out whole: %s', (_, sequence) => {
    expect(passed([bytesOf(`before${sequence}after`)]).shown.toString()).toBe('beforeafter');
  });

  it.each(Object.entries(WITHHELD))(
    'never ends in the terminal when reads cut it: %s',
    (_, sequence) => {
      for (let cut = 1; cut < sequence.length; cut += 1) {
        const chunks = [bytesOf(sequence.slice(0, cut)), bytesOf(`${sequence.slice(cut)}after`)];
        const shown = passed(chunks).shown.toString('latin1');
        expect(shown).not.toContain(sequence);
        // Whatever the terminal had of it is aborted (CAN, ST).
        const left = shown.replaceAll(/(?:\x1b|\xc2[\x80-\x9f]?)[^\x18]*\x18(?:\x1b\\)?/g, '');
        expect(left).toBe('after');
      }
    },
  );
});

it('passes everything else byte for byte, wherever reads cut it', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        terminalOutput.map((output) => Buffer.from(output)),
        fc
          .uint8Array({ maxLength: 300 })
          .map((bytes) =>
            Buffer.from(bytes.map((byte) => (byte === 0x1b ? 0x1c : byte === 0xc2 ? 0xc3 : byte))),
          ),
      ),
      fc.array(fc.nat()),
      (bytes, cuts) => {
        expect(passed(chunksOf(bytes, cuts)).shown.equals(bytes)).toBe(true);
      },
    ),
    { numRuns: 500 },
  );
});

it('knows the same modes wherever reads cut the output', () => {
  fc.assert(
    fc.property(terminalOutput, fc.array(fc.nat()), (output, cuts) => {
      const bytes = Buffer.from(output);
      const [whole, cut] = [
        passed([bytes]).screen.modes,
        passed(chunksOf(bytes, cuts)).screen.modes,
      ];
      const told = (modes: typeof whole) => [
        modes.alternate,
        modes.redo(),
        modes.redoWriting(),
        modes.undo(),
        modes.undoWhenever(),
      ];
      expect(told(cut)).toEqual(told(whole));
    }),
    { numRuns: 500 },
  );
});

it('takes back all that a program has left on', async () => {
  await fc.assert(
    fc.asyncProperty(terminalOutput, async (output) => {
      const terminal = referenceTerminal(80, 24);
      const { screen } = passed([Buffer.from(output)]);
      for (const undo of [screen.modes.undo(), screen.modes.undoWhenever()]) {
        await terminal.write(`\x1bc${output}\x18${undo}`);
        const { buffer, margins, modes, mouse, hidden, ansi, left, bracketedPasteMode, pen } =
          terminal.state();
        expect({ buffer, margins, mouse, hidden, ansi, left, bracketedPasteMode }).toEqual({
          buffer: 'normal',
          margins: [0, 23],
          mouse: ['NONE', 'DEFAULT'],
          hidden: false,
          ansi: { insertMode: false },
          left: 0,
          bracketedPasteMode: false,
        });
        expect(pen).toMatch(/^\[0,\d+,/);
        expect(modes).toMatchObject({ origin: false, wraparound: true, sendFocus: false });
      }
    }),
    { numRuns: 100 },
  );
});

it('tells replies of the terminal from keys', () => {
  const replies = [
    '\x1b[?1;2c',
    '\x1b[>41;354;0c',
    '\x1b[12;40R',
    '\x1b[?2026;2$y',
    '\x1b]11;rgb:1e1e/1e1e/1e1e\x1b\\',
  ];
  const keys = [
    'y',
    '\r',
    '\x1b',
    '\x1b[A',
    '\x1b[1;5R',
    '\x1b[200~\x1b[?1;2c\x1b[201~',
    '\x1bOP',
    '\x1b[3~',
    'n',
  ];
  fc.assert(
    fc.property(
      fc.shuffledSubarray([...replies, ...keys], { minLength: 1 }),
      fc.array(fc.nat()),
      (typed, cuts) => {
        const reader = new Replies();
        const found = chunksOf(Buffer.from(typed.join('')), cuts).flatMap((chunk) =>
          reader.see(chunk),
        );
        const lone = typed.indexOf('\x1b');
        // A lone escape makes another key of what follows it.
        const sure = typed.filter(
          (each, at) => replies.includes(each) && !(lone >= 0 && at === lone + 1),
        );
        expect(found.filter((reply) => sure.includes(reply))).toEqual(sure);
        expect(found.every((reply) => replies.includes(reply))).toBe(true);
      },
    ),
  );
});
