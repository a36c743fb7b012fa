#!/usr/bin/env node
'use strict';
const { isAscii } = require('node:buffer');
const { existsSync, readFileSync, writeFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { join } = require('node:path');
const { Script } = require('node:vm');

// The audit is a bundle of its own: every commit waits for it. What plans a session to say what it would have is not in there.
const [, , command, ...words] = process.argv;
// Behind `--` stand files, whatever they are called.
const options = words.includes('--') ? words.slice(0, words.indexOf('--')) : words;
const name = command === 'audit' && !options.includes('--reach') ? 'audit' : 'guard';
const program = join(__dirname, '..', 'dist', `${name}.cjs`);
const cache = join(__dirname, '..', 'dist', `${name}.cache`);
if (!existsSync(program)) {
  process.stderr.write(
    'guard: not built: dist/ is missing. Run `npm ci && npm run build` first.\n',
  );
  process.exit(125);
}
// What V8 compiled at build time; another version of Node refuses it and compiles again.
const script = new Script(`(function (require, __filename) {${textOf(readFileSync(program))}\n})`, {
  filename: program,
  cachedData: existsSync(cache) ? readFileSync(cache) : undefined,
});
script.runInThisContext()(createRequire(program), program);

/** What is built is ASCII, which takes half the time as such. */
function textOf(bytes) {
  return bytes.toString(isAscii(bytes) ? 'latin1' : 'utf8');
}

if (process.env.GUARD_WRITE_CACHE)
  process.once('exit', () => writeFileSync(cache, script.createCachedData()));
