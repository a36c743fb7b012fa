// Starts a program in ways that are awkward to follow: from a thread, from a script in memory, from under a tracer.
import { readSync, openSync, writeSync } from 'node:fs';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { fileURLToPath } from 'node:url';
import koffi from 'koffi';
import { call, report, vector } from './calls.mjs';

const [, , how, program, ...args] = isMainThread ? process.argv : workerData;
const PTRACE_TRACEME = 0;
const AT_EMPTY_PATH = 0x1000;
const argv = vector([program, ...args]);
const env = vector(['PATH=/usr/bin:/bin']);

// Node marks 0-2 close-on-exec.
const fcntl = koffi.load(null).func('int fcntl(int fd, int command, int value)');
for (const fd of [0, 1, 2]) fcntl(fd, 2, 0);

const HOW = {
  plain: () => call('execve', program, argv, env),
  thread: () => call('execve', program, argv, env),
  traced() {
    call('ptrace', PTRACE_TRACEME, 0, 0, 0);
    return call('execve', program, argv, env);
  },
  'script-in-memory'() {
    const fd = call('memfd_create', 'script', 0);
    writeSync(fd, '#!/bin/sh -e\necho "$0 $1"\n');
    return call('execveat', fd, '', argv, env, AT_EMPTY_PATH);
  },
  'script-below-folder'() {
    const folder = openSync('.', 'r');
    fcntl(folder, 2, 0);
    return call('execveat', folder, program, argv, env, 0);
  },
};
if (how === 'thread' && isMainThread) {
  new Worker(fileURLToPath(import.meta.url), { workerData: process.argv });
  // The thread's exec ends this one.
  readSync(0, Buffer.alloc(1));
} else report({ failed: HOW[how]() });
