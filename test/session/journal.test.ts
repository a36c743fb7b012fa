import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { decodePath } from '../../src/byte-path.ts';
import type { JournalEvent } from '../../src/session/events.ts';
import { writeLine } from '../../src/session/journal-line.ts';
import { readEvents } from '../../src/session/journal-read.ts';
import { verify } from '../../src/session/journal-verify.ts';
import { Journal } from '../../src/session/journal.ts';
import { createRedactor, type Redact } from '../../src/session/redactor.ts';
import { createSession, type SessionFolder } from '../../src/session/session-folder.ts';
import { readSessionFile, writeSessionFile } from '../../src/session/session-file.ts';
import { execEvent, sessionEnd, sessionStart } from './sample-events.ts';

let state: string;
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'guard-journal-'));
});
afterEach(() => rmSync(state, { recursive: true, force: true }));

const newFolder = () => createSession({ env: { XDG_STATE_HOME: state } });
const plain: Redact = (text) => text;

function record(events: JournalEvent[], { redact = plain, close = true } = {}): SessionFolder {
  const folder = newFolder();
  const journal = new Journal(folder, redact);
  for (const event of events) journal.append(event);
  if (close) journal.close();
  else journal.flush();
  return folder;
}

const file = (folder: SessionFolder) => join(folder.path, 'journal.jsonl');
const linesOf = (folder: SessionFolder) =>
  readFileSync(file(folder), 'latin1').trimEnd().split('\n');

function finished(count: number): SessionFolder {
  const middle = Array.from({ length: count }, (_, id) => execEvent(id, ['echo', String(id)]));
  return record([sessionStart(), ...middle, sessionEnd()]);
}

describe('what is written', () => {
  it('is one chained line an event, in files only the user can read', async () => {
    const folder = finished(3);
    expect(await verify(file(folder))).toMatchObject({ kind: 'ok', lines: 5 });
    expect(statSync(file(folder)).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder.path, 'session.json')).mode & 0o777).toBe(0o600);
    const [first = '', second = ''] = linesOf(folder);
    const one = JSON.parse(first) as Record<string, unknown>;
    const two = JSON.parse(second) as Record<string, unknown>;
    expect(Object.keys(one).slice(0, 4)).toEqual(['seq', 'time', 'prev', 'type']);
    expect(one.prev).toBe('0'.repeat(64));
    expect(two.prev).toBe(one.hash);
  });

  it('refuses to write into a journal that is there already', () => {
    const folder = finished(0);
    expect(() => new Journal(folder, plain)).toThrow(/cannot be recorded/);
  });

  it('keeps a path that is not UTF-8, and is ASCII whatever it holds', async () => {
    const path = decodePath(Buffer.from([0x2f, 0xff, 0x61, 0xe9]));
    const folder = record([
      sessionStart(),
      execEvent(1, [path, '\u202e\u009b', 'é']),
      sessionEnd(),
    ]);
    expect(readFileSync(file(folder), 'latin1')).toMatch(/^[\x20-\x7e\n]*$/);
    const events = [];
    for await (const event of readEvents(file(folder))) events.push(event);
    expect(events[1]).toMatchObject({ request: { argv: [path, '\u202e\u009b', 'é'] } });
    expect((await verify(file(folder))).kind).toBe('ok');
  });

  it('bounds a line, and says how much was cut', () => {
    const argv = ['printf', 'x'.repeat(300_000), ...Array.from({ length: 5000 }, () => 'y')];
    const folder = record([sessionStart(), execEvent(1, argv), sessionEnd()]);
    const line = linesOf(folder)[1] ?? '';
    expect(line.length).toBeLessThan(20_000);
    expect(line).toMatch(/cut 2\d{5} characters/);
    expect(line).toMatch(/5000 more/);
  });

  it('waits with an ordinary event, but never with a decision', () => {
    const folder = newFolder();
    const journal = new Journal(folder, plain);
    journal.append(sessionStart());
    journal.append(execEvent(1, ['a']));
    expect(linesOf(folder)).toHaveLength(1);
    journal.append({ type: 'decision', id: 1, outcome: 'deny', by: 'user', ms: 5 });
    expect(linesOf(folder)).toHaveLength(3);
    journal.append(execEvent(2, ['b']));
    journal.flush();
    expect(linesOf(folder)).toHaveLength(4);
    journal.close();
  });

  it('counts what was refused and asked in session.json', () => {
    const deny = execEvent(1, ['rm', '-rf', '/'], 'deny');
    const ask = execEvent(3, ['rm', 'x'], 'ask');
    const no: JournalEvent = { type: 'decision', id: 3, outcome: 'deny', by: 'user', ms: 5 };
    const folder = record([sessionStart(), deny, ask, no, sessionEnd()]);
    expect(readSessionFile(folder.path)).toMatchObject({ refused: 2, asked: 1, lines: 5 });
  });
});

describe('a record that cannot be written', () => {
  it('says so once and takes no more', () => {
    const folder = newFolder();
    const onFailure = vi.fn();
    const journal = new Journal(folder, plain, { onFailure });
    rmSync(folder.path, { recursive: true });
    expect(() => journal.append(sessionStart())).toThrow(/cannot be recorded/);
    expect(() => journal.append(execEvent(1, ['a']))).toThrow(/cannot be recorded/);
    journal.close();
    expect(onFailure).toHaveBeenCalledOnce();
  });
});

