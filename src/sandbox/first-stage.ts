import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { closeSync } from 'node:fs';
import { join } from 'node:path';
import type { Duplex, Readable } from 'node:stream';
import { pidfdGetfd, pidfdOpen } from '../kernel/descriptors.ts';
import { PACKAGE_ROOT } from '../package-root.ts';
import {
  ORDERS_FD,
  REPORT_FD,
  type StageOneOrder,
  type StageOneReport,
} from './stage-one-protocol.ts';

/** Capabilities over a network namespace need user 0 in the user namespace that owns it, so this one maps to 0. */
export const OUTER_ARGUMENTS = [
  ...['--unshare-user', '--uid', '0', '--gid', '0', '--unshare-net', '--cap-add', 'ALL'],
  ...['--die-with-parent', '--dev-bind', '/', '/', '--chdir', '/', '--'],
];

/** What the first stage opened inside and guard now holds: descriptors of this process. */
export interface Opened {
  /** Process id of the first stage, later of the inner bubblewrap. */
  pid: number;
  listener: number;
  tcp: [port: number, fd: number][];
  dns: number;
}

/** The outer bubblewrap with the first stage in it, booting while guard reads profiles. */
export class FirstStage {
  readonly child: ChildProcess;
  readonly #orders: Duplex;
  readonly #reports: Readable;

  constructor(bwrap: string, stdio: readonly [number, number, number]) {
    this.child = spawn(
      bwrap,
      [...OUTER_ARGUMENTS, process.execPath, join(PACKAGE_ROOT, 'dist', 'stage-one.cjs')],
      // The environment of process 1 inside can be read by the agent: it has to be empty from the start.
      // In a session of its own: what a terminal sends to guard's process group is guard's to pass on.
      { stdio: [...stdio, 'pipe', 'pipe'] satisfies StdioOptions, env: {}, detached: true },
    );
    this.#orders = this.child.stdio[ORDERS_FD] as Duplex;
    this.#reports = this.child.stdio[REPORT_FD] as Readable;
    // A stage that dies early breaks its pipes; its exit is what tells.
    this.#orders.on('error', () => undefined);
    this.#reports.on('error', () => undefined);
  }

  /** Gives the order, and takes over what was opened. Throws with what the stage or bubblewrap said. */
  async open(order: StageOneOrder): Promise<Opened> {
    this.#orders.write(`${JSON.stringify(order)}\n`);
    const report = await this.#report();
    if ('error' in report) throw new Error(report.error);
    const pidfd = pidfdOpen(report.pid);
    try {
      const take = (fd: number): number => pidfdGetfd(pidfd, fd);
      return {
        pid: report.pid,
        listener: take(report.listener),
        tcp: report.tcp.map(([port, fd]) => [port, take(fd)]),
        dns: take(report.dns),
      };
    } finally {
      closeSync(pidfd);
    }
  }

  /** Lets the first stage become the inner bubblewrap. */
  go(): void {
    this.#orders.end('go\n');
  }

  /**
   * Ends it, however far it has come. Killed before its child asked to die with it (PR_SET_PDEATHSIG, prctl(2)), bubblewrap
   * leaves that child behind: it ends when its orders do.
   */
  kill(): void {
    this.child.kill('SIGKILL');
    this.#orders.destroy();
    this.#reports.destroy();
  }

  #report(): Promise<StageOneReport> {
    return new Promise((resolve, reject) => {
      let text = '';
      this.#reports.setEncoding('utf8');
      this.#reports.on('data', (chunk: string) => {
        text += chunk;
        const end = text.indexOf('\n');
        if (end >= 0) resolve(JSON.parse(text.slice(0, end)) as StageOneReport);
      });
      this.child.once('error', reject);
      this.child.once('exit', (code, signal) =>
        reject(new Error(`bubblewrap ended with ${signal ?? `status ${code}`}`)),
      );
    });
  }
}
