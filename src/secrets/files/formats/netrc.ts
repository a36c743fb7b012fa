import type { Match } from '../../engine/detector.ts';
import { firstCharacter } from '../field.ts';
import { bounded, type Format } from '../format.ts';
import { isSecretValue } from '../secret-part.ts';

/** netrc(5): words between white space; curl takes quoted ones too, with backslash escapes (curl 7.84). */
const WORD = /"(?:[^"\\\r\n]|\\.)*"|[^\s"][^\s]*|"/y;

/** `machine HOST login USER password SECRET`, in any order and on any lines; macros run to an empty line. */
export function readNetrc(text: string): Match[] {
  const source = bounded(text);
  const found: Match[] = [];
  let before = '';
  let inMachine = false;
  let at = firstCharacter(source);
  while (at < source.length) {
    if (/\s/.test(source[at] ?? '')) {
      at++;
      continue;
    }
    WORD.lastIndex = at;
    const word = WORD.exec(source)?.[0] ?? source[at] ?? '';
    const end = at + word.length;
    if ((before === 'password' || before === 'account') && inMachine) {
      const quoted = word.length > 1 && word.startsWith('"') && word.endsWith('"');
      const span = quoted ? { start: at + 1, end: end - 1 } : { start: at, end };
      if (before === 'password' && isSecretValue(source.slice(span.start, span.end)))
        found.push(span);
      before = '';
    } else if (word.startsWith('#')) {
      at = lineEnd(source, at);
      continue;
    } else if (before === 'machine' || before === 'login') before = '';
    else {
      if (word === 'machine' || word === 'default') inMachine = true;
      if (word === 'macdef') {
        const close = /\r?\n[ \t]*\r?\n/g;
        close.lastIndex = end;
        at = close.exec(source) ? close.lastIndex : source.length;
        continue;
      }
      before = word;
    }
    at = end;
  }
  return found;
}

function lineEnd(text: string, from: number): number {
  const at = text.indexOf('\n', from);
  return at < 0 ? text.length : at;
}

export const NETRC: Format = {
  id: 'file.netrc',
  at: ['.netrc', '_netrc', 'netrc', '.authinfo', '.netrc.*'],
  read: readNetrc,
};
