import type { SqlClass } from '../rules/pack.ts';
import type { SqlStatement } from '../sql/types.ts';
import type { OperationClass } from '../types.ts';
import { readCommand } from './command.ts';
import { chosen } from './filter.ts';
import { Script } from './script.ts';

const LONGEST = 2 * 1024 * 1024;
/** Code in code. */
const DEEPEST = 3;
const WRITES =
  /^(?:insert|update|replace|create|delete|remove|findOneAnd|findAndModify|bulkWrite|save|rename|grant|add|enable|set)/;
const SERVER =
  /^(?:shutdownServer|fsyncLock|stepDown|removeShard|removeShardFromZone|killAllSessions)$/;
/** Of the shell, and of Node's file and process modules. */
const PROGRAMS =
  /^(?:run|runProgram|runNonMongoProgram|startMongoProgram|_startMongoProgram|execSync|execFileSync|spawn|spawnSync|fork)$/;
const FILES = /^(?:removeFile|rmSync|unlinkSync|rmdirSync|rmdir|unlink)$/;

export type Add = (
  kind: OperationClass,
  verb: string,
  kinds?: readonly SqlClass[],
  because?: string,
) => void;

/** What a script for MongoDB's shell would do, as far as it is written out. Never throws. */
export function readMongo(text: string, depth = 0): SqlStatement[] {
  const found: SqlStatement[] = [];
  const add: Add = (kind, verb, kinds = [], because) => {
    const base = { class: kind, verb: verb.slice(0, 60), target: null, kinds: new Set(kinds) };
    found.push(because ? { ...base, because } : base);
  };
  if (text.length > LONGEST) {
    add('unknown', 'MONGO', /drop|delete|remove/i.test(text) ? ['drop'] : [], 'it is too long');
    return found;
  }
  let writes = readScript(new Script(text, false), add, found, depth);
  // Both readings of such a slash count.
  if (/[)\]}]\s*\//.test(text))
    writes = readScript(new Script(text, true), add, found, depth) || writes;
  if (found.length === 0) add(writes ? 'change' : 'read', 'MONGO');
  return found;
}

/** Whether it writes at all. */
function readScript(script: Script, add: Add, found: SqlStatement[], depth: number): boolean {
  let writes = false;
  for (let index = 0; index < script.tokens.length; index += 1) {
    const key = script.key(index);
    if (key !== undefined) readKey(script, index, key, add);
    const name = script.name(index);
    if (name === 'dropDatabase' && key === undefined) add('destroy', name, ['drop-database']);
    const member = memberAt(script, index);
    if (member) {
      writes ||= WRITES.test(member.name ?? '');
      readMember(script, member, add, index);
    } else if (name && script.is(index + 1, '(') && !script.is(index - 1, '.', '?.')) {
      readFunction(script, name, index + 1, add, found, depth);
    }
  }
  return writes;
}

interface Member {
  /** null where it is computed. */
  name: string | null;
  /** The place behind it. */
  next: number;
}

/** `.name`, `?.name`, `["name"]` behind a value. */
function memberAt(script: Script, index: number): Member | null {
  if (script.is(index, '.', '?.')) {
    const name = script.name(index + 1);
    return name === undefined ? null : { name, next: index + 2 };
  }
  if (!script.is(index, '[') || !isValue(script, index - 1)) return null;
  const close = script.close(index);
  return { name: script.constant(index + 1, close) ?? null, next: close + 1 };
}

function isValue(script: Script, index: number): boolean {
  const name = script.name(index);
  if (name !== undefined) return !/^(?:return|of|in|case|typeof|await|new|void|else)$/.test(name);
  return script.is(index, ')', ']', '?.') || script.tokens[index]?.kind === 'string';
}

