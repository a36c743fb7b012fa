import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsTokens } from '../../../src/policy/mongo/lexer.ts';
import { classifySql, readStatements } from '../../../src/policy/sql/classify.ts';

const kinds = (text: string): string[] => [...classifySql(text, 'mongo')].sort();

const SCRIPTS: [string, string[]][] = [
  ['db.dropDatabase()', ['drop-database']],
  ['db["dropDatabase"]()', ['drop-database']],
  ["db['drop' + 'Database']()", ['drop-database']],
  ['db?.dropDatabase?.()', ['drop-database']],
  ['const { dropDatabase } = db', ['drop-database']],
  [String.raw`db.drop\u0044atabase()`, ['drop-database']],
  [String.raw`db["drop\x44atabase"]()`, ['drop-database']],
  ['db.runCommand({ dropDatabase: 1 })', ['drop-database']],
  ['db.runCommand({ "dropDatabase": 1 })', ['drop-database']],
  ['db.adminCommand("dropDatabase")', ['drop-database']],
  ['`${db.dropDatabase()}`', ['drop-database']],
  ['`db.dropDatabase()`', []],
  ['"db.dropDatabase()"', []],
  ['/db.dropDatabase()/.test(x)', []],
  ['1 / 2; db.dropDatabase() / 1', ['drop-database']],
  ['if (x) /"/.test(y); db.dropDatabase() // "', ['drop-database']],
  ['// db.dropDatabase()', []],
  ['/* db.dropDatabase() */ 1', []],
  ['db.users.drop()', ['drop']],
  ['db.users["drop"]()', ['drop']],
  ['db.users.drop.call(db.users)', ['drop']],
  ['db.users.find({ drop: 1 })', []],
  ['db.dropUser("a")', ['drop']],
  ['db.users.dropIndexes()', ['drop']],
  ['db.users.deleteMany({})', ['delete-all']],
  ['db.users.deleteMany()', ['delete-all']],
  ['db.users.deleteMany(/* all */ { } )', ['delete-all']],
  ['db.users.deleteMany({ _id: { $exists: true } })', ['delete-all']],
  ['db.users.deleteMany({ _id: 1 })', []],
  ['db.users.deleteMany({ "a.b": { $gt: 1 } })', []],
  ['db.users.deleteMany(filter)', ['opaque']],
  ['db.users.deleteOne({})', []],
  ['db.users.remove({})', ['delete-all']],
  ['db.users.remove({}, true)', []],
  ['db.users.remove({}, { justOne: true })', []],
  ['db.users.remove({}, { justOne: false })', ['delete-all']],
  ['db.users.remove({ a: 1 })', []],
  ['db.users.initializeOrderedBulkOp().find({}).remove()', ['delete-all']],
  ['element.remove()', []],
  ['db.users.updateMany({}, { $set: { a: 1 } })', ['update-all']],
  ['db.users.updateMany({ a: 0 }, { $set: { a: 1 } })', []],
  ['db.users.update({}, { $set: { a: 1 } }, { multi: true })', ['update-all']],
  ['db.users.update({}, { $set: { a: 1 } })', []],
  ['db.users.bulkWrite([{ deleteMany: { filter: {} } }])', ['delete-all']],
  ['db.users.bulkWrite([{ deleteMany: { filter: { a: 1 } } }])', []],
  ['db.a.aggregate([{ $out: "b" }])', ['overwrite']],
  ['db.a.aggregate([{ $merge: "b" }])', []],
  ['db.a.renameCollection("b", true)', ['overwrite']],
  ['db.a.renameCollection("b")', []],
  ['db.runCommand({ delete: "a", deletes: [{ q: {}, limit: 0 }] })', ['delete-all']],
  ['db.runCommand({ delete: "a", deletes: [{ q: { b: 1 }, limit: 0 }] })', []],
  ['db.runCommand({ delete: "a", deletes: [{ q: {}, limit: 1 }] })', []],
  ['db.runCommand({ ping: 1 })', []],
  ['db.runCommand(command)', ['opaque']],
  ['db.users[op]()', ['opaque']],
  ['db[name].find()', []],
  ['db.shutdownServer()', ['server']],
  ['db.adminCommand({ shutdown: 1 })', ['server']],
  ['db.fsyncLock()', ['server']],
  ['rs.reconfig(c, { force: true })', ['server']],
  ['rs.reconfig(c)', []],
  ['db.revokeRolesFromUser("a", ["b"])', ['revoke']],
  ['eval("db.users.drop()")', ['drop']],
  ['eval(code)', ['opaque']],
  ['new Function("db.dropDatabase()")()', ['drop-database']],
  ['require("child_process").execSync("x")', ['program']],
  ['run("rm", "x")', ['program']],
  ['db.users.insertOne({ text: "drop()", remove: 1 })', []],
];

describe('scripts for MongoDB’s shell', () => {
  it.each(SCRIPTS)('%s', (text, expected) => expect(kinds(text)).toEqual(expected));

  it('comments and white space between tokens change nothing', () => {
    const plain = SCRIPTS.filter(([text]) => !/[`\\]|\/db|\/\*|\/\//.test(text));
    expect(plain.length).toBeGreaterThan(40);
    const gap = fc.constantFrom(' ', '\t', ' /* ) */', ' /* " */ ', '  ');
    fc.assert(
      fc.property(fc.constantFrom(...plain), fc.infiniteStream(gap), ([text, expected], gaps) => {
        const spelled = [...jsTokens(text)]
          .map(({ kind, text: token }) => (kind === 'string' ? JSON.stringify(token) : token))
          .map((token) => token + String(gaps.next().value))
          .join('');
        expect(kinds(spelled)).toEqual(expected);
      }),
    );
  });

  it('never throws', () => {
    const piece = fc.constantFrom(
      'db',
      '.',
      '[',
      ']',
      '(',
      ')',
      '{',
      '}',
      '`',
      '${',
      '"',
      "'",
      '/',
      '\\',
      'drop',
      'runCommand',
      ':',
      ',',
      'deleteMany',
      'eval',
      '?.',
      '\n',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string()), { maxLength: 25 }), (pieces) => {
        expect(readStatements(pieces.join(''), 'mongo').length).toBeGreaterThan(0);
      }),
      { numRuns: 3_000 },
    );
  });
});
