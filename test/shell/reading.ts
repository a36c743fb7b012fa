import { UNRESOLVED } from '../../src/policy/types.ts';
import { readShell } from '../../src/shell/read-shell.ts';
import type { ShellContext, Stream } from '../../src/shell/types.ts';

export const PROJECT = '/home/me/project';

export interface Read {
  /** Words of each command joined by `|`, what is not known as `?`. */
  commands: string[];
  folders: string[];
  stdins: (string | null)[];
  writes: string[];
  bombs: string[];
  tooMuch: boolean;
  sound: boolean;
}

export function read(text: string, more: Partial<ShellContext> = {}): Read {
  const found: Read = {
    ...{ commands: [], folders: [], stdins: [], writes: [], bombs: [] },
    ...{ tooMuch: false, sound: true },
  };
  const plain = (word: string): string => word.replaceAll(UNRESOLVED, '?');
  const given = (stdin: Stream | null): string | null => stdin && plain(stdin.text);
  const { sound } = readShell(
    text,
    {
      cwd: PROJECT,
      home: '/home/me',
      repository: PROJECT,
      user: 'me',
      budget: { commands: 1000, loops: 100, depth: 60 },
      ...more,
    },
    {
      onCommand: ({ argv, cwd, stdin }) => {
        found.commands.push(argv.map(plain).join('|'));
        found.folders.push(plain(cwd));
        found.stdins.push(given(stdin));
      },
      onWrite: ({ target, appends }) =>
        found.writes.push(`${appends ? '>>' : '>'}${plain(target)}`),
      onSent: () => undefined,
      onForkBomb: (name) => found.bombs.push(name),
      onTooMuch: () => (found.tooMuch = true),
    },
  );
  return { ...found, sound };
}

/** The commands alone. */
export function commands(text: string): string[] {
  return read(text).commands;
}
