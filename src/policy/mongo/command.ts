import { chosen } from './filter.ts';
import type { Add } from './read.ts';
import type { Script } from './script.ts';

/** `db.runCommand({ … })`: the first key is the command. */
export function readCommand(script: Script, range: [number, number] | undefined, add: Add): void {
  if (!range) return;
  const [from, to] = range;
  const written = script.constant(from, to);
  const name = written ?? (script.is(from, '{') ? script.key(from + 1) : undefined);
  if (name === undefined) {
    add('unknown', 'runCommand', ['opaque'], 'the command is not written out');
    return;
  }
  const text = script.text(from, to);
  if (name === 'dropDatabase') add('destroy', name, ['drop-database']);
  else if (/^drop(?:[A-Z]|$)/.test(name) || name === 'deleteIndexes')
    add('destroy', name, ['drop']);
  else if (/^(?:shutdown|removeShard|replSetStepDown|killAllSessions)$/.test(name))
    add('destroy', name, ['server']);
  else if (name === 'fsync' && /lock:(?:true|1)/.test(text)) add('destroy', name, ['server']);
  else if (name === 'replSetReconfig' && /force:(?:true|1)/.test(text))
    add('destroy', name, ['server']);
  else if (name === 'renameCollection' && /dropTarget:(?:true|1)/.test(text))
    add('destroy', name, ['overwrite']);
  else if (/^revoke[A-Z]/.test(name)) add('access', name, ['revoke']);
  else if (/^\$?eval$/.test(name)) add('unknown', name, ['opaque']);
  else if (name === 'delete' || name === 'update') readRows(script, range, name, add);
}

/** `deletes: [{ q: {}, limit: 0 }]`, `updates: [{ q: {}, u: …, multi: true }]`. */
function readRows(
  script: Script,
  [from, to]: [number, number],
  name: 'delete' | 'update',
  add: Add,
): void {
  for (let at = from; at < to; at += 1) {
    if (script.key(at) !== 'q') continue;
    const end = script.is(at + 2, '{') ? script.close(at + 2) + 1 : at + 3;
    if (chosen(script, [at + 2, end]) !== 'all') continue;
    const rest = script.text(at, at + 64);
    const many = name === 'delete' ? !/limit:1/.test(rest) : /multi:(?:true|1)/.test(rest);
    if (many) add('destroy', name, [name === 'delete' ? 'delete-all' : 'update-all']);
  }
}
