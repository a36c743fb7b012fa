import type { Reading } from './dialects.ts';
import { isMark, isWord, type Finding } from './finding.ts';
import type { SqlToken } from './lexer.ts';
import { targetAt } from './target.ts';
import type { SqlStatement } from './types.ts';
import { nestedWrites } from './writes.ts';

/** What is of the session only, or written again: of these no rule on command lines asks. */
const OF_ROWS = new Set(['drop', 'truncate', 'delete-all', 'update-all', 'alter-drop']);
/** Objects that are text, which the same text can bring again. */
const REMADE = /^DROP (VIEW|FUNCTION|PROCEDURE|TRIGGER|POLICY|RULE|EVENT|INDEX)$/;

/** The tables of one text that go with its session. */
export class TemporaryTables {
  readonly #names = new Set<string>();

  /** What was found, without its kinds where only such tables are meant. */
  spare(found: Finding, tokens: readonly SqlToken[], reading: Reading): Finding {
    this.#note(tokens);
    if (!found.kinds?.every((kind) => OF_ROWS.has(kind))) return found;
    if (!isWord(tokens[0], 'DROP', 'TRUNCATE', 'DELETE', 'UPDATE', 'ALTER')) return found;
    if (!this.#meant(found, tokens) || !nestedWrites(tokens, reading).next().done) return found;
    return { ...found, kinds: [] };
  }

  #meant({ targets }: Finding, tokens: readonly SqlToken[]): boolean {
    if (isWord(tokens[0], 'DROP') && isWord(tokens[1], 'TEMPORARY', 'TEMP')) return true;
    if (isNumbered(tokens)) return true;
    return (
      targets.length > 0 &&
      targets.every((name) => this.#names.has(name) || /^(?:pg_temp|temp)\./.test(name))
    );
  }

  #note(tokens: readonly SqlToken[]): void {
    if (!isWord(tokens[0], 'CREATE')) return;
    const at = tokens.slice(0, 6).findIndex((token) => isWord(token, 'TABLE'));
    const made = tokens.slice(1, Math.max(at, 0));
    const name = targetAt(tokens, at + 1);
    if (name && made.some((token) => isWord(token, 'TEMP', 'TEMPORARY'))) this.#names.add(name);
  }
}

/** `DROP TABLE #a`: SQL Server's tables of a session. */
function isNumbered(tokens: readonly SqlToken[]): boolean {
  const table = tokens.findIndex((token) => isMark(token, '#'));
  const rest = tokens.slice(table);
  return (
    table > 0 &&
    table < 6 &&
    isWord(tokens[table - 1], 'TABLE', 'EXISTS', 'FROM', 'UPDATE') &&
    !rest.some((token, index) => isMark(token, ',') && !isMark(rest[index + 1], '#'))
  );
}

/** Without the kinds of what a later statement of the text makes again. */
export function spareRemade(statements: SqlStatement[]): SqlStatement[] {
  const made = new Map<string, number>();
  statements.forEach(({ verb, target }, index) => {
    if (verb.startsWith('CREATE ') && target) made.set(`${verb.slice(7)} ${target}`, index);
  });
  if (made.size === 0) return statements;
  return statements.map((statement, index) => {
    const object = REMADE.exec(statement.verb)?.[1];
    const again = object && made.get(`${object} ${statement.target}`);
    return again !== undefined && again !== '' && again > index
      ? { ...statement, kinds: new Set() }
      : statement;
  });
}
