/** One option of a command. */
export interface Flag {
  /** The name rules use: the first long spelling without dashes, else the letter. */
  id: string;
  /** As typed, dashes included. */
  spellings: string[];
  value: 'none' | 'required' | 'optional' | 'until-semicolon';
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
    value: value[3] ? 'until-semicolon' : value[1] ? 'optional' : value[2] ? 'required' : 'none',
    repeatable: value[4] !== undefined || value[3] !== undefined,
    negatable,
  };
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
