import { execFileSync, spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

export interface Ran {
  code: number | null;
  text: string;
}

/** A repository of a test's own, with a home in which git finds no settings but those that the test puts there. */
export class TestRepository {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), 'guard hook $(id) ')));
  readonly home = join(this.root, 'home');
  readonly path = join(this.root, 'work');
  readonly env: Record<string, string>;

  constructor() {
    onTestFinished(() => void execFileSync('rm', ['-rf', this.root]));
    mkdirSync(this.home);
    this.env = {
      PATH: process.env.PATH ?? '/usr/bin:/bin',
      HOME: this.home,
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_EDITOR: 'true',
    };
    for (const [name, value] of Object.entries({
      GIT_AUTHOR_NAME: 'n',
      GIT_AUTHOR_EMAIL: 'n@example.com',
      GIT_COMMITTER_NAME: 'n',
      GIT_COMMITTER_EMAIL: 'n@example.com',
    }))
      this.env[name] = value;
    this.must('init', '-q', '-b', 'main', this.path);
  }

  /** git in the work tree, or where `at` says. */
  git(args: string[], { at = this.path, env = {} } = {}): Ran {
    const folder = statSync(at, { throwIfNoEntry: false }) ? at : this.root;
    const ran = spawnSync('git', args, {
      cwd: folder,
      env: { ...this.env, ...env },
      encoding: 'utf8',
    });
    return { code: ran.status, text: ran.stdout + ran.stderr };
  }

  /** git that has to succeed; what it prints. */
  must(...args: string[]): string {
    const { code, text } = this.git(args);
    if (code !== 0) throw new Error(`git ${args.join(' ')}: ${text}`);
    return text.trim();
  }

  write(path: string, text: string, mode?: number): string {
    const at = join(this.path, path);
    mkdirSync(join(at, '..'), { recursive: true });
    writeFileSync(at, text, mode === undefined ? {} : { mode });
    return at;
  }

  /** Adds a file and commits it; the hook is passed over on demand. */
  commit(path: string, text: string, ...options: string[]): Ran {
    this.write(path, text);
    this.must('add', '-A');
    return this.git(['commit', '-q', '-m', path, ...options]);
  }

  /** Every file of a folder with its mode and content; folders and links by what they are. */
  picture(folder: string): Record<string, string> {
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
    return Object.fromEntries(
      names.map((name) => {
        const stats = statSync(join(folder, name));
        const content = stats.isFile() ? readFileSync(join(folder, name), 'latin1') : 'folder';
        return [name, `${(stats.mode & 0o7777).toString(8)} ${content}`];
      }),
    );
  }
}
