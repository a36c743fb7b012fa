import { printable, printableArgv } from '../printable.ts';
import type { CheckedCall } from './http.ts';

export interface Answer {
  id?: string | number;
  action: CheckedCall['action'];
  rule: string;
  reason: string;
  [more: string]: unknown;
}

/** What is told of an item: with `all` everything that is known, else the verdict alone. */
export function answerOf(checked: CheckedCall, all: boolean, id?: string | number): Answer {
  const { action, rule, reason, safer, tier, resource, reversibility, words, where, source } =
    checked;
  const base: Answer = { ...(id === undefined ? {} : { id }), action, rule, reason };
  const reachable = checked.reachable === undefined ? {} : { reachable: checked.reachable };
  if (!all) return { ...base, ...reachable };
  return {
    ...base,
    ...(action === 'ask' ? { tier: tier ?? 'confirm' } : {}),
    ...(reversibility ? { reversibility } : {}),
    ...(resource === undefined ? {} : { resource }),
    ...(safer === undefined ? {} : { safer }),
    ...(words === undefined ? {} : { words }),
    ...(where === undefined ? {} : { where }),
    ...reachable,
    source: `${source.layer}: ${source.file}${source.line ? `:${source.line}` : ''}`,
  };
}

/** For people. */
export function textOf(checked: CheckedCall, all: boolean): string {
  const { action, rule, reason, safer, tier, resource, words, where, source, reachable } = checked;
  const lines = [`${action}  ${rule}: ${printable(reason, 1000)}`];
  if (safer !== undefined && action !== 'allow') lines.push(`  instead: ${printable(safer, 1000)}`);
  if (reachable === false) lines.push('  a session could not reach that host as the profile is');
  if (!all) return lines.join('\n');
  if (words) lines.push(`  words: ${printableArgv(words, 2000)}`);
  if (where) lines.push(`  runs: ${where === 'container' ? 'in a container made for it' : where}`);
  if (action === 'ask') lines.push(`  confirmed by: ${tier ?? 'confirm'}`);
  if (resource !== undefined) lines.push(`  about: ${printable(resource, 500)}`);
  lines.push(
    `  from: ${printable(source.file, 500)}${source.line ? `:${source.line}` : ''} (${source.layer})`,
  );
  return lines.join('\n');
}
