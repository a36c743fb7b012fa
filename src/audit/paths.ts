import { readdirSync, statSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { decodePath, encodePath } from '../byte-path.ts';
import type { Examiner } from './examine.ts';
import { repositoryAt } from './repository-at.ts';
import { FileReading, inWords } from './worktree.ts';

/**
 * Looks through files and folders that were named, git or not: all in them but `.git`. A link that was named is followed,
 * one that was met is the text that it is.
 */
export async function auditPaths(
  examiner: Examiner,
  paths: readonly string[],
  cwd: string,
): Promise<void> {
  const root = repositoryAt(cwd);
  const reader = new FileReading(examiner);
  for (const named of paths) {
    const file = resolve(cwd, named);
    try {
      // Where a link leads to.
      const stat = statSync(encodePath(file));
      if (stat.isDirectory()) await walk(file);
      else await reader.examineNamed(file, shown(file));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === undefined) throw error;
      examiner.unread(shown(file), inWords(code));
    }
  }

  function shown(file: string): string {
    const within = root === null ? '..' : relative(root, file);
    return within.startsWith('..') ? relativeOrWhole(cwd, file) : within;
  }

  async function walk(folder: string): Promise<void> {
    for (const entry of readdirSync(encodePath(folder), {
      withFileTypes: true,
      encoding: 'buffer',
    }).sort((a, b) => Buffer.compare(a.name, b.name))) {
      const name = decodePath(entry.name);
      const file = `${folder}/${name}`;
      if (!entry.isDirectory()) await reader.examine(file, shown(file));
      else if (name !== '.git')
        try {
          await walk(file);
        } catch (error) {
          const { code } = error as NodeJS.ErrnoException;
          if (code === undefined) throw error;
          examiner.unread(shown(file), inWords(code));
        }
    }
  }
}

function relativeOrWhole(cwd: string, file: string): string {
  const within = relative(cwd, file);
  return within.startsWith('..') ? file : within;
}
