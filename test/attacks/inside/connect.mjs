// Connects to each target and prints what came back, or the error.
import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns';
import { connect } from 'node:net';
import { report } from './calls.mjs';

const answers = {};
for (const target of process.argv.slice(2)) answers[target] = await answer(target);
report(answers);

function answer(target) {
  const [, kind, rest] = /^(\w+):(.*)$/s.exec(target);
  return new Promise((resolve) => {
    if (kind === 'dns') return lookup(rest, (error) => resolve(error?.code ?? 'RESOLVED'));
    const [, host, port] = /^(.*):(\d+)$/.exec(rest) ?? [];
    if (kind === 'udp') {
      const socket = createSocket('udp4');
      return socket.send('out', Number(port), host, (error) => {
        socket.close();
        resolve(error?.code ?? 'SENT');
      });
    }
    const where =
      kind === 'tcp'
        ? { host, port: Number(port) }
        : { path: kind === 'abstract' ? `\0${rest}` : rest };
    let text = '';
    const socket = connect(where);
    socket.setTimeout(5000, () => socket.destroy(new Error('ETIMEDOUT')));
    socket.on('data', (data) => (text += data));
    socket.on('error', (error) => resolve(error.code ?? error.message));
    socket.on('close', () => resolve(text));
  });
}
