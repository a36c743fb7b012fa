import type { OperationClass } from '../types.ts';
import { finding, isMark, isName, isWord, type Finding } from './finding.ts';
import type { SqlToken } from './lexer.ts';

const ROLES = new Set(['role', 'session_authorization', 'password']);
/** Settings on which it depends how the next text is read. */
const READING = new Set([
  'standard_conforming_strings',
  'client_encoding',
  'names',
  'character',
  'charset',
]);
/** Settings with which what is held off now would pass: triggers, foreign keys, row security. */
const GUARDS = new Set([
  'session_replication_role',
  'row_security',
  'foreign_key_checks',
  'sql_log_bin',
]);
const USUAL = /^'?(?:on|true|yes|1|utf-?8(?:mb3|mb4)?|unicode)'?$/i;

/** What it means to give a setting of the session a value. */
export function settingClass(name: string, value: string): OperationClass {
  const setting = name.toLowerCase().trim();
  if (ROLES.has(setting)) return 'access';
  if (GUARDS.has(setting)) return 'change';
  if (READING.has(setting)) return USUAL.test(value.trim()) ? 'read' : 'unknown';
  return 'read';
}

/** `SET …`: of a session it is nothing, but for who speaks and how texts are read. */
export function readSet(tokens: readonly SqlToken[]): Finding {
  let at = 1;
  while (isWord(tokens[at], 'SESSION', 'LOCAL') && !isMark(tokens[at + 1], '=')) at += 1;
  if (isWord(tokens[at], 'AUTHORIZATION')) return finding('access', 'SET SESSION AUTHORIZATION');
  if (isWord(tokens[at], 'ROLE') || isWord(tokens[at + 1], 'ROLE'))
    return finding('access', 'SET ROLE');
  if (
    tokens.some(
      (token) => isWord(token, 'GLOBAL', 'PERSIST', 'PERSIST_ONLY') || isServerWide(token),
    )
  )
    return finding('change', 'SET GLOBAL', null, 'it is set for all sessions');
  const found = finding('read', 'SET', nameOf(tokens[at]));
  // MySQL sets several at once: `SET a = 1, NAMES gbk`.
  for (; at < tokens.length; at += 1) {
    const token = tokens[at];
    if (!isName(token) && token?.kind !== 'parameter') continue;
    const name = nameOf(token) ?? '';
    const assigned =
      isWord(tokens[at + 1], 'TO', 'SET') ||
      isMark(tokens[at + 1], '=') ||
      isMark(tokens[at + 1], ':=');
    const value = tokens[at + (assigned ? 2 : 1)];
    const kind = settingClass(name, value && isPlain(value) ? value.text : '');
    if (kind !== 'read')
      return finding(
        kind,
        kind === 'access' ? `SET ${name.toUpperCase()}` : 'SET',
        name,
        kind === 'unknown' ? 'later texts would be read in another way' : undefined,
      );
  }
  return found;
}

function isPlain({ kind, exact }: SqlToken): boolean {
  return kind !== 'mark' && exact;
}

function isServerWide(token: SqlToken): boolean {
  return token.kind === 'parameter' && /^@@(?:global|persist)/i.test(token.text);
}

/** `@@session.sql_mode` is sql_mode. */
function nameOf(token: SqlToken | undefined): string | null {
  if (!token) return null;
  return token.text
    .toLowerCase()
    .replace(/^@@(?:session\.|local\.)?/, '')
    .slice(0, 64);
}
