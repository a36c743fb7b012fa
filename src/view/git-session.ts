import {
  closeSync,
  constants,
  ftruncateSync,
  mkdirSync,
  openSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { encodePath, pathBytes } from '../byte-path.ts';
import { parseGitConfig, settingOf, type GitSetting } from './git-config.ts';
import { real } from './git-layout.ts';
import { filterCommand, filterFiles, type GitSpans } from './git-spans.ts';
import { readRegular, readSmall } from './inside.ts';

/** Where the session's folder `git` is seen inside. */
export const GIT_FOLDER_INSIDE = '/run/guard/git';
const FILTER = 'guard-cover';
/** For files that the session may edit. */
const SPANS_FILTER = 'guard-spans';
const SPANS_FOLDER = 'spans';

/** A covered file as git names it. */
export interface GitCover {
  /** Relative to each work tree it lies in, the innermost and those around it. */
  paths: string[];
  tracked: boolean;
  /** Present where the session may edit what it sees of the file. */
  spans?: GitSpans;
}

/**
 * Settings under which covered files look as they should: unmodified where git tracks them, ignored where not.
 * - Only size and whole seconds are compared (a stand-in has those of its original), no inode and no change time.
 * - Where that is not enough, git compares contents; the filter then gives it the index's own content. So nothing looks
 *   modified, and no stand-in can be added: for a file that is not tracked the filter fails, and it is required.
 * - Where the session may edit a stand-in, another filter gives the stand-in with the secrets that git holds already.
 */
const SETTINGS: readonly [string, string][] = [
  ['core.checkStat', 'minimal'],
  ['core.trustctime', 'false'],
  ['core.attributesFile', `${GIT_FOLDER_INSIDE}/attributes`],
  ['core.excludesFile', `${GIT_FOLDER_INSIDE}/exclude`],
  [`filter.${FILTER}.clean`, 'git cat-file blob :0:%f'],
  [`filter.${FILTER}.smudge`, 'cat'],
  [`filter.${FILTER}.required`, 'true'],
  [`filter.${SPANS_FILTER}.clean`, filterCommand(`${GIT_FOLDER_INSIDE}/${SPANS_FOLDER}`)],
  [`filter.${SPANS_FILTER}.smudge`, 'cat'],
  [`filter.${SPANS_FILTER}.required`, 'true'],
];

/**
 * `GIT_CONFIG_COUNT` and its keys (git 2.31) weigh more than any file. git drops them when it enters a submodule, so the
 * same settings also stand in place of the system's file, which they include.
 */
export function gitEnvironment(): Record<string, string> {
  const env: Record<string, string> = {
    GIT_CONFIG_SYSTEM: `${GIT_FOLDER_INSIDE}/config`,
    GIT_CONFIG_COUNT: String(SETTINGS.length),
  };
  for (const [index, [key, value]] of SETTINGS.entries()) {
    env[`GIT_CONFIG_KEY_${index}`] = key;
    env[`GIT_CONFIG_VALUE_${index}`] = value;
  }
  return env;
}

/** Writes `SESSION/git/{attributes,exclude,config}`, in place: they are the files that the session sees. */
export function writeGitFiles(sessionDir: string, covers: readonly GitCover[]): void {
  const folder = join(sessionDir, 'git');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const edited = covers.flatMap(({ paths, spans }) => (spans ? [{ paths, spans }] : []));
  const whole = covers.filter(({ spans }) => !spans);
  const attributes = [
    // What is edited is converted as the repository says, as it would be outside.
    ...edited
      .flatMap(({ paths }) => paths)
      .map((path) => `${attributesPattern(path)} filter=${SPANS_FILTER}\n`),
    // The last line that matches counts: a stand-in that is no file's content is never stored.
    ...whole
      .flatMap(({ paths }) => paths)
      .map((path) => `${attributesPattern(path)} filter=${FILTER} -text -ident\n`),
  ];
  const excluded = whole.filter(({ tracked }) => !tracked).flatMap(({ paths }) => paths);
  // Before what refers to it.
  writeFilter(join(folder, SPANS_FOLDER), edited);
  const excludes = excluded.map((path) => Buffer.concat([excludePattern(path), Buffer.from('\n')]));
  writeInPlace(join(folder, 'attributes'), Buffer.from([...new Set(attributes)].join('')));
  writeInPlace(join(folder, 'exclude'), Buffer.concat([userExcludes(), ...excludes]));
  writeInPlace(join(folder, 'config'), Buffer.from(configFile()));
}

/** Each file by a rename: git can be reading the earlier one. Tables of files that are covered no more stay. */
function writeFilter(folder: string, edited: Parameters<typeof filterFiles>[0]): void {
  if (edited.length === 0) return;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const [name, content] of filterFiles(edited, `${GIT_FOLDER_INSIDE}/${SPANS_FOLDER}`)) {
    const made = join(folder, `new-${name}`);
    writeInPlace(made, content);
    renameSync(made, join(folder, name));
  }
}