describe('verify', () => {
  it('finds any changed byte of a finished journal', async () => {
    const folder = finished(6);
    const original = readFileSync(file(folder));
    await fc.assert(
      fc.asyncProperty(
        fc.nat(original.length - 1),
        fc.integer({ min: 1, max: 255 }),
        async (at, mask) => {
          const edited = Buffer.from(original);
          edited[at] = (edited[at] ?? 0) ^ mask;
          writeFileSync(file(folder), edited);
          expect((await verify(file(folder))).kind).not.toBe('ok');
        },
      ),
    );
  });

  it('finds any cut, swapped, removed or doubled line of a finished journal', async () => {
    const folder = finished(8);
    const lines = linesOf(folder);
    const index = fc.nat(lines.length - 1);
    const change = fc.oneof(
      fc.tuple(fc.constant('swap' as const), index, index).filter(([, a, b]) => a !== b),
      fc.tuple(fc.constant('remove' as const), index, index),
      fc.tuple(fc.constant('double' as const), index, index),
      fc.tuple(fc.constant('truncate' as const), index, index),
    );
    await fc.assert(
      fc.asyncProperty(change, async ([kind, a, b]) => {
        const changed = [...lines];
        if (kind === 'swap') [changed[a], changed[b]] = [lines[b] ?? '', lines[a] ?? ''];
        if (kind === 'remove') changed.splice(a, 1);
        if (kind === 'double') changed.splice(b, 0, lines[a] ?? '');
        if (kind === 'truncate') changed.length = a;
        writeFileSync(file(folder), changed.map((line) => `${line}\n`).join(''));
        const result = await verify(file(folder));
        const expected = {
          swap: ['reordered'],
          remove: ['cut'],
          double: ['reordered', 'edited'],
          truncate: ['cut'],
        };
        expect(expected[kind]).toContain(result.kind);
      }),
    );
  });

  it('names the first bad line', async () => {
    const folder = finished(4);
    const lines = linesOf(folder);
    lines[2] = (lines[2] ?? '').replace('echo', 'evil');
    writeFileSync(file(folder), `${lines.join('\n')}\n`);
    expect(await verify(file(folder))).toMatchObject({ kind: 'edited', line: 3, lines: 2 });
  });

  it('finds a line that was rewritten with a hash of its own', async () => {
    const folder = finished(4);
    const lines = linesOf(folder);
    const old = JSON.parse(lines[2] ?? '') as { prev: string; time: string };
    lines[2] = writeLine(2, old.time, old.prev, execEvent(9, ['evil'])).text;
    writeFileSync(file(folder), `${lines.join('\n')}\n`);
    expect(await verify(file(folder))).toMatchObject({ kind: 'edited', line: 4 });
  });

  it('finds a whole chain rewritten under an old session.json', async () => {
    const folder = finished(2);
    // Another moment: two journals of one millisecond are the same.
    await new Promise((resolve) => setTimeout(resolve, 5));
    const forged = finished(2);
    writeFileSync(file(folder), readFileSync(file(forged)));
    expect((await verify(file(folder))).kind).toBe('edited');
  });

  it('tells a line broken off by a crash from tampering', async () => {
    const folder = record([sessionStart(), execEvent(1, ['a']), execEvent(2, ['b'])], {
      close: false,
    });
    const session = readSessionFile(folder.path);
    if (typeof session === 'string') throw new Error(session);
    expect(await verify(file(folder))).toMatchObject({ kind: 'unfinished', lines: 3 });
    // Nobody runs it any more.
    writeSessionFile(folder.path, { ...session, pidStart: '1' });
    expect((await verify(file(folder))).detail).toMatch(/never ended cleanly/);
    writeFileSync(file(folder), readFileSync(file(folder)).subarray(0, -10));
    expect(await verify(file(folder))).toMatchObject({ kind: 'torn', line: 3, lines: 2 });
  });

  it('does not call a finished journal that was broken off torn', async () => {
    const folder = finished(2);
    writeFileSync(file(folder), readFileSync(file(folder)).subarray(0, -10));
    expect((await verify(file(folder))).kind).toBe('cut');
  });

  it('misses neither the journal nor session.json', async () => {
    const one = finished(1);
    rmSync(join(one.path, 'session.json'));
    expect((await verify(file(one))).kind).toBe('cut');
    const two = finished(1);
    rmSync(file(two));
    expect((await verify(file(two))).kind).toBe('cut');
    const three = finished(1);
    writeFileSync(join(three.path, 'session.json'), '{"id":1}');
    expect((await verify(file(three))).kind).toBe('edited');
  });
});

describe('no secret', () => {
  it('survives in any line of the journal or in session.json', () => {
    const secret = fc.string({ minLength: 6, maxLength: 40, unit: 'binary' }).filter(
      // What the record itself is made of is not a secret that could be hidden in it.
      (value) => /[^a-z0-9.:\-"{}[\],\s]/i.test(value) && !'[redacted]'.includes(value),
    );
    fc.assert(
      fc.property(secret, fc.string(), fc.string(), (value, before, after) => {
        const text = before + value + after;
        const start = { ...sessionStart(), argv: [text], task: text, repository: text };
        const folder = record([start, execEvent(1, ['x', text, value], 'deny'), sessionEnd()], {
          redact: createRedactor([value]),
        });
        const written = [
          ...linesOf(folder),
          readFileSync(join(folder.path, 'session.json'), 'utf8'),
        ];
        for (const string of written.flatMap((line) => stringsOf(JSON.parse(line))))
          for (const piece of string.split('[redacted]')) expect(piece).not.toContain(value);
      }),
      { numRuns: 60 },
    );
  });
});

function stringsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (value === null || typeof value !== 'object') return [];
  return Object.values(value).flatMap(stringsOf);
}
