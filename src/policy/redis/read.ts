import type { SqlClass } from '../rules/pack.ts';
import type { SqlStatement } from '../sql/types.ts';
import type { OperationClass } from '../types.ts';
import { luaCalls } from './lua.ts';
import { commands } from './words.ts';

const LONGEST = 2 * 1024 * 1024;
const READS = new Set(
  `get mget getrange strlen exists type ttl pttl keys scan randomkey dbsize info ping echo time role object hget hmget hgetall
   hkeys hvals hlen hexists hscan hstrlen lrange llen lindex lpos scard sismember smembers smismember sscan sinter sunion sdiff
   zrange zrangebyscore zrevrange zcard zcount zscore zrank zscan xrange xrevrange xlen xread xinfo memory monitor slowlog
   latency command select auth hello help quit exit select asking bitcount bitpos getbit pfcount geopos geodist geosearch
   dump touch wait lastsave multi exec discard watch unwatch subscribe psubscribe publish lolwut`.split(
    /\s+/,
  ),
);
/** Commands whose second word is part of their name. */
const CONTAINERS = new Set(
  `config script function acl xgroup module cluster debug client memory latency slowlog object command sentinel pubsub`.split(
    ' ',
  ),
);
type Found = [kind: OperationClass, classes: readonly SqlClass[], because?: string];

const DESTROYS: Readonly<Record<string, Found>> = {
  flushall: ['destroy', ['drop-database']],
  flushdb: ['destroy', ['drop-database']],
  swapdb: ['destroy', ['overwrite'], 'two databases change places'],
  shutdown: ['destroy', ['server'], 'the server stops'],
  failover: ['destroy', ['server'], 'another server takes over'],
  migrate: ['destroy', ['delete-all'], 'keys are moved to another server'],
  psync: ['access', [], 'all data is read'],
  sync: ['access', [], 'all data is read'],
  'script flush': ['destroy', ['drop'], 'all scripts are forgotten'],
  'function flush': ['destroy', ['drop'], 'all functions are deleted'],
  'function delete': ['destroy', ['drop']],
  'acl deluser': ['access', ['revoke']],
  'acl load': ['access', ['revoke'], 'all users are replaced by those of a file'],
  'xgroup destroy': ['destroy', ['drop']],
  'module load': ['destroy', ['program'], 'it loads code into the server'],
  'module loadex': ['destroy', ['program'], 'it loads code into the server'],
  'module unload': ['destroy', ['drop']],
  'cluster reset': ['destroy', ['server', 'drop-database'], 'the node leaves its cluster'],
  'cluster forget': ['destroy', ['server']],
  'cluster failover': ['destroy', ['server']],
  'cluster flushslots': ['destroy', ['server']],
  'cluster delslots': ['destroy', ['server']],
  'cluster delslotsrange': ['destroy', ['server']],
  'client pause': ['destroy', ['server']],
  'sentinel remove': ['destroy', ['server']],
  'sentinel reset': ['destroy', ['server']],
  'sentinel failover': ['destroy', ['server']],
};
const DEBUG =
  /^(?:segfault|panic|restart|crash-and-recover|crash-and-abort|flushall|reload|loadaof|oom|change-repl-id)$/;
/** Settings with which files are written elsewhere, data is kept no longer, or nobody gets in. */
const SETTINGS =
  /^(?:dir|dbfilename|appendfilename|appenddirname|loadmodule|enable-module-command|enable-debug-command|requirepass|masterauth|masteruser|aclfile|replicaof|slaveof|rename-command)$/;

/** The commands of a text for Redis, a line each or in its protocol. Never throws. */
export function readRedis(text: string): SqlStatement[] {
  if (text.length > LONGEST) {
    const worst: Found = ['unknown', /flush/i.test(text) ? ['drop-database'] : []];
    return [statement('REDIS', worst, null)];
  }
  const found: SqlStatement[] = [];
  for (const words of commands(text)) {
    if (!words)
      found.push(statement('REDIS', ['unknown', ['opaque'], 'a quote is not closed'], null));
    else if (words.length > 0) found.push(readCommand(words));
  }
  return found;
}

