import { matchAt } from '../sql/match-at.ts';

const SKIPPED = /--\[\[[^]*?(?:\]\]|$)|--[^\n]*|\s+/y;
const STRING = /"[^"\\\n]*(?:\\[^][^"\\\n]*)*"|'[^'\\\n]*(?:\\[^][^'\\\n]*)*'|\[\[[^]*?(?:\]\]|$)/y;
const NAME = /[A-Za-z_]\w*/y;
const CALLS = new Set(['call', 'pcall']);
const ROOTS = new Set(['redis', 'server']);

/** What a script of Redis calls, as far as it is written out. */
export interface LuaCalls {
  /** The first words of each call, up to the first that is not a plain string; in lower case. */
  calls: string[][];
  /** Some call is put together as it runs. */
  hidden: boolean;
}

export function luaCalls(script: string): LuaCalls {
  const tokens = [...luaTokens(script)];
  const calls: string[][] = [];
  let hidden = false;
  for (let index = 0; index < tokens.length; index += 1) {
    const name = tokens[index] ?? '';
    if (/^(?:load|loadstring|dofile|loadfile)$/.test(name)) hidden = true;
    if (!ROOTS.has(name) || tokens[index - 1] === '.') continue;
    if (tokens[index + 1] === '[') hidden = true;
    if (tokens[index + 1] !== '.' || !CALLS.has(tokens[index + 2] ?? '')) continue;
    const words: string[] = [];
    for (let at = index + (tokens[index + 3] === '(' ? 4 : 3); at < tokens.length; at += 2) {
      const token = tokens[at] ?? '';
      if (!/^["'[]./.test(token) || tokens[at + 1] === '..') break;
      words.push(token.replace(/^(?:\[\[|.)|(?:\]\]|.)$/g, '').toLowerCase());
      if (tokens[at + 1] !== ',') break;
    }
    if (words.length === 0) hidden = true;
    else calls.push(words);
  }
  return { calls, hidden };
}

function* luaTokens(script: string): Generator<string, void> {
  for (let at = 0; at < script.length;) {
    const skipped = matchAt(SKIPPED, script, at);
    if (skipped) {
      at += skipped.length;
      continue;
    }
    const token =
      matchAt(STRING, script, at) ??
      matchAt(NAME, script, at) ??
      (script.startsWith('..', at) ? '..' : (script[at] ?? ''));
    yield token;
    at += token.length;
  }
}
