import { readSql } from '../../policy/sql/read.ts';
import type { SqlStatement } from '../../policy/sql/types.ts';
import type { Operation } from '../../policy/types.ts';

/** `EXECUTE name`, with nothing computed in its arguments. */
const PLAIN_EXECUTE = /^\s*execute\s+(?:[a-z_][\w$]*|"[^"]+")\s*(?:\([^()"]*\)\s*)?;?\s*$/i;
const WRITTEN = 10_000;

/** What a text of a Query or Parse message asks for; empty for one without a statement. */
export function operationsOf(text: string): Operation[] {
  return readSql(text, 'postgres').map((statement) => operation(statement, text));
}

function operation(statement: SqlStatement, text: string): Operation {
  const { verb, target, because, class: kind } = statement;
  const base = { name: `sql ${verb}`, target, arguments: { sql: text.slice(0, WRITTEN) } };
  // Whatever a name stands for was judged when it was prepared.
  if (verb === 'EXECUTE' && PLAIN_EXECUTE.test(text))
    return { ...base, class: 'read', because: 'it was judged when it was prepared' };
  return { ...base, class: kind, ...(because ? { because } : {}) };
}

/** A function called by its number (FunctionCall): the wire does not show what it is. */
export function functionCall(content: Buffer): Operation {
  const oid = content.length >= 4 ? String(content.readUInt32BE(0)) : null;
  return {
    name: 'sql FUNCTION CALL',
    class: 'unknown',
    target: oid,
    arguments: null,
    because: 'a function is called by its number',
  };
}

/** Text as PostgreSQL reads it; null where it is not UTF-8. */
export function decodeText(bytes: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
