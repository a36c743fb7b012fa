/**
 * The first stage inside: a program of its own, started by the outer bubblewrap with capabilities in a user namespace
 * and an empty network namespace. It opens what guard will listen on, installs the session's filter, and becomes the
 * inner bubblewrap. Everything is synchronous: no thread of Node's may be in the way of execve.
 */
import { closeSync, readSync, writeFileSync, writeSync } from 'node:fs';
import { pathBytes } from '../byte-path.ts';
import { closeOnExecFrom, memfd, openWithoutLinks, setInheritable } from '../kernel/descriptors.ts';
import { bindDatagrams, listenEverywhere } from '../kernel/listen.ts';
import { attachOver, cloneUnfollowed } from '../kernel/mounts.ts';
import { makeEveryAddressLocal } from '../kernel/netlink.ts';
import { execve, newSession, resetIgnoredSignals } from '../kernel/process.ts';
import { installFilter } from '../kernel/seccomp.ts';
import {
  ORDERS_FD,
  REPORT_FD,
  type StageOneOrder,
  type StageOneReport,
  type Unfollowed,
} from './stage-one-protocol.ts';

try {
  const order = JSON.parse(readLine()) as StageOneOrder;
  makeEveryAddressLocal();
  const tcp = order.tcpPorts.map((port): [number, number] => [port, listenEverywhere(port)]);
  const dns = bindDatagrams(53);
  newSession();
  if (order.maxUserNamespaces !== null)
    writeFileSync('/proc/sys/user/max_user_namespaces', `${order.maxUserNamespaces}\n`);
  order.unfollowed.forEach(stopFollowing);
  const args = memfd('guard-arguments');
  writeSync(
    args,
    Buffer.concat(order.bwrapArguments.flatMap((word) => [pathBytes(word), Buffer.alloc(1)])),
    0,
    null,
    0,
  );
  const listener = installFilter();
  report({ pid: process.pid, listener, tcp, dns });
  // From here on every execve waits for guard; it says go once it holds the listener.
  if (readLine() !== 'go') throw new Error('guard went away');
  closeOnExecFrom(3);
  for (const fd of [0, 1, 2, args]) setInheritable(fd, true);
  resetIgnoredSignals();
  execve(order.bwrap, ['bwrap', '--args', String(args), '--', ...order.argv], {});
} catch (error) {
  try {
    report({ error: error instanceof Error ? error.message : String(error) });
  } catch {
    // Guard is gone, and the stderr here is the user's: there is nobody to tell.
  }
  process.exit(125);
}

/** In this mount namespace, from which the inner bubblewrap takes what it binds. */
function stopFollowing({ path, readOnly }: Unfollowed): void {
  const target = openWithoutLinks(pathBytes(path));
  const tree = cloneUnfollowed(target, readOnly);
  attachOver(tree, target);
  for (const fd of [tree, target]) closeSync(fd);
}

/** One line of guard's, without its newline. */
function readLine(): string {
  const chunks: Buffer[] = [];
  for (;;) {
    const chunk = Buffer.alloc(65536);
    const size = readSync(ORDERS_FD, chunk);
    if (size === 0) throw new Error('guard went away');
    const end = chunk.subarray(0, size).indexOf(0x0a);
    chunks.push(chunk.subarray(0, end < 0 ? size : end));
    if (end >= 0) return Buffer.concat(chunks).toString('utf8');
  }
}

function report(message: StageOneReport): void {
  writeSync(REPORT_FD, `${JSON.stringify(message)}\n`);
}
