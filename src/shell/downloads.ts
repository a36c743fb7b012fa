import { posix } from 'node:path';
import { optionsOf } from './options.ts';

/** Files that a program writes what it downloads to, by its words alone; null where it prints it. */
export function downloadsOf(name: string, args: readonly string[]): string[] | null {
  return name === 'wget' ? byWget(args) : byCurl(args);
}

const CURL_VALUES = 'oAbcCdDeEFhHKmPQrtTuUwxXyYz';
const WGET_VALUES = 'oaOPtTwQDeAiBlRIXU';

function byCurl(args: readonly string[]): string[] | null {
  const { flags, operands } = optionsOf(args, CURL_VALUES, /^(?:output|output-dir|url)$/);
  const folder = flags.get('output-dir')?.at(-1) ?? '.';
  const outputs = [...(flags.get('o') ?? []), ...(flags.get('output') ?? [])];
  const named = outputs.filter((file) => file !== '-');
  if (flags.has('O') || flags.has('remote-name') || flags.has('remote-name-all'))
    named.push(...operands.map(lastOf));
  return named.length ? named.map((file) => inFolder(folder, file)) : null;
}

function byWget(args: readonly string[]): string[] | null {
  const { flags, operands } = optionsOf(
    args,
    WGET_VALUES,
    /^(?:output-document|directory-prefix|header|user-agent|post-data|user|password|tries|timeout)$/,
  );
  const folder = (flags.get('P') ?? flags.get('directory-prefix'))?.at(-1) ?? '.';
  const output = (flags.get('O') ?? flags.get('output-document'))?.at(-1);
  if (output === '-') return null;
  if (output !== undefined) return [output];
  return operands.map((url) => inFolder(folder, lastOf(url)));
}

function inFolder(folder: string, file: string): string {
  return file.startsWith('/') ? file : `${folder}/${file}`;
}

function lastOf(url: string): string {
  const [path = ''] = url.split(/[?#]/, 1);
  return posix.basename(path) || 'index.html';
}
