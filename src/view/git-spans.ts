import { pathBytes } from '../byte-path.ts';
import type { IndexEntry } from './git-index.ts';
import { isBlob, readBlob } from './git-blob.ts';
import type { GitRepository } from './git-layout.ts';
import type { Pair } from './restore.ts';
import { LONGEST_SPANS } from './stand-in.ts';

/** Where a blob holds what a placeholder stands for. Lines and bytes of a line are counted from 1, as awk does. */
interface Cut {
  placeholder: Buffer;
  line: number;
  column: number;
  length: number;
}

/** A file that git is to store with the secrets it knows already. */
export interface GitSpans {
  /** Of the table with its placeholders, in the folder of {@link filterFiles}. */
  name: string;
  /** What the index held when the stand-in was made. */
  oid: string | null;
  cuts: Cut[];
}

/**
 * Where the index's own blob holds the values that are replaced in a file. What it does not hold is not in git, and a
 * session does not put it there.
 */
export function gitSpans(
  name: string,
  content: Buffer,
  pairs: readonly Pair[],
  entry: IndexEntry | null,
  git: GitRepository | null,
): GitSpans {
  if (!entry || !git) return { name, oid: null, cuts: [] };
  const { oid } = entry;
  const blob = isBlob(oid, content) ? content : readBlob(git, oid, LONGEST_SPANS);
  const cuts = pairs.flatMap(({ real, placeholder }) => {
    const at = blob?.indexOf(real) ?? -1;
    // A byte of a UTF-16 character; awk would end the line there.
    return at < 0 || !blob || real.includes(0x0a)
      ? []
      : [{ placeholder, ...placeIn(blob, at), length: real.length }];
  });
  return { name, oid, cuts };
}

function placeIn(blob: Buffer, at: number): { line: number; column: number } {
  let line = 1;
  let start = 0;
  for (let end = blob.indexOf(0x0a); end >= 0 && end < at; end = blob.indexOf(0x0a, start)) {
    line++;
    start = end + 1;
  }
  return { line, column: at - start + 1 };
}

/** What git runs for these files; see {@link filterFiles}. */
export function filterCommand(folder: string): string {
  return `sh ${folder}/clean %f`;
}

/**
 * The filter that git gives such a file to before it stores or compares it: `clean`, and a table for each file. The real
 * values are in none of them: they are cut out of the blob that the index held, which the session can read anyhow, and put
 * in place of their placeholders by sed. The tools of every Debian system, byte for byte.
 * @param folder where the session sees them
 */
export function filterFiles(
  files: readonly { paths: readonly string[]; spans: GitSpans }[],
  folder: string,
): Map<string, Buffer> {
  const byPath = new Map<string, GitSpans[]>();
  // The same path can be in several repositories: a blob that this one does not have gives nothing.
  for (const { paths, spans } of files)
    for (const path of paths) byPath.set(path, [...(byPath.get(path) ?? []), spans]);
  const cases = [...byPath].map(([path, spans]) =>
    Buffer.concat([
      shellQuoted(pathBytes(path)),
      Buffer.from(
        `) :${spans.map(({ name, oid }) => (oid === null ? '' : `; cut ${name} ${oid}`)).join('')};;\n`,
      ),
    ]),
  );
  const clean = [
    '# Written by guard. Standard input: a file as the session has it; $1: its path. Standard output: what git is to store.\n',
    'LC_ALL=C GIT_NO_LAZY_FETCH=1\nexport LC_ALL GIT_NO_LAZY_FETCH\nexec 3<&0 </dev/null\n',
    `cut() { git cat-file blob "$2" 2>/dev/null | awk -f "${folder}/$1.awk"; }\n`,
    'cuts() { case $1 in\n',
    ...cases,
    'esac; }\ncuts "$1" | sed -f /dev/stdin /dev/fd/3\n',
  ].map((part) => (typeof part === 'string' ? Buffer.from(part) : part));
  const out = new Map([['clean', Buffer.concat(clean)]]);
  for (const { spans } of files) out.set(`${spans.name}.awk`, Buffer.from(table(spans.cuts)));
  return out;
}

/** An awk program: reads the blob, prints one `s` command of sed for each placeholder, the longest first. */
function table(cuts: readonly Cut[]): string {
  const inOrder = [...cuts].sort((a, b) => b.length - a.length);
  const lines = inOrder.map(
    ({ placeholder, line, column, length }, index) =>
      `NR == ${line} { put(${index}, ${awkText(sedPattern(placeholder))}, substr($0, ${column}, ${length})) }\n`,
  );
  return [
    'function put(n, placeholder, value,   at, c, out) {\n',
    '  for (at = 1; at <= length(value); at++) {\n',
    '    c = substr(value, at, 1)\n',
    '    out = out ((c == "/" || c == "&" || c == "\\\\") ? "\\\\" c : c)\n',
    '  }\n',
    '  commands[n] = "s/" placeholder "/" out "/g"\n',
    '}\n',
    `BEGIN { ${[...new Set(inOrder.map(({ line }) => line))].map((line) => `wanted[${line}]; `).join('')}}\n`,
    '!(NR in wanted) { next }\n',
    ...lines,
    `END { for (n = 0; n < ${inOrder.length}; n++) if (n in commands) print commands[n] }\n`,
  ].join('');
}

/** A basic regular expression that matches these bytes and nothing else: sed(1). One byte a character. */
function sedPattern(bytes: Buffer): string {
  let out = '';
  for (const byte of bytes) {
    const character = String.fromCharCode(byte);
    if (byte < 0x20 || byte > 0x7e) out += `\\x${byte.toString(16).padStart(2, '0')}`;
    else out += '.[\\*^$/'.includes(character) ? `\\${character}` : character;
  }
  return out;
}

function awkText(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&')}"`;
}

/** POSIX shell, "Single-Quotes". */
function shellQuoted(bytes: Buffer): Buffer {
  const text = bytes.toString('latin1').replaceAll("'", "'\\''");
  return Buffer.from(`'${text}'`, 'latin1');
}
