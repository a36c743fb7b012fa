import type { Detector, Hit, Match } from '../engine/detector.ts';
import { lineStart } from './literals.ts';
import { nameKind, type NameKind } from './names.ts';
import { languageOf, tierAt } from './paths.ts';
import { isChosen, tierNear } from './real-values.ts';
import { valueTier } from './value-strength.ts';

const REACH = { before: 300, after: 6000 };
/** Rows of one table that are looked at, and cells of one row. */
const ROWS = 60;
const CELLS = 24;

interface Cell {
  start: number;
  end: number;
}

/** Passwords in a column that says so: CSV, tables of Markdown and reStructuredText. */
export const TABLE_PASSWORD: Detector = {
  id: 'password.assignment',
  tier: 'likely',
  words: ['password', 'passwd', 'passwort', 'kennwort', 'secret access key'],
  reach: REACH,
  rank: 0,
  look: lookAtTable,
};

function lookAtTable({ text, at, end, path }: Hit): readonly Match[] {
  if (languageOf(path) === 'code') return [];
  const begin = lineStart(text, at);
  const header = lineAt(text, begin);
  const cut = cutOf(text, header, path);
  if (!cut) return [];
  const names = cut(header);
  const column = names.findIndex((cell) => cell.start <= at && end <= cell.end);
  const name = names[column] && text.slice(names[column].start, names[column].end);
  const kind =
    name === undefined || !/^["']?[A-Za-z][\w ./-]{0,40}["']?$/.test(name)
      ? undefined
      : nameKind(name);
  if (names.length < 2 || !kind) return [];
  const matches: Match[] = [];
  let next = header.end + 1;
  for (let row = 0; row < ROWS && next < text.length; row++) {
    const line = lineAt(text, next);
    next = line.end + 1;
    const written = text.slice(line.start, line.end);
    if (/^[\s|:=+-]*[=-]{2}[\s|:=+-]*$/.test(written)) {
      if (row > 0 && !written.startsWith('+')) break;
      continue;
    }
    const cells = cut(line);
    if (cells.length !== names.length) break;
    const match = matchOf({ text, path }, cells[column] as Cell, kind);
    if (match) matches.push(match);
  }
  return matches;
}

function matchOf(
  { text, path }: { text: string; path: string },
  { start, end }: Cell,
  kind: NameKind,
): Match | undefined {
  const value = text.slice(start, end);
  const judged = valueTier(kind, value, { quoted: true, settings: true });
  if (!judged || /\s/.test(value)) return undefined;
  const near =
    kind === 'password'
      ? tierNear({ text, path }, judged, { value, at: start })
      : tierAt(path, judged);
  // A table is written for the values in it, on a page of documentation as well.
  const tier =
    near === 'weak' && judged === 'likely' && isChosen(value) && !/sample|template/i.test(path)
      ? 'likely'
      : near;
  return tier && { start, end, tier };
}

type Cut = (line: Cell) => Cell[];

/** How lines of this table are cut into cells, told by the header and, for plain ones, by the line of signs above it. */
function cutOf(text: string, header: Cell, path: string): Cut | undefined {
  const line = text.slice(header.start, header.end);
  if (line.length > 1000 || /[{}();=<>]/.test(line)) return undefined;
  if (/\|.*\|/.test(line)) {
    const below = lineAt(text, text.indexOf('\n', header.start) + 1);
    return /^[\s|:=+-]*-{2}[\s|:=+-]*$|^\+[=+]+\s*$/.test(text.slice(below.start, below.end))
      ? (row) => between(text, row, '|')
      : undefined;
  }
  const above = text
    .slice(lineStart(text, header.start - 1), Math.max(0, header.start - 1))
    .trimEnd();
  if (/^={2,}(?: +={2,})+$/.test(above)) {
    const columns = [...above.matchAll(/=+/g)].slice(0, CELLS);
    return (row) =>
      columns.map(({ index, 0: signs }, i) =>
        columnOf(text, row, index, i === columns.length - 1 ? 400 : signs.length),
      );
  }
  // The names of the columns stand above all rows, or below an empty line.
  if (above !== '' && !above.startsWith('#')) return undefined;
  const separator = /\t/.test(line) ? '\t' : /;/.test(line) ? ';' : ',';
  const file = /\.(?:csv|tsv|txt|log|bak|old)(?:\.\w{1,5})?$|(?:^|\/)[^./]*$/i.test(path);
  const plain = line
    .split(separator)
    .every((cell) => /^\s?["']?[A-Za-z][\w .-]{0,40}["']?\s*$/.test(cell));
  return file && plain ? (row) => between(text, row, separator) : undefined;
}

function between(text: string, row: Cell, separator: string): Cell[] {
  const cells: Cell[] = [];
  let start = row.start;
  while (start <= row.end && cells.length < CELLS) {
    const quoted = separator !== '|' && text[start] === '"' ? text.indexOf('"', start + 1) : -1;
    const from = quoted > 0 && quoted < row.end ? quoted : start;
    const found = text.indexOf(separator, from);
    const end = found < 0 || found > row.end ? row.end : found;
    cells.push(bare(text, start, end));
    start = end + 1;
  }
  return cells;
}

const columnOf = (text: string, row: Cell, from: number, length: number): Cell =>
  bare(text, Math.min(row.start + from, row.end), Math.min(row.start + from + length, row.end));

/** Without white space, quotes and the marks of code around it. */
function bare(text: string, from: number, to: number): Cell {
  let [start, end] = [from, to];
  while (start < end && /[\s"'`*]/.test(text[start] as string)) start++;
  while (end > start && /[\s"'`*]/.test(text[end - 1] as string)) end--;
  return { start, end };
}

function lineAt(text: string, start: number): Cell {
  const found = text.indexOf('\n', start);
  const end = found < 0 ? text.length : found;
  return { start, end: text[end - 1] === '\r' && end > start ? end - 1 : end };
}
