import { isProduction } from './argv/place.ts';
import type { Operation, Tier } from './types.ts';

/** What is lost with everything in it, or is what one would recover from. Last words of a thing's name, in the singular. */
const WHOLE = new Set([
  ...['backup', 'snapshot', 'project', 'organization', 'organisation', 'org', 'account'],
  ...[
    'database',
    'db',
    'volume',
    'workspace',
    'tenant',
    'subscription',
    'environment',
    'repository',
  ],
  ...['repo', 'schema', 'keyspace', 'persistentvolume', 'persistentvolumeclaim'],
]);
/** The same, of two words. */
const WHOLE_PAIRS = new Set([
  'recovery point',
  'restore point',
  'db instance',
  'db cluster',
  'resource group',
]);

/** What is done to a thing, and how, where names of operations say it beside the thing. */
const DOING = new Set([
  ...[
    'delete',
    'deletes',
    'deleted',
    'deletion',
    'destroy',
    'drop',
    'remove',
    'purge',
    'erase',
    'wipe',
  ],
  ...[
    'reset',
    'terminate',
    'close',
    'clear',
    'truncate',
    'flush',
    'uninstall',
    'schedule',
    'force',
  ],
  ...[
    'forced',
    'confirm',
    'permanently',
    'permanent',
    'hard',
    'now',
    'all',
    'batch',
    'bulk',
    'many',
  ],
  ...[
    'mutation',
    'query',
    'sql',
    'post',
    'put',
    'patch',
    'async',
    'do',
    'perform',
    'request',
    'if',
    'exists',
  ],
]);
/** What follows says where or by what, not what. */
const RELATION = new Set([
  'from',
  'in',
  'of',
  'to',
  'by',
  'for',
  'with',
  'on',
  'at',
  'and',
  'where',
]);

/**
 * How a yes to an operation that is asked about is given: a change with a key; what destroys, gives access or cannot be
 * told below what was measured; and by typing its name what destroys production, a backup, or a whole project,
 * organisation, account, database or volume.
 */
export function tierOfOperation({ name, class: kind, target }: Operation): Tier {
  if (kind === 'read' || kind === 'change') return 'confirm';
  if (kind === 'unknown') return 'review';
  if (target !== null && target.split(', ').some(isProduction)) return 'type';
  return kind === 'destroy' && isAboutWhole(name) ? 'type' : 'review';
}

/** Whether an operation is about a thing that holds all else, and not about something in it. */
export function isAboutWhole(name: string): boolean {
  const thing = thingOf(name);
  const last = singular(thing.at(-1) ?? '');
  return WHOLE.has(last) || WHOLE_PAIRS.has(`${thing.at(-2) ?? ''} ${last}`);
}

/** `volumeInstanceBackupDelete` → volume instance backup; `DELETE /orgs/{org}/members` → members. */
function thingOf(name: string): string[] {
  const path = /^[A-Z]+ (\/\S*)$/.exec(name)?.[1];
  if (path !== undefined) {
    const segments = path.split(/[/:]/).filter((part) => part !== '' && !part.includes('{'));
    return segments.map(wordsOf).findLast((words) => nounsOf(words).length > 0) ?? [];
  }
  // `rds:DeleteDBInstance`, `package.Service/Method`, `sql DROP TABLE`
  const own = name.slice(Math.max(name.lastIndexOf(':'), name.lastIndexOf('/')) + 1);
  return nounsOf(wordsOf(own));
}

function nounsOf(words: readonly string[]): string[] {
  const end = words.findIndex((word, index) => index > 0 && RELATION.has(word));
  return words.slice(0, end < 0 ? undefined : end).filter((word) => !DOING.has(word));
}

function wordsOf(text: string): string[] {
  return text
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '' && !/^v\d/.test(word));
}

function singular(word: string): string {
  if (word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  return word.endsWith('s') && !word.endsWith('ss') ? word.slice(0, -1) : word;
}
