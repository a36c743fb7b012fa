/**
 * Entry point of the process that lives in the session's network namespace and connects to the agent's servers on
 * behalf of `publish`: it answers each `{ id, connect: port }` with `{ id, ok }` and, when ok, the connected socket.
 * It ends when its parent does, by the closing of the IPC channel. It imports nothing but node:net, to start fast.
 */
import { connect, type Socket } from 'node:net';

/** Development servers listen on either; on `localhost` Node chooses by the resolver's order. */
const LOOPBACK = ['127.0.0.1', '::1'];

process.on('message', (message: { id: number; connect: number }) => {
  attempt(message.id, message.connect, LOOPBACK);
});

function attempt(id: number, port: number, [host, ...rest]: string[]): void {
  if (host === undefined) return answer(id);
  const socket = connect({ host, port, allowHalfOpen: true });
  // Paused before it is connected: what this process would read is lost to the one the socket goes to.
  socket.pause();
  const onError = () => attempt(id, port, rest);
  socket.once('error', onError);
  socket.once('connect', () => {
    socket.off('error', onError);
    socket.on('error', () => undefined);
    answer(id, socket);
  });
}

function answer(id: number, socket?: Socket): void {
  process.send?.({ id, ok: socket !== undefined }, socket, { keepOpen: false }, () => undefined);
}
