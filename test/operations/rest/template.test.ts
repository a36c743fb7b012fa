import { describe, expect, it } from 'vitest';
import {
  checkRoute,
  compileTemplate,
  matchTemplate,
} from '../../../src/operations/rest/template.ts';

const match = (template: string, path: string) =>
  matchTemplate(
    compileTemplate(template),
    path
      .split('/')
      .slice(1)
      .filter((word, index, all) => index < all.length - 1 || word !== ''),
  );

describe('a template', () => {
  it.each([
    ['/', '/', {}],
    ['/repos/{owner}/{repo}', '/repos/a/b', { owner: 'a', repo: 'b' }],
    ['/v1/{name}:undelete', '/v1/db:undelete', { name: 'db' }],
    ['/{base}...{head}', '/main...next', { base: 'main', head: 'next' }],
    ['/{b*}/delete/{a*}', '/delete', { b: '', a: '' }],
    ['/{b*}/delete/{a*}', '/x/y/delete/z', { b: 'x/y', a: 'z' }],
    ['/files/{path+}', '/files/a/b/c', { path: 'a/b/c' }],
    ['/graphql/**', '/graphql', {}],
    ['/graphql/**', '/graphql/v2/x', {}],
  ])('%s matches %s', (template, path, parameters) => {
    expect(match(template, path)).toEqual({ parameters, exact: true });
  });

  it.each([
    ['/repos/{owner}/{repo}', '/repos/a'],
    ['/repos/{owner}/{repo}', '/repos/a/b/c'],
    ['/v1/{name}:undelete', '/v1/:undelete'],
    ['/{base}...{head}', '/main...'],
    ['/files/{path+}', '/files'],
  ])('%s does not match %s', (template, path) => {
    expect(match(template, path)).toBeNull();
  });

  it('says when only the case is another', () => {
    expect(match('/Repos/{x}:Purge', '/repos/Ab:purge')).toEqual({
      parameters: { x: 'Ab' },
      exact: false,
    });
  });

  it.each([
    'DELETE',
    'delete /x',
    'DELETE x',
    'GET /a?b=c',
    'GET /a//b',
    'GET /{a}{b}',
    'GET /a/',
    'GET /{a*}/{b*}/{c*}',
  ])('is refused: %s', (route) => expect(checkRoute(route)).not.toBeNull());
});
