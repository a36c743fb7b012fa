// Looks for values in all that a session can read but the system's own programs. Each value comes with every character
// moved by one, so that it is in no file or process but where it was before. Prints the paths.
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const values = JSON.parse(readFileSync(0, 'utf8')).map((moved) =>
  Buffer.from(moved.map((code) => code - 1)),
);
const SKIP = new Set(['/usr', '/lib', '/lib64', '/opt', '/nix', '/sys', '/dev', '/proc']);
const found = [];
let looked = 0;

function look(path) {
  try {
    const bytes = readFileSync(path);
    looked += 1;
    if (values.some((value) => bytes.includes(value))) found.push(path);
  } catch {
    // Not for this user.
  }
}

function walk(folder) {
  let names = [];
  try {
    names = readdirSync(folder);
  } catch {
    return;
  }
  for (const name of names) {
    const path = join(folder, name);
    if (SKIP.has(path) || name === 'node_modules') continue;
    const entry = lstatSync(path, { throwIfNoEntry: false });
    if (entry?.isDirectory()) walk(path);
    else if (entry?.isFile() && entry.size < 4 * 1024 * 1024) look(path);
  }
}

walk('/');
for (const id of readdirSync('/proc').filter((name) => /^\d+$/.test(name)))
  for (const file of ['environ', 'cmdline', 'mountinfo', 'maps']) look(`/proc/${id}/${file}`);
console.log(JSON.stringify({ found, looked }));