function readCommand(all: readonly string[]): SqlStatement {
  // A number before it is how often redis-cli sends it. Words that came as one are taken apart.
  const split = all.length === 1 ? (all[0] ?? '').trim().split(/\s+/) : all;
  const words = /^\d+$/.test(split[0] ?? '') && split.length > 1 ? split.slice(1) : split;
  const first = (words[0] ?? '').toLowerCase();
  const second = (words[1] ?? '').toLowerCase();
  const name = CONTAINERS.has(first) && second ? `${first} ${second}` : first;
  const args = words.slice(name.includes(' ') ? 2 : 1);
  return statement(name.toUpperCase().slice(0, 60), judge(first, name, args), args[0] ?? null);
}

function judge(first: string, name: string, args: readonly string[]): Found {
  const known = DESTROYS[name];
  if (known) return known;
  switch (name) {
    case 'del':
    case 'unlink':
      return args.some((key) => /^\*$|[^\\]\*|^\*./.test(key))
        ? ['destroy', ['delete-all'], 'its keys are written as a pattern']
        : ['change', []];
    case 'config set':
      return setting(args);
    case 'replicaof':
    case 'slaveof':
      return args[0]?.toLowerCase() === 'no'
        ? ['destroy', ['server'], 'it stops to follow its primary']
        : ['destroy', ['overwrite'], 'what it holds is replaced by another server’s data'];
    case 'eval':
    case 'eval_ro':
    case 'script load':
    case 'function load':
      return script(args.find((word) => word.toLowerCase() !== 'replace') ?? '');
    case 'function restore':
      return /^(?:flush|replace)$/i.test(args[1] ?? '')
        ? ['destroy', ['overwrite']]
        : ['change', []];
    case 'client kill':
      return args.some((word) => /^(?:type|user|skipme|maxage)$/i.test(word))
        ? ['destroy', ['server'], 'it ends many connections']
        : ['change', []];
    case 'acl setuser':
      return ['access', []];
    default:
  }
  if (first === 'debug') return DEBUG.test(name.slice(6)) ? ['destroy', ['server']] : ['read', []];
  // Modules: FT.DROPINDEX, GRAPH.DELETE.
  if (/^\w+\.(?:_?drop|delete$|flush|purge)/.test(first)) return ['destroy', ['drop']];
  return [READS.has(first) ? 'read' : 'change', []];
}

function setting(args: readonly string[]): Found {
  for (let at = 0; at < args.length; at += 2) {
    const name = (args[at] ?? '').toLowerCase();
    if (SETTINGS.test(name)) return ['access', ['program'], `${name} is set`];
    const lost = name === 'save' || (name === 'appendonly' && /^no$/i.test(args[at + 1] ?? ''));
    if (lost && !/\d/.test(args[at + 1] ?? ''))
      return ['destroy', ['server'], 'data is written to disk no longer'];
  }
  return ['change', []];
}

/** What is called in a script; keys that it looks up itself are all there are. */
function script(text: string): Found {
  const { calls, hidden } = luaCalls(text);
  const found = calls.map(([first = '', ...rest]): Found => {
    if (/^(?:eval|evalsha|function|script)$/.test(first)) return ['unknown', []];
    const name = CONTAINERS.has(first) && rest[0] ? `${first} ${rest[0]}` : first;
    return judge(first, name, name.includes(' ') ? rest.slice(1) : rest);
  });
  const lists = calls.some(([name]) => name === 'keys' || name === 'scan');
  const deletes = calls.some(([name]) => name === 'del' || name === 'unlink');
  if (lists && deletes) found.push(['destroy', ['delete-all'], 'it deletes the keys it finds']);
  if (hidden) found.push(['unknown', ['opaque'], 'what it calls is not written out']);
  const order: readonly OperationClass[] = ['read', 'change', 'unknown', 'access', 'destroy'];
  const worst = found.reduce<Found>(
    (one, next) => (order.indexOf(next[0]) > order.indexOf(one[0]) ? next : one),
    ['change', []],
  );
  return [worst[0], [...new Set(found.flatMap(([, kinds]) => kinds))], worst[2]];
}

function statement(
  verb: string,
  [kind, kinds, because]: Found,
  target: string | null,
): SqlStatement {
  return {
    class: kind,
    verb,
    target: target === null ? null : target.slice(0, 200),
    ...(because ? { because } : {}),
    kinds: new Set(kinds),
  };
}
