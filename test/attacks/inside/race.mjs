// Starts a program again and again from memory that another thread writes to all the time: what the kernel reads is not
// what was read before. `file`: the path becomes another; `arguments`: an argument does.
import { existsSync, symlinkSync, unlinkSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import koffi from 'koffi';
import { address, report, vector } from './calls.mjs';

const [, , what, attempts, harmless, forbidden] = process.argv;
const shared = new SharedArrayBuffer(16);
const [path, word] = [Buffer.from(shared, 0, 8), Buffer.from(shared, 8, 8)];
path.write(what === 'file' ? './fine' : './tool');
word.write('fine');
// One store each, so that there is nothing in between.
const flip = { file: [0, './evil\0\0'], arguments: [1, 'evil\0\0\0\0'] }[what];
const [index, text] = flip;
if (what === 'file') {
  symlinkSync(harmless, 'fine');
  symlinkSync(forbidden, 'evil');
} else symlinkSync(forbidden, 'tool');

const flipper = new Worker(
  `const { workerData } = require('node:worker_threads');
   const words = new BigInt64Array(workerData.shared);
   const { index, evil } = workerData;
   const fine = words[index];
   for (;;) {
     for (let i = 0; i < 200; i += 1) Atomics.store(words, index, evil);
     for (let i = 0; i < 200; i += 1) Atomics.store(words, index, fine);
   }`,
  {
    eval: true,
    workerData: { shared, index, evil: Buffer.from(text).readBigInt64LE() },
    stdout: true,
    stderr: true,
  },
);
await new Promise((resolve) => flipper.once('online', resolve));

const libc = koffi.load(null);
const spawn = libc.func(
  'int posix_spawn(void *pid, void *path, void *actions, void *attributes, void *argv, void *env)',
);
const wait = libc.func('int waitpid(int pid, void *status, int options)');
// Node marks 0-2 close-on-exec, and what is ended is told on its descriptor 2.
const fcntl = libc.func('int fcntl(int fd, int command, int value)');
for (const fd of [0, 1, 2]) fcntl(fd, 2, 0);
const argv = vector(['touch', 'left']);
if (what === 'arguments') argv.writeBigUInt64LE(address(word), 8);
const none = Buffer.alloc(8);
const [pid, status] = [Buffer.alloc(4), Buffer.alloc(4)];
const trace = what === 'file' ? 'left' : 'evil';
const seen = { wins: 0, refused: 0, ended: 0, ran: 0 };
for (let attempt = 0; attempt < Number(attempts); attempt += 1) {
  if (spawn(pid, path, null, null, argv, none) !== 0) {
    seen.refused += 1;
    continue;
  }
  while (wait(pid.readInt32LE(), status, 0) < 0);
  const how = status.readInt32LE();
  if ((how & 0x7f) === 9) seen.ended += 1;
  else seen.ran += 1;
  if (!existsSync(trace)) continue;
  seen.wins += 1;
  unlinkSync(trace);
}
report(seen);
process.exit();
