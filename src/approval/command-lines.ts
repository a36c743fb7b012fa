import { steadyArgument, steadyTitle } from './steady-text.ts';
import type { Question } from './types.ts';
import { textWidth, wrap } from './wrap.ts';

/** Characters of one command that can be shown; the kernel allows megabytes (execve(2), limits on arguments). */
const SHOWN = 256 * 1024;

export interface CommandLine {
  text: string;
  /** Characters at its beginning that belong to the file that would run. */
  file: number;
}

/**
 * A command as lines of at most `width` columns, escaped: broken between arguments where that is possible, so that each
 * can be told from the next, else anywhere.
 */
export function commandLines({ argv, title }: Question, width: number): CommandLine[] {
  const words = argv?.length ? [...argv] : [title];
  const lines: CommandLine[] = [];
  let [text, file, used, left] = ['', 0, 0, SHOWN];
  const flush = (): void => {
    lines.push({ text, file });
    [text, file, used] = ['', 0, 0];
  };
  for (const [index, word] of words.entries()) {
    const cut = word.length > left;
    const shown = cut ? word.slice(0, left) : word;
    left -= shown.length;
    // An argument is quoted where a reader could take it for two; a title never is.
    const safe = argv?.length ? steadyArgument(shown, SHOWN) : steadyTitle(shown, SHOWN);
    const gap = used > 0 ? 1 : 0;
    const wide = textWidth(safe);
    if (used + gap + wide > width && used > 0) flush();
    else if (gap) [text, used] = [`${text} `, used + 1];
    const pieces = wrap(safe, width - used);
    for (const [at, piece] of pieces.entries()) {
      text += piece;
      if (index === 0) file = piece.length;
      used += textWidth(piece);
      if (at < pieces.length - 1) flush();
    }
    if (cut || (left === 0 && index < words.length - 1)) {
      flush();
      const missing = lengthOf(words.slice(index)) - shown.length;
      lines.push({ text: `[… ${missing} more characters cannot be shown …]`, file: 0 });
      return lines.flatMap((line) => fit(line, width));
    }
  }
  flush();
  return lines;
}

/** False when a command is longer than what can be shown: then it cannot be allowed either. */
export function fitsScreen({ argv, title }: Question): boolean {
  return lengthOf(argv?.length ? argv : [title]) <= SHOWN;
}

export function lengthOf(words: readonly string[]): number {
  return words.reduce((sum, { length }) => sum + length, 0);
}

function fit(line: CommandLine, width: number): CommandLine[] {
  return textWidth(line.text) <= width
    ? [line]
    : wrap(line.text, width).map((text) => ({ text, file: 0 }));
}
