import { describe, expect, it } from 'vitest';
import { coversEverything } from '../../src/policy/argv/pathspec.ts';
import { exec } from './support.ts';

const SUB = exec('git', { cwd: '/home/me/project/sub' });

describe('pathspecs that cover everything', () => {
  it.each([
    '.',
    './',
    './.',
    '..',
    'src/..',
    '*',
    '**',
    '**/*',
    '?*',
    '[!x]*',
    '*.*',
    ':',
    ':/',
    ':/*',
    ':(top)',
  ])('%s', (word) => expect(coversEverything(word, exec('git'))).toBe(true));
  it.each([
    ':/.',
    ':(top,glob)**',
    ':!x',
    ':^x',
    ':/!x',
    ':(exclude)x',
    ':(attr:-x)a',
    ':(icase).',
    '//home/me/project/',
  ])('%s', (word) => expect(coversEverything(word, exec('git'))).toBe(true));
  it.each([
    '.',
    '..',
    '*',
    '../*',
    '../../project',
    '../../project/*',
    '/home/me/project',
    ':/',
    ':(top)sub/..',
  ])('%s from a folder below', (word) => expect(coversEverything(word, SUB)).toBe(true));
});

it.each([
  '',
  'src',
  'src/*',
  '*.ts',
  'HEAD',
  'HEAD~1',
  '@',
  '-',
  ':/fix the build',
  ':(top)src',
  ':(icase)readme',
  'a[b]',
  '...x',
])('does not take %j for everything', (word) => {
  expect(coversEverything(word, exec('git'))).toBe(false);
  expect(coversEverything(word, SUB)).toBe(false);
});
