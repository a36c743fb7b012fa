import type { Started } from '../policy/argv/starts.ts';
import { UNRESOLVED } from '../policy/types.ts';
import { foundPaths } from '../shell/printed.ts';
import type { Stream } from '../shell/types.ts';

/** What a started command is given, once its own words and those it gets besides are together. */
export interface HandedOver {
  words: readonly string[];
  /** For a shell; null where the words are the arguments. */
  text: string | null;
  positional: readonly string[] | null;
  stdin: Stream | null;
}

const FINDERS = new Set(['find', 'fd']);
/** Words that are put behind a command, of those that are known. */
const MOST = 200;
const MOST_LINES = 20;

export function handedOver(started: Started, stdin: Stream | null): HandedOver[] {
  const { by } = started;
  const given = FINDERS.has(by.command) ? withFound(started) : started.words;
  if (started.more) return withMore(started, given, stdin);
  if (started.as === 'argv') return [{ words: given, text: null, positional: null, stdin }];
  // `sh -c CODE NAME ARGUMENTS…`
  const positional = by.command === 'sh' && by.operands.length > 1 ? by.operands.slice(1) : null;
  return [{ words: given, text: given.join(' '), positional, stdin }];
}

/** `{}` is what was found; fd(1) puts it behind where there is none. */
function withFound({ words, by }: Started): readonly string[] {
  if (by.command === 'fd') {
    const found = `./${UNRESOLVED}`;
    if (!words.some((word) => word.includes('{'))) return [...words, found];
    return words.map((word) => word.replace(/\{[./]*\}/g, found));
  }
  const end = by.argv.findIndex((arg, index) => index > 0 && /^(?:-[^HLPOD]|[(!])/.test(arg));
  const folders = by.argv.slice(1, end < 0 ? undefined : end).filter((arg) => !arg.startsWith('-'));
  const paths = foundPaths(folders, by.argv);
  return words.flatMap((word) =>
    word === '{}' ? paths : [word.replaceAll('{}', paths[0] ?? UNRESOLVED)],
  );
}

/** `xargs`, `parallel`, `entr`: the words of standard input, or those behind `:::`. */
function withMore(started: Started, given: readonly string[], stdin: Stream | null): HandedOver[] {
  const { by, as } = started;
  const cut = by.command === 'parallel' ? given.findIndex((word) => /^:::\+?$/.test(word)) : -1;
  const words = cut < 0 ? given : given.slice(0, cut);
  const more =
    cut < 0
      ? by.flags.has('null') || by.flags.has('delimiter')
        ? linesOf(stdin)
        : wordsOf(stdin)
      : given.slice(cut + 1).filter((word) => !/^:::\+?$/.test(word));
  const marks = marksOf(started);
  const marked = words.some((word) => marks.some((mark) => word.includes(mark)));
  const filled = (all: readonly string[]): HandedOver => ({
    words: all,
    text: as === 'shell' ? all.join(' ') : null,
    positional: null,
    stdin: null,
  });
  if (!marked) return [filled([...words, ...more])];
  const items = cut < 0 ? linesOf(stdin) : more.slice(0, MOST_LINES);
  return items.map((item) =>
    filled(words.map((word) => marks.reduce((text, mark) => text.replaceAll(mark, item), word))),
  );
}

function marksOf({ by }: Started): string[] {
  if (by.command === 'parallel') return ['{}', '{.}', '{/}', '{//}', '{1}', '{#}'];
  if (by.command === 'entr') return ['/_'];
  const given = ['I', 'i', 'replace', 'J'].flatMap((id) => by.flags.get(id)?.values ?? []);
  return given.map((mark) => (mark === '' ? '{}' : mark));
}

/** A command for each line, where a mark says what the line is put for. */
function linesOf(stdin: Stream | null): string[] {
  const lines =
    stdin?.text
      .split(/[\n\0]+/)
      .map((line) => line.trim())
      .filter((line) => line !== '') ?? [];
  if (lines.length === 0) return [UNRESOLVED];
  return lines.length > MOST_LINES ? [...lines.slice(0, MOST_LINES), UNRESOLVED] : lines;
}

function wordsOf(stdin: Stream | null): string[] {
  const words = stdin?.text.split(/[\s\0]+/).filter((word) => word !== '') ?? [];
  if (words.length === 0) return [UNRESOLVED];
  return words.length > MOST ? [...words.slice(0, MOST), UNRESOLVED] : words;
}
