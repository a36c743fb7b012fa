import {
  chmodSync,
  copyFileSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { describe as look, release, type HeldFile } from '../../src/exec/held-call.ts';
import { ProgramIdentity } from '../../src/exec/identity.ts';

const O_PATH = 0o10000000;
/** Programs as they are installed: a script of an interpreter, a binary, one that is many. */
const PRISMA = '#!/usr/bin/env node\nrun()\n';
let folder: string;
let bin: string;

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'guard-test-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  bin = join(folder, 'bin');
  mkdirSync(bin);
  mkdirSync(join(folder, 'lib'));
  // As npm and pip lay their programs out.
  program('lib/index.js', PRISMA);
  symlinkSync('../lib/index.js', join(bin, 'prisma'));
  program('bin/terraform', 'a binary of some length');
  program('bin/box', 'many programs in one');
  linkSync(join(bin, 'box'), join(bin, 'rm'));
  linkSync(join(bin, 'box'), join(bin, 'shred'));
  program('bin/notes', 'not to be executed', 0o644);
});

function program(name: string, text: string, mode = 0o755): string {
  const path = join(folder, name);
  writeFileSync(path, text, { mode });
  chmodSync(path, mode);
  return path;
}

const known = (folders = [bin]): ProgramIdentity =>
  new ProgramIdentity(['prisma', 'terraform', 'rm', 'shred', 'notes', 'missing'], folders);

function held(path: string): HeldFile {
  const file = look(openSync(path, O_PATH));
  onTestFinished(() => release(file));
  return file;
}

const namesOf = (path: string, calledAs = 'x', identity = known()): string[] =>
  identity.names(held(path), calledAs);

describe.each([
  ['terraform', 'a binary of some length'],
  ['prisma', PRISMA],
])('%s is known', (name, text) => {
  const original = (): string => join(bin, name);

  it('where it stands', () => expect(namesOf(original())).toEqual([name]));

  it('by a symbolic link', () => {
    symlinkSync(original(), join(folder, 'harmless'));
    expect(namesOf(realpathSync(join(folder, 'harmless')))).toEqual([name]);
  });

  it('by a hard link', () => {
    linkSync(realpathSync(original()), join(folder, 'harmless'));
    expect(namesOf(join(folder, 'harmless'))).toEqual([name]);
  });

  it('as a copy', () => {
    copyFileSync(original(), join(folder, 'harmless'));
    expect(namesOf(join(folder, 'harmless'))).toEqual([name]);
  });

  it('as a file that is written later', () => {
    const identity = known();
    expect(namesOf(program('harmless', text), 'x', identity)).toEqual([name]);
  });

  it('through a folder that is a link', () => {
    symlinkSync(bin, join(folder, 'link'));
    expect(namesOf(original(), 'x', known([join(folder, 'link'), bin]))).toEqual([name]);
  });

  it('but not when a byte differs', () => {
    expect(namesOf(program('other', `${text.slice(0, -1)}!`))).toEqual([]);
    expect(namesOf(program('other', `${text}!`))).toEqual([]);
  });
});

it('goes by the name it is called by where one file is several programs', () => {
  expect(namesOf(join(bin, 'box'), '/bin/shred')).toEqual(['shred']);
  copyFileSync(join(bin, 'box'), join(folder, 'harmless'));
  expect(namesOf(join(folder, 'harmless'), 'rm')).toEqual(['rm']);
});

it('knows nothing by a file that nobody may execute, and none of a folder that is not there', () => {
  expect(namesOf(join(bin, 'notes'))).toEqual([]);
  expect(namesOf(join(bin, 'terraform'), 'x', known([join(folder, 'nowhere')]))).toEqual([]);
});

it('takes a known file that was written over for what it has become', () => {
  const identity = known();
  const path = program('bin/terraform', PRISMA);
  expect(namesOf(path, 'x', identity)).toEqual(['prisma']);
  program('bin/terraform', 'nothing known');
  expect(namesOf(path, 'x', identity)).toEqual([]);
});

it('never trusts what it saw of a file that is as long as a known program', () => {
  const identity = known();
  const path = program('harmless', 'b'.repeat(PRISMA.length));
  const judged = held(path);
  expect(identity.names(judged, 'x')).toEqual([]);
  expect(identity.mayBeAnother(judged, statSync(path))).toBe(true);
  expect(identity.isStill(judged, held(path))).toBe(true);
  writeFileSync(path, PRISMA);
  // As if it had been written through a mapping, which leaves the times alone.
  const { ctimeMs } = judged;
  expect(identity.isStill(judged, { ...held(path), ctimeMs })).toBe(false);
});

it('trusts what it saw of a file as long as no other, until its times change', () => {
  const identity = known();
  const path = program('harmless', 'longer than any program that rules speak of');
  const judged = held(path);
  expect(identity.mayBeAnother(judged, statSync(path))).toBe(false);
  chmodSync(path, 0o700);
  expect(identity.mayBeAnother(judged, { ...judged, ctimeMs: judged.ctimeMs + 1 })).toBe(true);
  expect(identity.isStill(judged, held(path))).toBe(true);
});
