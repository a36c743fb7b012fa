import { finding, isWord, strictest, type Context, type Finding } from './finding.ts';
import type { SqlToken } from './lexer.ts';
import { readStrings, startsVerb, within } from './opaque.ts';
import { sqlTokens } from './lexer.ts';

/** Commands of psql and mysql that only show, or concern the session. */
const SHOWS =
  /^\\(?:d[a-zA-Z]*|l|x|q|z|a|t|timing|echo|conninfo|pset|encoding|h|sf|sv|set|qecho|warn|if|elif|else|endif|errverbose|r|p|H|f|C|T|s|u|W|w|n|c)$/;
/** What a shell only shows: not worth a question. */
const IDLE =
  /^(?:ls|pwd|clear|date|echo|cat|whoami|hostname|uname|true|head|tail|wc)(?:\s+[\w./ -]*)?$/;
const PIPES = /^\s*(?:\([^)]*\)\s*)?["']?\|/;

/** A command to the client: of psql and mysql, or of another's that starts a line. */
export function readMeta(text: string, sent: readonly SqlToken[], context: Context): Finding {
  const [, name = text, rest = ''] = /^(\\(?:[a-zA-Z]+|.)|[.:!]*[\w!]+)\s*([^]*)$/.exec(text) ?? [];
  if (name.startsWith('\\')) return readBackslash(name, rest, text, sent, context);
  if (name.startsWith('.')) return readDot(name.slice(1).toLowerCase(), rest);
  return readWord(name.replace(/^:|^!(?=\w)/, '').toLowerCase(), rest);
}

function readBackslash(
  name: string,
  rest: string,
  text: string,
  sent: readonly SqlToken[],
  context: Context,
): Finding {
  const opaque = unseen(name);
  switch (name) {
    case '\\!':
      return program(name, rest);
    case '\\copy':
      return strictest([opaque, copied(rest, context)]);
    case '\\g':
    case '\\gx':
    case '\\o':
    case '\\out':
    case '\\w':
    case '\\write':
    case '\\P':
      return name === '\\P' || PIPES.test(rest) ? program(name, rest.replace(PIPES, '')) : opaque;
    case '\\gexec':
      return strictest([opaque, generated(sent, context)]);
    default:
      // In backquotes stands a program.
      if (/`[^`]*`/.test(text)) return program(name, '`');
      return SHOWS.test(name) ? finding('read', name) : opaque;
  }
}

/** `\copy` sends a COPY; files are the client's own. */
function copied(rest: string, context: Context): Finding {
  const tokens = [...sqlTokens(rest, context.reading)];
  const at = tokens.findIndex((token) => isWord(token, 'PROGRAM'));
  const before = tokens[at - 1];
  if (at > 0 && isWord(before, 'FROM', 'TO') && tokens[at + 1]?.kind === 'string')
    return program('\\copy', tokens[at + 1]?.text ?? '');
  if (tokens[0]?.text !== '(') return finding('read', '\\copy');
  return within(tokens, context);
}

/** What a query returns is run: it can be judged where its strings say what it makes. */
function generated(sent: readonly SqlToken[], context: Context): Finding {
  const least = finding('unknown', '\\gexec', null, 'what a query returns is run');
  const plain = sent.some((token) => token.kind === 'string' && startsVerb(token.text));
  const found = readStrings(sent, least, context);
  return plain ? found : strictest([found, { ...least, kinds: ['opaque'] }]);
}

/** sqlite3's and duckdb's, which take any beginning of a name. */
function readDot(name: string, rest: string): Finding {
  const verb = `.${name.slice(0, 20)}`;
  const is = (full: string, least = 2) => name.length >= least && full.startsWith(name);
  if (is('shell', 1) || is('system')) return program(verb, rest);
  if (is('import') || is('output', 1) || is('once') || is('read', 3) || is('log', 3))
    return PIPES.test(rest) ? program(verb, rest.replace(PIPES, '')) : unseen(verb);
  if (is('load', 3)) return { ...unseen(verb), kinds: ['program'] };
  if (is('restore', 3) || (is('open', 2) && /(?:^|\s)--?new\b/.test(rest)))
    return { ...finding('destroy', verb, null, 'what is there is replaced'), kinds: ['overwrite'] };
  if (is('tables', 2) || is('schema', 3) || is('dump', 2) || is('mode') || is('headers', 2))
    return finding('read', verb);
  return unseen(verb);
}

/** `system` and `pager` of mysql, `!!` of sqlcmd, `!system` of snowsql. */
function readWord(name: string, rest: string): Finding {
  if (/^(?:system|pager$|!!)/.test(name)) return program(name, rest);
  return unseen(name);
}

function program(verb: string, command: string): Finding {
  const found = finding('unknown', verb, null, 'it starts a program beside the client');
  return IDLE.test(command.trim()) ? found : { ...found, kinds: ['program'] };
}

function unseen(verb: string): Finding {
  return finding('unknown', verb, null, 'it is a command to the client');
}
