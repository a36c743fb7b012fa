import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodePath } from '../byte-path.ts';
import { GuardError } from '../guard-error.ts';
import { printable } from '../printable.ts';
import type { Survey } from './survey.ts';
import { fileGlob } from './values.ts';

/** A first `.guard.yaml`: everything but the version is a comment, so that writing it changes nothing. */
export function scaffold(found: Survey): string {
  const globs = (paths: string[], end = ''): string[] =>
    paths
      .map((path) => path + end)
      .filter((path) => fileGlob(path) === null && printable(path) === path);
  const protectedFolders = globs(found.infrastructure, '/**');
  const [dotenv] = globs(found.dotenv);
  return [
    '# What a coding agent may see, start and reach in this repository (guard).',
    '# Lines that tighten count for everybody; lines that widen count for those who ran `guard trust`.',
    '# `guard profile show` prints the result, `guard profile validate` checks this file.',
    'version: 1',
    '',
    '# files:',
    ...(found.dotenv.length
      ? [
          '#   # Found, and covered without a line here: values replaced by placeholders.',
          ...found.dotenv.map((path) => `#   #   ${printable(path)}`),
        ]
      : []),
    '#   hide: ["config/private/**"]         # cannot be read',
    `#   expose: [${text(dotenv ?? '.env.test')}]                # can be read as it is (widens)`,
    ...(protectedFolders.length ? ['#   # Found: infrastructure. Read-only:'] : []),
    `#   protect: [${(protectedFolders.length ? protectedFolders : ['infra/**']).map(text).join(', ')}]`,
    '',
    '# commands:',
    ...found.commands.map(
      ({ match, because }) => `#   - { match: ${text(match)}, action: ask } # ${because}`,
    ),
    '#   - { match: "make deploy", action: ask }',
    '',
    '# network:',
    '#   # Hosts besides those of the agent itself (widens). A registry is also a place to send data to.',
    '#   allow:',
    ...(found.registries.length
      ? found.registries.map(({ host, because }) => `#     - ${host} # ${because}`)
      : ['#     - registry.npmjs.org']),
    '#   # Services on your own machine that the session may use, by port (widens).',
    ...(found.ports.length
      ? [`#   # Published by ${[...new Set(found.ports.map(({ file }) => file))].join(', ')}.`]
      : []),
    `#   host-ports: [${found.ports.map(({ port }) => port).join(', ') || '5432'}]`,
    '#   # Servers of the session that your browser may reach, by port (widens).',
    '#   publish: [3000]',
    '',
    '# broker:',
    '#   # Run by guard with a credential the session does not get; `guard shims` lists them (widens).',
    ...(found.brokers.length ? found.brokers : ['git']).map((name) => `#   - ${name}`),
    '',
    '# env:',
    '#   pass: [DATABASE_NAME]               # variables of yours that the session gets (widens)',
    '',
  ].join('\n');
}

/** Writes it where nothing is yet, and returns the path. Throws GuardError when something is. */
export function writeScaffold(root: string, content: string): string {
  const file = join(root, '.guard.yaml');
  try {
    writeFileSync(encodePath(file), content, { flag: 'wx', mode: 0o644 });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new GuardError({
      what: `cannot write ${file}`,
      why: code === 'EEXIST' ? 'there is one already' : `the file system says ${code}`,
      fix:
        code === 'EEXIST'
          ? 'Edit that one, or move it away first'
          : 'Make the folder writable for you',
      cause,
    });
  }
  return file;
}

/** A YAML double-quoted scalar: JSON is one, once what a terminal acts on is written out. */
function text(value: string): string {
  return JSON.stringify(printable(value));
}
