import { finding, isMark, isWord, type Finding } from './finding.ts';
import type { SqlToken } from './lexer.ts';
import { targetAt } from './target.ts';

const FILE_WRITE = 'it writes a file of the database server';
const FILE_READ = 'it reads a file of the database server';
/** A file that holds rows and that nobody runs or reads as settings. */
const DATA_FILE =
  /^(?:\/(?:var\/)?tmp\/[^/]+|[^~].*\.(?:csv|tsv|txt|json|jsonl|ndjson|parquet|dat|data|out|bin|dump|xml|gz|zst))$/i;
const LEAVES = 'data leaves the database';

export function isDataFile(token: SqlToken | undefined): boolean {
  return token?.kind === 'string' && DATA_FILE.test(token.text);
}

/** What moves whole tables in and out. */
export function readCopy(tokens: readonly SqlToken[], verb: string): Finding {
  switch (verb) {
    case 'LOAD':
      return readLoad(tokens);
    case 'UNLOAD':
      return finding('access', verb, null, LEAVES);
    case 'EXPORT':
      return finding('access', isWord(tokens[1], 'DATA') ? 'EXPORT DATA' : verb, null, LEAVES);
    case 'PUT':
    case 'GET':
      return finding('access', verb, null, 'files are moved');
    default:
      return readCopyOf(tokens);
  }
}

function readCopyOf(tokens: readonly SqlToken[]): Finding {
  if (isWord(tokens[1], 'INTO')) {
    // Snowflake: into a table, or into a stage or a bucket.
    const stage =
      isMark(tokens[2], '@') || tokens[2]?.kind === 'string' || tokens[2]?.kind === 'parameter';
    return stage
      ? finding('access', 'COPY INTO', null, LEAVES)
      : finding('change', 'COPY INTO', targetAt(tokens, 2));
  }
  const target = targetAt(tokens, isWord(tokens[1], 'BINARY') ? 2 : 1);
  let depth = 0;
  for (let index = 1; index < tokens.length; index += 1) {
    const token = tokens[index];
    if (isMark(token, '(')) depth += 1;
    else if (isMark(token, ')')) depth -= 1;
    if (depth > 0 || !isWord(token, 'FROM', 'TO')) continue;
    const after = tokens[index + 1];
    const from = token?.text === 'FROM';
    if (isWord(after, 'PROGRAM'))
      return finding('destroy', 'COPY PROGRAM', target, 'it runs a program on the database server');
    if (isWord(after, from ? 'STDIN' : 'STDOUT'))
      return finding(from ? 'change' : 'read', `COPY ${token?.text} ${after?.text}`, target);
    return from
      ? finding('access', 'COPY FROM file', target, FILE_READ)
      : {
          ...finding('destroy', 'COPY TO file', target, FILE_WRITE),
          ...(isDataFile(after) ? {} : { kinds: ['program'] }),
        };
  }
  return finding('unknown', 'COPY', target);
}

function readLoad(tokens: readonly SqlToken[]): Finding {
  if (tokens.some((token) => isWord(token, 'OVERWRITE')))
    return finding('destroy', 'LOAD DATA OVERWRITE', null, 'what was there is replaced');
  const into = tokens.findIndex((token) => isWord(token, 'INTO'));
  const target = into < 0 ? null : targetAt(tokens, into + 1);
  if (!isWord(tokens[1], 'DATA', 'XML'))
    return finding('unknown', 'LOAD', null, 'it loads code into the server');
  const infile = tokens.some((token) => isWord(token, 'INFILE'));
  const local = tokens.slice(0, 5).some((token) => isWord(token, 'LOCAL'));
  return infile && !local
    ? finding('access', 'LOAD DATA', target, FILE_READ)
    : finding('change', 'LOAD DATA', target);
}
