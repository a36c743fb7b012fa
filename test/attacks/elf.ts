/** Where the program is loaded, and where its data lie: below 4 GiB, so that 32-bit calls reach them. */
const BASE = 0x400000;
const HEADERS = 64 + 56;
const DATA = 0x400;

export type Way = 'x86-64' | 'i386' | 'x32' | 'vfork';

/**
 * A static x86-64 program made by hand that does one execve(2) in an uncommon way and exits with the call's error: elf(5).
 * `i386` calls through `int 0x80`, whose numbers are another table's; `x32` sets the bit of that ABI's numbers.
 */
export function execProgram(way: Way, argv: readonly string[]): Buffer {
  const data = vectorOf(argv, way === 'i386' || way === 'x32' ? 4 : 8);
  const call = { 'x86-64': 59, i386: 11, x32: 0x40000000 + 520, vfork: 59 }[way];
  const execve =
    way === 'i386'
      ? // mov eax, call; mov ebx, path; mov ecx, argv; mov edx, 0; int 0x80
        [
          0xb8,
          ...word(call),
          0xbb,
          ...word(data.path),
          0xb9,
          ...word(data.argv),
          0xba,
          ...word(0),
          0xcd,
          0x80,
        ]
      : // mov eax, call; mov edi, path; mov esi, argv; mov edx, 0; syscall
        [
          0xb8,
          ...word(call),
          0xbf,
          ...word(data.path),
          0xbe,
          ...word(data.argv),
          0xba,
          ...word(0),
          0x0f,
          0x05,
        ];
  // mov edi, eax; mov eax, 60; syscall
  const exit = [0x89, 0xc7, 0xb8, ...word(60), 0x0f, 0x05];
  // mov rdi, -1; xor esi, esi; xor edx, edx; xor r10, r10; mov eax, 61; syscall
  const wait = [
    0x48,
    0xc7,
    0xc7,
    0xff,
    0xff,
    0xff,
    0xff,
    0x31,
    0xf6,
    0x31,
    0xd2,
    0x4d,
    0x31,
    0xd2,
    0xb8,
    ...word(61),
    0x0f,
    0x05,
  ];
  const child = [...execve, ...exit];
  // mov eax, 58; syscall; test eax, eax; jne behind the child
  const fork = [0xb8, ...word(58), 0x0f, 0x05, 0x85, 0xc0, 0x75, child.length];
  const code = way === 'vfork' ? [...fork, ...child, ...wait, ...exit] : child;
  return image(Buffer.from(code), data.bytes);
}

function word(value: number): number[] {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return [...bytes];
}

/** The strings, then the vector of pointers to them. */
function vectorOf(argv: readonly string[], pointer: 4 | 8) {
  const strings = argv.map((text) => Buffer.from(`${text}\0`));
  let at = BASE + DATA;
  const places = strings.map((text) => (at += text.length) - text.length);
  const padding = (8 - (at % 8)) % 8;
  const vector = Buffer.alloc(pointer * (argv.length + 1));
  places.forEach((place, index) => vector.writeUInt32LE(place, index * pointer));
  const bytes = Buffer.concat([...strings, Buffer.alloc(padding), vector]);
  return { bytes, path: places[0] ?? 0, argv: at + padding };
}

/** ELF header, one readable, writable and executable segment, code, data. */
function image(code: Buffer, data: Buffer): Buffer {
  const file = Buffer.alloc(DATA + data.length);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  file.writeUInt16LE(2, 16);
  file.writeUInt16LE(62, 18);
  file.writeUInt32LE(1, 20);
  file.writeBigUInt64LE(BigInt(BASE + HEADERS), 24);
  file.writeBigUInt64LE(64n, 32);
  file.writeUInt16LE(64, 52);
  file.writeUInt16LE(56, 54);
  file.writeUInt16LE(1, 56);
  file.writeUInt32LE(1, 64);
  file.writeUInt32LE(7, 68);
  for (const [offset, value] of [
    [72, 0],
    [80, BASE],
    [88, BASE],
    [96, file.length],
    [104, file.length],
    [112, 0x1000],
  ] as const)
    file.writeBigUInt64LE(BigInt(value), offset);
  code.copy(file, HEADERS);
  data.copy(file, DATA);
  return file;
}
