// name_to_handle_at(2) and open_by_handle_at(2): a file by its inode, past every mount over its path.
import { openSync, readFileSync } from 'node:fs';
import { call, report } from './calls.mjs';

const [, , verb, path, given] = process.argv;
const AT_FDCWD = -100;
if (verb === 'make') {
  const handle = Buffer.alloc(136);
  handle.writeUInt32LE(128, 0);
  const result = call('name_to_handle_at', AT_FDCWD, path, handle, Buffer.alloc(4), 0);
  report({ result, handle: handle.toString('hex') });
} else {
  const fd = call('open_by_handle_at', openSync(path, 'r'), Buffer.from(given, 'hex'), 0);
  report({ fd, text: typeof fd === 'number' ? readFileSync(fd, 'utf8') : null });
}
