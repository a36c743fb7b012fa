import { escaped } from '../shell/format.ts';
import type { Programs } from '../policy/argv/program.ts';
import { invocationsOf } from '../policy/argv/program.ts';

const KEYS: Readonly<Record<string, string>> = {
  Enter: '\n',
  'C-m': '\n',
  'C-j': '\n',
  KPEnter: '\n',
  Space: ' ',
  Tab: ' ',
};

/** What is typed into a terminal of a multiplexer, which is nothing but text for the shell there; null where nothing is. */
export function typedInto(
  programs: Programs,
  name: string,
  argv: readonly string[],
): string | null {
  if (name === 'screen') return stuffed(argv);
  if (name !== 'tmux') return null;
  const [invocation] = invocationsOf(programs, name, argv) ?? [];
  if (invocation?.path[0] !== 'send-keys') return null;
  const { operands, flags } = invocation;
  if (flags.has('l')) return operands.join('');
  return operands.map((key) => KEYS[key] ?? (/^[CMS]-.$/.test(key) ? '' : key)).join('');
}

/** `screen -X stuff TEXT`: its own escapes, and `^M`. */
function stuffed(argv: readonly string[]): string | null {
  const at = argv.indexOf('stuff');
  return at < 1 ? null : escaped(argv[at + 1] ?? '').replace(/\^[MJ]|\r/g, '\n');
}

/** The commands of a tmux call, which `;` parts. */
export function callsOfTmux(argv: readonly string[]): string[][] {
  const calls: string[][] = [[]];
  for (const word of argv.slice(1)) {
    const ends = word.endsWith(';') && !word.endsWith('\\;');
    const own = ends ? word.slice(0, -1) : word === '\\;' ? '' : word;
    if (own !== '') calls.at(-1)?.push(own);
    if (ends || word === '\\;') calls.push([]);
  }
  return calls.filter((words) => words.length > 0).map((words) => ['tmux', ...words]);
}
