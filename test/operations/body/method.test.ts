import { expect, it } from 'vitest';
import { readQuery } from '../../../src/operations/body/form.ts';
import { effectiveMethods } from '../../../src/operations/body/method.ts';
import { readArguments } from '../../../src/operations/body/read.ts';
import type { HeaderList } from '../../../src/operations/types.ts';

function methods(
  method: string,
  { path = '/', headers = [], body = '' }: { path?: string; headers?: HeaderList; body?: string },
): string[] {
  const read = readArguments(headers, Buffer.from(body));
  return effectiveMethods({ method, headers }, readQuery(path), read);
}

it.each(['x-http-method-override', 'x-http-method', 'x-method-override', 'x_http_method_override'])(
  'counts the header %s',
  (name) => {
    expect(methods('POST', { headers: [[name, ' delete']] })).toEqual(['POST', 'DELETE']);
  },
);

it('counts every one of several headers', () => {
  const headers = [
    ['x-http-method-override', 'GET, DELETE'],
    ['x-http-method', 'PATCH'],
  ] as const;
  expect(methods('POST', { headers })).toEqual(['POST', 'GET', 'DELETE', 'PATCH']);
});

it.each([
  [{ path: '/x?_method=delete' }],
  [{ path: '/x?a=1&%5Fmethod=DELETE' }],
  [{ path: '/x?_METHOD=DELETE' }],
  [{ body: '_method=DELETE' }],
  [{ body: '_method=GET&_method=DELETE' }],
  [{ body: '{"_method":"DELETE"}' }],
  [{ headers: [['content-type', 'application/json']] as const, body: '{"_method":"delete"}' }],
  [{ headers: [['content-type', 'text/plain']] as const, body: '_method=DELETE' }],
])('finds it in %j', (call) => {
  expect(methods('POST', call)).toContain('DELETE');
});

it('takes no other text for a method', () => {
  expect(methods('get', { path: '/?_method=1&method=DELETE&_method=' })).toEqual(['GET']);
});