function readMember(script: Script, { name, next }: Member, add: Add, index: number): void {
  let open = script.is(next, '?.') ? next + 1 : next;
  let known = true;
  if (/^(?:call|apply|bind)$/.test(memberAt(script, next)?.name ?? '')) {
    open = (memberAt(script, next) as Member).next;
    known = false;
  }
  if (!script.is(open, '(')) return;
  if (name === null) {
    // `list[0]()` calls what stands in a list.
    add('unknown', 'call', ['opaque'], 'the name of what is called is computed');
    return;
  }
  const given = script.arguments(open);
  const filter = () => (known ? chosen(script, given[0]) : 'all');
  // Written with a dot it is a name, which was seen by itself.
  if (name === 'dropDatabase') {
    if (script.is(index, '[')) add('destroy', name, ['drop-database']);
  } else if (/^drop(?:[A-Z]|$)/.test(name)) add('destroy', name, ['drop']);
  else if (name === 'deleteMany') addRows(filter(), name, 'delete-all', add);
  else if (name === 'remove') {
    if (given.length === 0) {
      if (findsAll(script, index)) add('destroy', name, ['delete-all']);
    } else if (!isOne(script, given[1])) addRows(filter(), name, 'delete-all', add);
  } else if (name === 'updateMany') addRows(filter(), name, 'update-all', add);
  else if (name === 'update') {
    const options = given
      .slice(2)
      .map(([from, to]) => script.text(from, to))
      .join(',');
    if (/multi:(?:true|1)|^(?:true|false),true$/.test(options))
      addRows(filter(), name, 'update-all', add);
  } else if (name === 'runCommand' || name === 'adminCommand') readCommand(script, given[0], add);
  else if (name === 'renameCollection' && given[1] && script.text(...given[1]) !== 'false')
    add('destroy', name, ['overwrite'], 'a collection of the new name is dropped');
  else if (name === 'reconfig' && /force:(?:true|1)/.test(script.text(open, script.close(open))))
    add('destroy', name, ['server']);
  else if (SERVER.test(name)) add('destroy', name, ['server']);
  else if (/^revoke[A-Z]/.test(name)) add('access', name, ['revoke']);
  else if (FILES.test(name) || /^(?:exec|spawn)(?:File)?Sync$/.test(name))
    add('destroy', name, ['program'], 'it acts on files or starts programs beside the shell');
  else if (name === 'remove' || name === 'eval') add('unknown', name, ['opaque']);
}

function addRows(filter: ReturnType<typeof chosen>, name: string, kind: SqlClass, add: Add): void {
  if (filter === 'all') add('destroy', name, [kind], 'its filter leaves nothing out');
  else if (filter === 'unknown') add('unknown', name, ['opaque'], 'its filter is not written out');
  else add('change', name);
}

/** `remove(filter, true)`, `remove(filter, { justOne: true })`. */
function isOne(script: Script, option: [number, number] | undefined): boolean {
  return (
    option !== undefined && /^(?:true|1|\{.*justOne:(?:true|1)\b.*\})$/.test(script.text(...option))
  );
}

/** `bulk.find({}).remove()`. */
function findsAll(script: Script, dot: number): boolean {
  const open = script.open(dot - 1);
  if (open === undefined || script.name(open - 1) !== 'find') return false;
  return chosen(script, script.arguments(open)[0]) === 'all';
}

function readFunction(
  script: Script,
  name: string,
  open: number,
  add: Add,
  found: SqlStatement[],
  depth: number,
): void {
  const [first] = script.arguments(open);
  const value = first && script.constant(...first);
  if (name === 'eval' || name === 'Function') {
    if (value === undefined || depth >= DEEPEST)
      add('unknown', name, ['opaque'], 'the code is not written out');
    else found.push(...readMongo(value, depth + 1).filter((one) => one.class !== 'read'));
  } else if (name === 'require' || name === 'import') {
    if (/^(?:node:)?child_process$/.test(value ?? ''))
      add('unknown', name, ['program'], 'it can start programs beside the shell');
  } else if (PROGRAMS.test(name) || FILES.test(name))
    add('destroy', name, ['program'], 'it acts on files or starts programs beside the shell');
}

/** Steps of a pipeline and of a bulk write. */
function readKey(script: Script, index: number, key: string, add: Add): void {
  if (key === '$out') add('destroy', key, ['overwrite'], 'the collection is replaced');
  if (key !== 'deleteMany' && key !== 'updateMany') return;
  const open = index + 2;
  if (!script.is(open, '{')) return;
  const end = script.close(open);
  for (let at = open + 1; at < end; at += 1) {
    if (script.key(at) === 'filter') {
      const to = script.is(at + 2, '{') ? script.close(at + 2) + 1 : at + 3;
      addRows(
        chosen(script, [at + 2, to]),
        key,
        key === 'deleteMany' ? 'delete-all' : 'update-all',
        add,
      );
      return;
    }
    if (script.is(at, '(', '[', '{')) at = script.close(at);
  }
}
