// Takes the view apart with system calls alone, so that no exec is in the way. Prints what each step answered and what
// can be read afterwards.
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { call, report } from './calls.mjs';

const [, , file, folder] = process.argv;
const MS = { REMOUNT: 32, BIND: 4096, REC: 16384, PRIVATE: 1 << 18 };
const OPEN_TREE_CLONE = 1;
const MOVE_MOUNT_F_EMPTY_PATH = 4;
const AT_FDCWD = -100;
const steps = {};

const elsewhere = '/tmp/elsewhere';
for (const name of [elsewhere, '/tmp/upper', '/tmp/work', '/tmp/merged', '/tmp/old'])
  mkdirSync(name, { recursive: true });
const seen = [];

steps.private = call('mount', 'none', '/', 0, MS.REC | MS.PRIVATE, 0);
steps.unmount = call('umount2', file, 0);
look(file);
steps.detach = call('umount2', file, 2);
look(file);
steps.bind = call('mount', folder, elsewhere, 0, MS.BIND, 0);
look(file.replace(folder, elsewhere));
steps.bindRecursive = call('mount', folder, elsewhere, 0, MS.BIND | MS.REC, 0);
steps.detachBelow = call('umount2', file.replace(folder, elsewhere), 2);
look(file.replace(folder, elsewhere));
const tree = call('open_tree', AT_FDCWD, folder, OPEN_TREE_CLONE);
steps.openTree = typeof tree === 'number' ? 'opened' : tree;
if (typeof tree === 'number') {
  steps.moveTree = call('move_mount', tree, '', AT_FDCWD, elsewhere, MOVE_MOUNT_F_EMPTY_PATH);
  look(file.replace(folder, elsewhere));
}
steps.moveAway = call('move_mount', AT_FDCWD, file, AT_FDCWD, elsewhere, 0);
look(file);
const overlay = `lowerdir=${folder},upperdir=/tmp/upper,workdir=/tmp/work,userxattr`;
steps.overlay = call('mount', 'overlay', '/tmp/merged', 'overlay', 0, overlay);
look(file.replace(folder, '/tmp/merged'));
steps.remountWritable = call('mount', 'none', `${folder}/.git/hooks`, 0, MS.REMOUNT | MS.BIND, 0);
look(`${folder}/.git/hooks/planted`, 'w');
steps.device = call('mknod', AT_FDCWD, '/tmp/device', 0o60600, 0xfe00);
look('/tmp/device');
steps.chroot = call('chroot', folder);
steps.pivot = call('pivot_root', '/tmp/merged', '/tmp/old');
report({ steps, seen });

function look(path, flags = 'r') {
  try {
    const fd = openSync(path, flags);
    seen.push(flags === 'w' ? `wrote ${path}` : readFileSync(fd, 'utf8').slice(0, 4096));
    closeSync(fd);
  } catch {
    // Unreadable is what is hoped for.
  }
}
