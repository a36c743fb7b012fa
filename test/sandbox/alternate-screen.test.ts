import fc from 'fast-check';
import { expect, it } from 'vitest';
import { AlternateScreen } from '../../src/sandbox/alternate-screen.ts';

const ENTER = '\x1b[?1049h';
const LEAVE = '\x1b[?1049l';

function after(...chunks: string[]): boolean {
  const screen = new AlternateScreen();
  for (const chunk of chunks) screen.see(Buffer.from(chunk));
  return screen.active;
}

it('follows the private modes, alone and in lists', () => {
  expect(after('text')).toBe(false);
  expect(after(ENTER)).toBe(true);
  expect(after(ENTER, LEAVE)).toBe(false);
  expect(after('\x1b[?25;1049h')).toBe(true);
  expect(after('\x1b[?47h')).toBe(true);
  expect(after(ENTER, '\x1bc')).toBe(false);
  expect(after('\x1b[?1048h')).toBe(false);
});

it('does not depend on where reads cut the output', () => {
  const output = fc.array(
    fc.constantFrom(ENTER, LEAVE, '\x1b[?25l', '\x1b', '[?', 'x', '\x1b[31m', '日本'),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(output, fc.array(fc.nat(40), { maxLength: 6 }), (parts, cuts) => {
      const text = parts.join('');
      const bytes = Buffer.from(text);
      const screen = new AlternateScreen();
      const edges = [
        0,
        ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b),
        bytes.length,
      ];
      edges.slice(1).forEach((end, index) => screen.see(bytes.subarray(edges[index], end)));
      expect(screen.active).toBe(after(text));
    }),
  );
});
