// Starts a program in ways a shell does not.
import { openSync, readFileSync, writeSync } from 'node:fs';
import koffi from 'koffi';
import { address, call, report, vector } from './calls.mjs';

const [, , way, program, ...args] = process.argv;
const AT_EMPTY_PATH = 0x1000;
const argv = vector([program, ...args]);
const env = vector(['PATH=/usr/bin:/bin']);

// Node marks 0-2 close-on-exec.
const fcntl = koffi.load(null).func('int fcntl(int fd, int command, int value)');
for (const fd of [0, 1, 2]) fcntl(fd, 2, 0);

const WAYS = {
  memfd() {
    const fd = call('memfd_create', 'harmless', 0);
    const bytes = readFileSync(program);
    for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at);
    return call('execveat', fd, '', argv, env, AT_EMPTY_PATH);
  },
  descriptor: () => call('execveat', openSync(program, 'r'), '', argv, env, AT_EMPTY_PATH),
  relative: () => call('execveat', openSync('/usr', 'r'), 'bin/shred', argv, env, 0),
  'no-name': () => call('execve', program, vector(['', ...args]), env),
  'own-filter'() {
    call('prctl', 38, 1, 0, 0, 0);
    // seccomp(2): a filter of one instruction that allows everything
    const instruction = Buffer.alloc(8);
    instruction.writeUInt16LE(0x06, 0);
    instruction.writeUInt32LE(0x7fff0000, 4);
    const filter = Buffer.alloc(16);
    filter.writeUInt16LE(1, 0);
    filter.writeBigUInt64LE(address(instruction), 8);
    call('seccomp', 1, 0, filter);
    return call('execve', program, argv, env);
  },
};
report({ refused: WAYS[way]() });
