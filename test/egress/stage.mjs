// Plays stage one inside the network namespace: opens the listeners, hands them to the test over IPC, then runs
// clients on request. Arguments: the TCP ports to listen on.
import { execFileSync, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { connect, createServer } from 'node:net';

execFileSync('ip', ['link', 'set', 'lo', 'up']);
// Without an address that is not 127.0.0.1 glibc's AI_ADDRCONFIG answers no IPv4 question (getaddrinfo(3)).
execFileSync('ip', ['addr', 'add', '198.19.255.254/32', 'dev', 'lo']);
execFileSync('ip', ['route', 'add', 'local', 'default', 'dev', 'lo']);
execFileSync('ip', ['-6', 'route', 'add', 'local', 'default', 'dev', 'lo']);

for (const port of process.argv.slice(2).map(Number)) {
  const server = createServer();
  server.listen({ port, host: '::', backlog: 4096 }, () => {
    process.send({ server: port }, server, () => server.close());
  });
}

const dns = createSocket('udp4');
dns.bind(53, '0.0.0.0', () => process.send({ dns: true }, dns, () => dns.close()));

process.on('message', ({ id, run, env, connect: to }) => {
  if (to) {
    const socket = connect({ ...to, allowHalfOpen: true });
    socket.pause();
    socket.on('error', (error) => process.send({ id, error: error.code }));
    socket.on('connect', () => process.send({ id }, socket));
    return;
  }
  const child = spawn(run[0], run.slice(1), { stdio: ['ignore', 'pipe', 'pipe'], env });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => (stdout += chunk));
  child.stderr.on('data', (chunk) => (stderr += chunk));
  child.on('error', (error) => process.send({ id, error: error.message }));
  child.on('close', (code) => process.send({ id, code, stdout, stderr }));
});
process.on('disconnect', () => process.exit());
process.send({ pid: process.pid });
