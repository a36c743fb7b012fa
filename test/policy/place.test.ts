import { describe, expect, it } from 'vitest';
import { locate } from '../../src/policy/argv/place.ts';
import { exec } from './support.ts';

describe('where an operand points', () => {
  it.each<[string, string[]]>([
    ['/', ['above', 'outside', 'root']],
    ['../../..', ['above', 'outside', 'root']],
    ['/home', ['above', 'outside', 'system']],
    ['..', ['above', 'home', 'outside']],
    ['.', ['repository']],
    ['src/..', ['repository']],
    ['src', ['inside']],
    ['src//a/./b/', ['inside']],
    ['.git', ['git', 'inside']],
    ['sub/.git/hooks', ['git', 'inside']],
    ['.gitignore', ['inside']],
    ['../project2', ['outside']],
    ['../other/.git', ['git', 'outside']],
    ['/tmp', ['outside']],
    ['/tmp/x', ['temporary']],
    ['/tmp/../etc', ['outside', 'system']],
    ['/etc/hosts', ['outside', 'system']],
    ['/dev/sda', ['device', 'outside', 'system']],
    ['/dev/null', []],
    ['/proc/self/root/home/me', ['outside', 'system']],
    ['', ['repository']],
  ])('%s', (operand, expected) => {
    expect([...locate(operand, exec('rm')).places].sort()).toEqual(expected);
  });
});
