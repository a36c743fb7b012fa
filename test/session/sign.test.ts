import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { newSign, signPath, userSign } from '../../src/session/sign.ts';
import { SIGN_WORDS } from '../../src/session/sign-words.ts';

function place() {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'guard-sign-')));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const options = { env: { XDG_STATE_HOME: root } };
  return { root, options, file: join(root, 'guard', 'sign') };
}

it('has 256 different short words', () => {
  expect(new Set(SIGN_WORDS).size).toBe(256);
  for (const word of SIGN_WORDS) expect(word).toMatch(/^[a-z]{3,5}$/);
});

it('is drawn once, kept where only the user reads it, and the same from then on', () => {
  const { options, file, root } = place();
  const first = userSign(options);
  expect(first).toEqual({
    sign: { words: expect.stringMatching(/^[a-z]{3,5}( [a-z]{3,5}){2}$/) as string },
    fresh: true,
  });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(userSign(options)).toEqual({ ...first, fresh: false });
  expect(readdirSync(join(root, 'guard')).sort()).toEqual(['sessions', 'sign']);
});

it('can be drawn anew', () => {
  const { options, file, root } = place();
  const { sign } = userSign(options);
  // One in 16 million is the same.
  const drawn = newSign(options);
  expect(drawn).not.toBe((sign as { words: string }).words);
  expect(userSign(options).sign).toEqual({ words: drawn });
  expect(readFileSync(file, 'utf8')).toBe(`${drawn}\n`);
  expect(readdirSync(join(root, 'guard')).sort()).toEqual(['sessions', 'sign']);
});

it.each<[string, (file: string) => void]>([
  ['a link', (file) => symlinkSync('/etc/hostname', file)],
  ['a folder', (file) => mkdirSync(file)],
  ['something else', (file) => writeFileSync(file, 'one two three', { mode: 0o600 })],
  [
    'readable by others',
    (file) => {
      writeFileSync(file, 'acorn amber anvil', { mode: 0o600 });
      chmodSync(file, 0o644);
    },
  ],
])('is missing, with a reason, when its file is %s; it never throws', (_, make) => {
  const { options, file } = place();
  signPath(options);
  make(file);
  expect(userSign(options)).toEqual({
    sign: { missing: expect.stringMatching(/\S/) as string },
    fresh: false,
  });
});

it('is missing when there is no safe place for it', () => {
  expect(userSign({ env: { XDG_STATE_HOME: 'not/absolute' } }).sign).toHaveProperty('missing');
});

it('is one, whoever draws first', () => {
  const { options, file, root } = place();
  signPath(options);
  const other = join(root, 'other');
  writeFileSync(other, 'acorn amber anvil\n', { mode: 0o600 });
  linkSync(other, file);
  expect(userSign(options)).toEqual({ sign: { words: 'acorn amber anvil' }, fresh: false });
});
