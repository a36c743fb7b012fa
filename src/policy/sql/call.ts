import { finding, isMark, isWord, type Context, type Finding } from './finding.ts';
import { saysItRemoves } from './functions.ts';
import type { SqlToken } from './lexer.ts';
import { readStrings, startsVerb } from './opaque.ts';
import { targetAt } from './target.ts';

const PROGRAMS = /^(?:xp_cmdshell|sp_oacreate)$/i;
/** SQL Server's procedures for its own objects. */
const REMOVES = /^(?:.*\.)?sp_(?:drop|delete|remove|purge|detach)/i;

/** Prepared statements and procedures: what they do stands elsewhere, or in a string. */
export function readCall(tokens: readonly SqlToken[], verb: string, context: Context): Finding {
  if (tokens.some(({ kind, text }) => (kind === 'word' || kind === 'name') && PROGRAMS.test(text)))
    return finding(
      'destroy',
      `${verb} XP_CMDSHELL`,
      null,
      'it runs a program on the database server',
    );
  const at = isWord(tokens[1], 'IMMEDIATE') ? 2 : 1;
  const target = targetAt(tokens, at);
  const plain = finding('unknown', verb, target, 'what it does stands elsewhere');
  const least: Finding = REMOVES.test(target ?? '')
    ? { ...plain, kinds: ['drop'] }
    : isHidden(tokens, verb, target, context)
      ? { ...plain, kinds: ['opaque'] }
      : plain;
  return verb === 'CALL' ? least : readStrings(tokens, least, context);
}

/** Whether not even the kind of statement is written out, or only that it removes something. */
function isHidden(
  tokens: readonly SqlToken[],
  verb: string,
  target: string | null,
  { body, reading }: Context,
): boolean {
  if (target && saysItRemoves(target.replace(/^.*\./, ''))) return true;
  const dynamic =
    isWord(tokens[1], 'IMMEDIATE') ||
    isMark(tokens[1], '(') ||
    /(?:^|\.)sp_executesql$/.test(target ?? '') ||
    (body && verb === 'EXECUTE' && reading.family !== 'mssql');
  return dynamic && !tokens.some(({ kind, text }) => kind === 'string' && startsVerb(text));
}
