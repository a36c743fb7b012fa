import fc from 'fast-check';

const number = fc.integer({ min: 0, max: 30 });
const csi = (finals: string[], count = 2) =>
  fc
    .tuple(fc.array(number, { maxLength: count }), fc.constantFrom(...finals))
    .map(([numbers, final]) => `\x1b[${numbers.join(';')}${final}`);

const text = fc.oneof(
  { weight: 6, arbitrary: fc.string({ unit: fc.constantFrom(...'abcxyz {}|~`q'), maxLength: 30 }) },
  fc.constantFrom(
    '漢字かな',
    '한국어',
    'é',
    'e\u0301',
    'a\u0300\u0301',
    '😀🚀',
    '👍',
    'ａｂ',
    '→─│',
    'x'.repeat(90),
  ),
);
const layout = fc.constantFrom(
  '\r\n',
  '\r\n',
  '\n',
  '\r',
  '\t',
  '\b',
  '\x1bM',
  '\x1bD',
  '\x1bE',
  '\x0b',
);
const looks = fc
  .array(
    fc.constantFrom(
      ...['0', '1', '2', '3', '4', '5', '7', '8', '9', '22', '24', '27', '31', '42', '95', '106'],
      ...[
        '38;5;3',
        '38;5;200',
        '38;2;1;2;3',
        '48;5;17',
        '48;2;9;8;7',
        '4:3',
        '58:5:9',
        '58:2::4:5:6',
      ],
      ...['39', '49', '53', '21'],
    ),
    { minLength: 1, maxLength: 4 },
  )
  .map((codes) => `\x1b[${codes.join(';')}m`);
const editing = csi(['J', 'K', 'L', 'M', 'P', '@', 'X', 'S', 'T'], 1);
const moving = csi(['H', 'A', 'B', 'C', 'D', 'G', 'd', 'r']);
const modes = fc
  .tuple(
    fc.constantFrom(1, 7, 25, 45, 66, 1000, 1002, 1003, 1004, 1006, 2004, 2026),
    fc.constantFrom('h', 'l'),
  )
  .map(([mode, on]) => `\x1b[?${mode}${on}`);
const screens = fc.constantFrom(
  '\x1b[?1049h',
  '\x1b[?1049l',
  '\x1b[?1047h',
  '\x1b[?1047l',
  '\x1b[?47h',
);
const other = fc.constantFrom(
  ...['\x1b7', '\x1b8', '\x1b[4h', '\x1b[4l', '\x1b=', '\x1b>'],
  ...['\x1b]0;title\x07'],
  ...[
    '\x1bP$qm\x1b\\',
    '\x1b[>4;1m',
    '\x1b[>1u',
    '\x1b[<u',
    '\x1b[2 q',

    '\x1bc',
    '\xc2\x9b1m',
    '\x07',
  ],
);

/**
 * What programs send, well-formed, in pieces. Left out is what xterm.js itself keeps otherwise than terminals do: with the cursor
 * it saves neither origin mode nor all character sets nor links, and mixes an underline's new colour with the bits SGR 59 leaves.
 */
export const terminalOutput = fc
  .array(
    fc.oneof(
      { weight: 8, arbitrary: text },
      { weight: 4, arbitrary: layout },
      { weight: 4, arbitrary: looks },
      { weight: 3, arbitrary: moving },
      { weight: 2, arbitrary: editing },
      { weight: 2, arbitrary: modes },
      { weight: 1, arbitrary: screens },
      { weight: 2, arbitrary: other },
    ),
    { maxLength: 80 },
  )
  .map((pieces) => pieces.join(''));
