import {
  finding,
  isMark,
  isWord,
  strictest,
  stricter,
  type Context,
  type Finding,
} from './finding.ts';
import type { SqlToken } from './lexer.ts';
import { statements } from './split.ts';
import { classify } from './statement.ts';

/** Statements in statements in statements: nobody writes more. */
const DEEPEST = 4;
const STARTS = [
  'SELECT',
  'INSERT',
  'UPDATE',
  'DELETE',
  'MERGE',
  'WITH',
  'VALUES',
  'REPLACE',
  'CREATE',
  'EXECUTE',
  'DECLARE',
  'REFRESH',
  'TABLE',
];

const VERB =
  /^\s*(?:SELECT|INSERT|UPDATE|DELETE|MERGE|WITH|CREATE|ALTER|DROP|TRUNCATE|GRANT|REVOKE|ANALYZE|VACUUM|REFRESH|REINDEX|CLUSTER|COMMENT|NOTIFY|SET|LOCK|COPY|CALL)\b/i;

/** The strictest of what a text of statements within a statement does; null for none. */
function readText(text: string, context: Context): Finding | null {
  if (context.depth >= DEEPEST)
    return finding('unknown', 'SQL', null, 'statements are nested too deeply');
  const inner = { ...context, body: true, depth: context.depth + 1 };
  let worst: Finding | null = null;
  for (const statement of statements(text, context.reading, true)) {
    const found = classify(statement, inner);
    worst = worst ? strictest([worst, found]) : found;
  }
  return worst;
}

/** What stands in strings of a statement, read as statements; at least `least`. */
export function readStrings(
  tokens: readonly SqlToken[],
  least: Finding,
  context: Context,
): Finding {
  const found: [Finding, ...Finding[]] = [least];
  for (const token of tokens) {
    // In MySQL's reading a text in double quotes is a string, in PostgreSQL's a name.
    if (token.kind !== 'string') continue;
    const inner = readText(token.text, context);
    if (inner && stricter(inner.class, 'read'))
      found.push({ ...inner, because: inner.because ?? `it stands in ${least.verb}` });
    if (!token.exact)
      found.push(finding('unknown', least.verb, null, 'its text is written with escapes'));
  }
  return strictest(found);
}

/** `DO`, and routines: what their bodies do, where the language is one guard reads. */
export function readBody(tokens: readonly SqlToken[], least: Finding, context: Context): Finding {
  const language = tokens.findIndex((token) => isWord(token, 'LANGUAGE'));
  const name = language < 0 ? 'plpgsql' : tokens[language + 1]?.text.toLowerCase();
  const found = readStrings(tokens, least, context);
  if (name === 'plpgsql' || name === 'sql') return found;
  const unread = finding(
    'unknown',
    least.verb,
    least.targets,
    'its language is none that guard reads',
  );
  // A function is only kept, a DO is run.
  return strictest([found, least.verb === 'DO' ? { ...unread, kinds: ['opaque'] } : unread]);
}

/** `EXPLAIN`: only with ANALYZE is anything run. */
export function readExplain(tokens: readonly SqlToken[], context: Context): Finding {
  let at = 1;
  let runs = isWord(tokens[0], 'ANALYZE', 'ANALYSE');
  let depth = 0;
  for (; at < tokens.length; at += 1) {
    const token = tokens[at];
    if (isMark(token, '(')) depth += 1;
    else if (isMark(token, ')')) depth -= 1;
    else if (isWord(token, 'ANALYZE', 'ANALYSE')) runs = true;
    // Brackets may also be those of a query: then nothing of it is an option.
    if (isWord(token, ...STARTS) && (depth === 0 || isMark(tokens[at - 1], '('))) break;
  }
  if (!runs || at >= tokens.length) return finding('read', 'EXPLAIN');
  const inner = within(tokens.slice(at), context);
  return { ...inner, verb: `EXPLAIN ANALYZE ${inner.verb}` };
}

/** `PREPARE name AS …`, and MySQL's `PREPARE name FROM '…'`. */
export function readPrepare(tokens: readonly SqlToken[], context: Context): Finding {
  if (isWord(tokens[1], 'TRANSACTION')) return finding('change', 'PREPARE TRANSACTION');
  const as = tokens.findIndex((token, index) => index > 1 && isWord(token, 'AS'));
  if (as > 0) return within(tokens.slice(as + 1), context);
  const text = tokens[3];
  if (isWord(tokens[2], 'FROM') && text?.kind === 'string' && text.exact && tokens.length === 4)
    return readText(text.text, { ...context, body: false }) ?? finding('unknown', 'PREPARE');
  const least = finding('unknown', 'PREPARE', null, 'its text is not written out');
  return readStrings(tokens, { ...least, kinds: ['opaque'] }, context);
}

/** Whether a text, or the beginning of one, says what statement it is. */
export function startsVerb(text: string): boolean {
  return VERB.test(text);
}

/** `CREATE TABLE x AS EXECUTE p`, `DECLARE c CURSOR FOR …`: a statement that is the rest of one. */
export function within(tokens: readonly SqlToken[], context: Context): Finding {
  if (context.depth >= DEEPEST)
    return finding('unknown', 'SQL', null, 'statements are nested too deeply');
  let start = 0;
  while (isMark(tokens[start], '(')) start += 1;
  return classify(tokens.slice(start), { ...context, depth: context.depth + 1 });
}
