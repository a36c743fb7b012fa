import { expect, it } from 'vitest';
import { grpcMethod, grpcRefusal, isGrpc } from '../../src/operations/grpc.ts';

const head = (type: string, version: '1.1' | '2' = '2') => ({
  headers: [['content-type', type]] as const,
  version,
});

it.each([
  ['/google.pubsub.v1.Publisher/DeleteTopic', 'google.pubsub.v1.Publisher', 'DeleteTopic'],
  ['/Greeter/SayHello', 'Greeter', 'SayHello'],
])('reads %s', (path, service, method) => {
  expect(grpcMethod(path)).toEqual({ service, method });
});

it.each(['/', '/a', '/a/b/c', '/a./b', '/a/b?c', '/a/%62', '//b', '/a/1b'])(
  'reads %s as none',
  (path) => {
    expect(grpcMethod(path)).toBeNull();
  },
);

it.each([
  ['application/grpc', true],
  ['application/grpc+proto', true],
  ['application/grpc-web-text+proto', true],
  ['Application/GRPC; x=y', true],
  ['application/grpcx', false],
  ['application/json', false],
])('%s: %s', (type, is) => {
  expect(isGrpc(head(type))).toBe(is);
});

it('answers in trailers over HTTP/2', () => {
  expect(grpcRefusal(head('application/grpc+proto'), '100% é\n')).toEqual({
    status: 200,
    headers: [['content-type', 'application/grpc+proto']],
    body: Buffer.alloc(0),
    trailers: [
      ['grpc-status', '7'],
      ['grpc-message', '100%25 %C3%A9%0A'],
    ],
  });
});

it('answers grpc-web in a frame of trailers', () => {
  const { body, trailers } = grpcRefusal(head('application/grpc-web+proto', '1.1'), 'no');
  expect(trailers).toBeUndefined();
  expect(body.readUInt8(0)).toBe(0x80);
  expect(body.readUInt32BE(1)).toBe(body.length - 5);
  expect(body.toString('latin1', 5)).toBe('grpc-status: 7\r\ngrpc-message: no\r\n');
  const coded = grpcRefusal(head('application/grpc-web-text', '2'), 'no').body;
  expect(Buffer.from(coded.toString('latin1'), 'base64')).toEqual(body);
});

it('sends back no content type that it was not meant to', () => {
  const answer = grpcRefusal(head('application/grpc+\u0001'), 'no');
  expect(answer.headers).toEqual([['content-type', 'application/grpc']]);
});
