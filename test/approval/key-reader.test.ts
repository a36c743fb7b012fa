import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputState } from '../../src/approval/input-state.ts';
import { KeyReader } from '../../src/approval/key-reader.ts';
import { FakeTerminal, pause } from './fake-terminal.ts';

const never = new AbortController().signal;

/** Types the bursts with silence between them, then `n`; what was answered, and by which burst. */
async function answerTo(...bursts: (string | number[])[]) {
  const terminal = new FakeTerminal();
  let at = -1;
  const answer = new KeyReader(terminal).answer(never).then((key) => ({ key, at }));
  for (const burst of [...bursts, 'n']) {
    at++;
    terminal.type(burst);
    await pause();
  }
  return answer;
}

describe.concurrent('keys', () => {
  it.each(['y', 'Y'])('%s is yes', async (key) => {
    expect(await answerTo(key)).toEqual({ key: 'yes', at: 0 });
  });

  it.each(['n', 'N', '\r', '\n', '\x1b', '\x03', '\x04', 'abc\x03'])('%j is no', async (key) => {
    expect(await answerTo(key)).toEqual({ key: 'no', at: 0 });
  });

  it.each(['a', ' ', 'yes', 'yy', 'y\r', '\ry', 'é', '\x1by', '\x1b[A', 'Ｙ', '\u0079\u0301'])(
    '%j is nothing',
    async (key) => {
      expect(await answerTo(key)).toEqual({ key: 'no', at: 1 });
    },
  );

  it('are one burst when they come together, in however many reads', async () => {
    const terminal = new FakeTerminal();
    const answer = new KeyReader(terminal).answer(never);
    terminal.type('y', 'e', 's');
    await pause();
    terminal.type('x', 'y');
    await pause();
    terminal.type('n');
    expect(await answer).toBe('no');
  });

  it('still work after a sequence', async () => {
    expect(await answerTo('\x1b[0n', '\x1b]11;rgb:yyyy\x07', '\x1b[A', 'y')).toEqual({
      key: 'yes',
      at: 3,
    });
  });
});

describe.concurrent('what a terminal sends', () => {
  it.each([
    ['device status', ['\x1b[', '0', 'y']],
    ['parameters', ['\x1b[?1;2', 'y', 'x', 'c']],
    ['title, ended by BEL', ['\x1b]', 'l', 'y', 'y', '\x07']],
    ['colour, ended by ST', ['\x1b]11;', 'y', '\x1b', '\\']],
    ['DCS', ['\x1bP', '>|', 'y', '\x1b\\']],
    ['APC', ['\x1b_', 'y', '\x1b\\']],
    ['SS3', ['x\x1bO', 'y']],
    ['mouse click in the old encoding', ['\x1b[M', 'y', 'y', '!']],
    ['character set', ['x\x1b(', 'y']],
    ['glued replies', ['\x1b[0n\x1b', ']', 'l', 'y', '\x07']],
    ['8-bit CSI', [[0x9b], 'y']],
    ['8-bit OSC', [[0x9d], 'y', [0x9c]]],
    ['OSC as UTF-8', [[0xc2, 0x9d], 'y', '\x07']],
    ['bracketed paste', ['\x1b[200~', 'y', 'y', '\x1b[201~']],
    ['a paste with a sequence in it', ['\x1b[200~', '\x1b[A', 'y', '\x1b[201~']],
  ])('is never a yes, split anywhere with a pause: %s', async (_, bursts) => {
    expect((await answerTo(...bursts)).key).toBe('no');
  });

  it('leaves the state as it was, whatever is in it', () => {
    const body = fc.string({ unit: 'grapheme-ascii' }).map((text) => text.replaceAll('\x9c', ''));
    const sequence = fc.oneof(
      body.map((text) => `\x1b]${text}\x07`),
      body.map((text) => `\x1bP${text}\x1b\\`),
      fc
        .stringMatching(/^[0-?]{0,8}[@-~]$/)
        .filter((text) => text !== '200~' && text !== 'M')
        .map((text) => `\x1b[${text}`),
    );
    fc.assert(
      fc.property(fc.array(sequence), (sequences) => {
        const state = new InputState();
        for (const each of sequences) {
          const bytes = Buffer.from(each);
          for (const [index, byte] of bytes.entries()) {
            state.take([byte] as unknown as Uint8Array);
            if (index < bytes.length - 1) expect(state.ground).toBe(false);
          }
          expect(state.ground).toBe(true);
        }
      }),
    );
  });
});

describe('typed ahead', () => {
  it('is swallowed until silence', async () => {
    const terminal = new FakeTerminal();
    terminal.type('y', 'y\r', 'y');
    const keys = new KeyReader(terminal);
    expect(await keys.drain(never)).toBe(true);
    const answer = keys.answer(never);
    terminal.type('n');
    expect(await answer).toBe('no');
  });

  it('does not hide the end of the terminal', async () => {
    const terminal = new FakeTerminal();
    terminal.type('y');
    terminal.hangUp();
    expect(await new KeyReader(terminal).drain(never)).toBe(false);
  });

  it('of half a sequence swallows the other half', async () => {
    const terminal = new FakeTerminal();
    terminal.type('\x1b]l');
    const keys = new KeyReader(terminal);
    await keys.drain(never);
    const answer = keys.answer(never);
    terminal.type('y');
    await pause();
    terminal.type('\x07');
    await pause();
    terminal.type('n');
    expect(await answer).toBe('no');
  });
});

it('stops waiting when told', async () => {
  const stop = new AbortController();
  const answer = new KeyReader(new FakeTerminal()).answer(stop.signal);
  stop.abort();
  await expect(answer).rejects.toThrow();
});
