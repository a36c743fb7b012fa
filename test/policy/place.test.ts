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
    ['/mnt/disk/x', ['mount', 'outside', 'system']],
    ['/mntx', ['outside']],
    ['host.example:/srv', ['inside', 'remote']],
    ['me@host.example:x', ['inside', 'remote']],
    ['s3://bucket/prod/x', ['inside', 'production', 'remote']],
    ['src/a:b', ['inside']],
    ['prod-data', ['inside', 'production']],
    ['products', ['inside']],
    ['*', ['inside']],
    ['/*', ['above', 'outside', 'root']],
    ['~*', ['inside']],
    ['/home/me/*', ['above', 'home', 'outside']],
    ['/home/me/.[!.]*', ['above', 'home', 'outside']],
    ['../*.log', ['outside']],
  ])('%s', (operand, expected) => {
    expect([...locate(operand, exec('rm')).places].sort()).toEqual(expected);
  });
});
