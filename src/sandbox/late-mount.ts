import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, lstatSync, readlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { encodePath } from '../byte-path.ts';
import { openMountNamespace } from '../kernel/namespaces.ts';
import { PACKAGE_ROOT } from '../package-root.ts';
import { COVERS_INSIDE } from './build-plan.ts';
import { type LateMountOrder, type LateMountReply } from './late-mount-protocol.ts';
import { sessionMountNamespaces } from './mount-namespaces.ts';

export interface LateMount {
  /** A stand-in in the session's covers, on the host; or `path` itself, which is then only made read-only. */
  source: string;
  path: string;
  /** `dev:ino` of what is to be covered, as guard saw it. */
  inode?: string;
  /** The session may write into `source`. Read-only all the same in namespaces of its own making. */
  writable?: boolean;
}

/** Another file stood at the path than the one that was to be covered. */
export class TargetChanged extends Error {}

/**
 * Lays stand-ins over files of a session that already runs, in each of its mount namespaces. A helper for each is started
 * at the first need and stays: see `late-mounter.ts`.
 */
export class LateMounts {
  readonly #helpers = new Map<string, Helper>();

  /** `init` is the session's process 1 as this process sees it. Rejects with what the kernel said, or TargetChanged. */
  async lay(init: number, { source, path, inode, writable = false }: LateMount): Promise<void> {
    const order: LateMountOrder =
      source === path
        ? { source, sourceInode: null, path, inode: inode ?? null, writable }
        : {
            source: `${COVERS_INSIDE}/${basename(source)}`,
            sourceInode: inodeOf(source),
            path,
            inode: inode ?? null,
            writable,
          };
    for (const pid of sessionMountNamespaces(init)) {
      const reply = await this.#helper(pid).ask(order);
      if (reply.error !== null)
        throw reply.changed ? new TargetChanged(reply.error) : new Error(reply.error);
    }
  }

  close(): void {
    for (const helper of this.#helpers.values()) helper.end();
  }

  #helper(pid: number): Helper {
    const key = readlinkSync(`/proc/${pid}/ns/mnt`);
    const known = this.#helpers.get(key);
    if (known) return known;
    const helper = new Helper(pid);
    this.#helpers.set(key, helper);
    return helper;
  }
}

class Helper {
  readonly #child: ChildProcess;
  readonly #lines: Interface;
  readonly #waiting: ((reply: LateMountReply) => void)[] = [];
  #ended = false;

  constructor(pid: number) {
    const namespace = openMountNamespace(pid);
    // The credentials are kept: they already are user 0 of that namespace, and groups cannot be set in it.
    this.#child = spawn(
      'nsenter',
      [
        ...['--user=/proc/self/fd/4', '--preserve-credentials', '--'],
        ...[process.execPath, join(PACKAGE_ROOT, 'dist', 'late-mounter.cjs')],
      ],
      {
        stdio: ['pipe', 'pipe', 'ignore', namespace.mount, namespace.user],
        env: { PATH: '/usr/bin:/bin:/usr/sbin:/sbin' },
        detached: true,
      },
    );
    closeSync(namespace.user);
    closeSync(namespace.mount);
    const { stdin, stdout } = this.#child;
    if (!stdin || !stdout) throw new Error('the late mounter has no pipes');
    stdin.on('error', () => undefined);
    this.#lines = createInterface({ input: stdout });
    this.#lines.on('line', (line) => this.#waiting.shift()?.(JSON.parse(line) as LateMountReply));
    for (const event of ['close', 'error']) this.#child.once(event, () => this.#gone());
  }

  ask(order: LateMountOrder): Promise<LateMountReply> {
    return new Promise((resolve) => {
      if (this.#ended) return resolve(GONE);
      this.#waiting.push(resolve);
      this.#child.stdin?.write(`${asciiJson(order)}\n`);
    });
  }

  end(): void {
    this.#gone();
    this.#child.kill('SIGKILL');
  }

  #gone(): void {
    this.#ended = true;
    for (const resolve of this.#waiting.splice(0)) resolve(GONE);
  }
}

const GONE: LateMountReply = {
  error: 'the program that mounts in the session has ended',
  changed: false,
};

/** One byte a character, so that no character is cut between two reads. */
function asciiJson(order: LateMountOrder): string {
  return JSON.stringify(order).replace(
    /[\u0080-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function inodeOf(path: string): string {
  const { dev, ino } = lstatSync(encodePath(path), { bigint: true });
  return `${dev}:${ino}`;
}