/** gitattributes(5): in C quotes, because unquoted white space would end the pattern. */
export function attributesPattern(path: string): string {
  let out = '"/';
  for (const byte of pathBytes(path)) {
    const character = String.fromCharCode(byte);
    if ('*?['.includes(character)) out += `\\\\${character}`;
    else if (character === '\\') out += '\\\\\\\\';
    else if (character === '"') out += '\\"';
    else if (byte < 0x20 || byte > 0x7e) out += `\\${byte.toString(8).padStart(3, '0')}`;
    else out += character;
  }
  return `${out}"`;
}

/** gitignore(5) knows no quotes: a line break in a name is matched by `?`. The leading `/` disarms `!` and `#`. */
export function excludePattern(path: string): Buffer {
  const out: number[] = [0x2f];
  const bytes = pathBytes(path);
  const trailing = bytes.length - (/ *$/.exec(bytes.toString('latin1'))?.[0].length ?? 0);
  for (const [index, byte] of bytes.entries()) {
    if (byte === 0x0a || byte === 0x0d) out.push(0x3f);
    else if (['*', '?', '[', '\\'].includes(String.fromCharCode(byte)) || index >= trailing)
      out.push(0x5c, byte);
    else out.push(byte);
  }
  return Buffer.from(out);
}

function configFile(): string {
  const lines = SETTINGS.map(([key, value]) => {
    const [section = '', ...rest] = key.split('.');
    const name = rest.pop() ?? '';
    const heading = rest.length > 0 ? `[${section} "${rest.join('.')}"]` : `[${section}]`;
    return `${heading}\n\t${name} = ${value}\n`;
  });
  return `[include]\n\tpath = /etc/gitconfig\n${identity()}${lines.join('')}`;
}

/** Who commits: the rest of the user's global configuration can name programs and hold tokens, and is not seen inside. */
function identity(): string {
  const settings = userSettings();
  const lines = ['name', 'email'].flatMap((key) => {
    const value = settingOf(settings, `user.${key}`);
    return value === undefined ? [] : [`\t${key} = ${quoted(value)}\n`];
  });
  return lines.length > 0 ? `[user]\n${lines.join('')}` : '';
}

/** git-config(1), Syntax: values in double quotes know these escapes only. */
function quoted(value: string): string {
  const escapes: Record<string, string> = { '\\': '\\\\', '"': '\\"', '\n': '\\n', '\t': '\\t' };
  return `"${value.replace(/[\\"\n\t]/g, (character) => escapes[character] ?? '')}"`;
}

/** Of the user's own global files, never of one that a repository names. */
function userSettings(): GitSetting[] {
  const files = [join(userConfigFolder(), 'git', 'config'), join(homedir(), '.gitconfig')];
  return files.flatMap((file) => parseGitConfig(readSmall(real(file) ?? file) ?? '') ?? []);
}

function userConfigFolder(): string {
  return process.env['XDG_CONFIG_HOME'] || join(homedir(), '.config');
}

/** The user's own global excludes, which the session's file stands in for. Never a file that a repository names. */
function userExcludes(): Buffer {
  const named = settingOf(userSettings(), 'core.excludesfile');
  const file = named?.replace(/^~(?=\/)/, homedir()) ?? join(userConfigFolder(), 'git', 'ignore');
  const found = real(resolve(homedir(), file));
  const content = (found && readRegular(found, 1024 * 1024)) || Buffer.alloc(0);
  return content.length > 0 && content.at(-1) !== 0x0a
    ? Buffer.concat([content, Buffer.from('\n')])
    : content;
}

function writeInPlace(path: string, content: Buffer): void {
  const { O_CREAT, O_NOFOLLOW, O_WRONLY } = constants;
  const fd = openSync(encodePath(path), O_WRONLY | O_CREAT | O_NOFOLLOW, 0o600);
  try {
    for (let at = 0; at < content.length;) at += writeSync(fd, content, at);
    ftruncateSync(fd, content.length);
  } finally {
    closeSync(fd);
  }
}
