/** One option of a command. */
export interface Flag {
  /** The name rules use: the first long spelling without dashes, else the letter. */
  id: string;
  /** As typed, dashes included. */
  spellings: string[];
  value: 'none' | 'required' | 'optional' | 'number' | 'until-semicolon';
  /** Every value counts; otherwise the last one does. */
  repeatable: boolean;
  /** `--no-x` takes it back. */
  negatable: boolean;
}

const SPELLING = /^(--?(?:\[no-\])?[^\s,=[\]]+)(?:,\s*|$|(?=[\s=[]))/;
const VALUE = /^(?:(\[=?[^\s\]]+\])|[=\s]([^\s;]+?))?(;)?(\.\.\.)?$/;

/**
 * Reads a line of `flags:`, written as in a manual: `-f, --force`, `-o, --push-option VALUE...` (every value counts),
 * `--signed[=WHEN]`, `-exec COMMAND;` (up to a `;` or `+`), `--[no-]verify`. What follows two blanks is description.
 * @throws Error with the line when it cannot be read
 */
export function readFlag(line: string): Flag {
  let rest = line.trim().replace(/\s{2,}.*$/s, '');
  const spellings: string[] = [];
  for (let match; (match = SPELLING.exec(rest)); rest = rest.slice(match[0].length))
    spellings.push(match[1] ?? '');
  const value = VALUE.exec(rest);
  if (!spellings.length || !value) throw new Error(`cannot read the option "${line.trim()}"`);
  const negatable = spellings.some((spelling) => spelling.includes('[no-]'));
  const plain = spellings.map((spelling) => spelling.replace('[no-]', ''));
  return {
    id: idOf(plain),
    spellings: plain,
    value: kindOf(value, plain),
    repeatable: value[4] !== undefined || value[3] !== undefined,
    negatable,
  };
}

/** A letter with an optional number, as `-l[OCTAL]` of perl(1): what is no digit behind it is the next letter. */
function kindOf(
  [, optional, required, semicolon]: RegExpExecArray,
  plain: string[],
): Flag['value'] {
  if (semicolon) return 'until-semicolon';
  if (!optional) return required ? 'required' : 'none';
  const letter = plain.every((spelling) => /^-[^-]$/.test(spelling));
  return letter && /^\[(?:NUMBER|OCTAL|N)\]$/.test(optional) ? 'number' : 'optional';
}

/** @throws Error */
export function readFlags(text: string): Flag[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map(readFlag);
}

function idOf(spellings: string[]): string {
  const long = spellings.find((spelling) => spelling.replace(/^--?/, '').length > 1);
  return (long ?? spellings[0] ?? '').replace(/^--?/, '');
}
