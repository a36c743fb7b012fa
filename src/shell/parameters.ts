import type { ParameterOperation, Word } from 'unbash';
import { UNRESOLVED } from '../policy/types.ts';
import { escaped } from './format.ts';

/** Numbers that a shell has for itself; which they are never matters. */
const NUMBERS = new Set([
  '$',
  '!',
  'PPID',
  'BASHPID',
  'RANDOM',
  'SRANDOM',
  'SECONDS',
  'EPOCHSECONDS',
]);
const SOME_NUMBER = '4242';
const FIXED: Readonly<Record<string, string>> = {
  '?': '0',
  '#': '1',
  '-': 'hB',
  UID: '1000',
  EUID: '1000',
  LINENO: '1',
  SHLVL: '1',
  OSTYPE: 'linux-gnu',
  BASH: '/bin/bash',
};

/** Characters that a replacement may make. */
const MOST = 1024 * 1024;

/** The value of a parameter that is not the user's to set; undefined for others. */
export function specialParameter(name: string): string | undefined {
  return NUMBERS.has(name) ? SOME_NUMBER : FIXED[name];
}

/**
 * `${NAME OPERATION}` of a known or unknown value: bash(1), "Parameter Expansion". `word` expands an operand. Where a variable
 * may or may not be set, what is written behind it counts.
 */
export function applyOperation(
  value: string | undefined,
  operation: ParameterOperation,
  word: (operand: Word) => string,
): string {
  switch (operation.type) {
    case 'Default':
      return withDefault(value, operation.operator, word(operation.operand));
    case 'Remove':
      return value === undefined
        ? UNRESOLVED
        : removed(value, operation.operator, word(operation.operand));
    case 'Replace': {
      const [pattern, by] = [word(operation.pattern), word(operation.replacement)];
      return value === undefined ? UNRESOLVED : replaced(value, operation.operator, pattern, by);
    }
    case 'Slice': {
      const [offset, length] = [
        Number(word(operation.offset)),
        operation.length === undefined ? Infinity : Number(word(operation.length)),
      ];
      if (value === undefined || !Number.isInteger(offset) || Number.isNaN(length))
        return UNRESOLVED;
      const from = offset < 0 ? Math.max(0, value.length + offset) : offset;
      return length < 0 ? value.slice(from, length) : value.slice(from, from + length);
    }
    case 'CaseModification':
      if (value === undefined || operation.operand !== undefined) return UNRESOLVED;
      return changedCase(value, operation.operator);
    case 'Transform':
      return transformed(value, word(operation.operand));
    case 'Names':
    case 'Unknown':
      return UNRESOLVED;
  }
}

/** `${x@U}` and the like; quoting and prompts are left as they are. */
function transformed(value: string | undefined, letter: string): string {
  if (value === undefined) return UNRESOLVED;
  if (letter === 'E') return escaped(value);
  const operator = { U: '^^', u: '^', L: ',,' }[letter];
  return operator === undefined ? value : changedCase(value, operator);
}

function withDefault(value: string | undefined, operator: string, other: string): string {
  if (operator.endsWith('+')) return other;
  const missing = value === undefined || (value === '' && operator.startsWith(':'));
  if (!missing) return value;
  return operator.endsWith('?') ? UNRESOLVED : other;
}

function changedCase(value: string, operator: string): string {
  const first = value.slice(0, 1);
  const rest = value.slice(1);
  switch (operator) {
    case '^':
      return first.toUpperCase() + rest;
    case ',':
      return first.toLowerCase() + rest;
    case '^^':
      return value.toUpperCase();
    default:
      return value.toLowerCase();
  }
}

/** Patterns with `*` at one end are all that are worth following. */
function removed(value: string, operator: string, pattern: string): string {
  if (/[?[\]\uF8E5]/.test(pattern + value)) return UNRESOLVED;
  const parts = pattern.split('*');
  if (parts.length > 2) return UNRESOLVED;
  const [before = '', after] = parts;
  if (after === undefined) {
    if (operator.startsWith('#'))
      return value.startsWith(before) ? value.slice(before.length) : value;
    return value.endsWith(before) ? value.slice(0, value.length - before.length) : value;
  }
  switch (operator) {
    case '#':
    case '##': {
      if (!value.startsWith(before)) return value;
      const at = operator === '#' ? value.indexOf(after, before.length) : value.lastIndexOf(after);
      return at < before.length ? value : value.slice(at + after.length);
    }
    default: {
      if (!value.endsWith(after)) return value;
      const end = value.length - after.length;
      const at = operator === '%' ? value.lastIndexOf(before, end) : value.indexOf(before);
      return at < 0 || at > end ? value : value.slice(0, at);
    }
  }
}

function replaced(value: string, operator: string, pattern: string, by: string): string {
  if (value.length * by.length > MOST) return UNRESOLVED;
  if (pattern === '' || /[*?[\]\uF8E5]/.test(pattern)) return UNRESOLVED;
  switch (operator) {
    case '//':
      return value.replaceAll(pattern, () => by);
    case '/#':
      return value.startsWith(pattern) ? by + value.slice(pattern.length) : value;
    case '/%':
      return value.endsWith(pattern) ? value.slice(0, value.length - pattern.length) + by : value;
    default:
      return value.replace(pattern, () => by);
  }
}
