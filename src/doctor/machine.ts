import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { release } from 'node:os';
import { findBubblewrap } from './preflight.ts';
import type { Machine } from './report.ts';

/** A check that hangs says that the thing does not work. Milliseconds. */
const PATIENCE = 10_000;
const OUTPUT_LIMIT = 64 * 1024;

/** The machine guard runs on. */
export async function thisMachine(): Promise<Machine> {
  const { execa } = await import('execa');
  const path = process.env.PATH ?? '';
  return {
    platform: process.platform,
    arch: process.arch,
    nodeVersion: process.versions.node,
    kernelRelease: release(),
    env: process.env,
    read(file) {
      try {
        return readFileSync(file, 'utf8').trim();
      } catch {
        return null;
      }
    },
    async run(program, args) {
      const result = await execa(program, args, {
        reject: false,
        timeout: PATIENCE,
        maxBuffer: OUTPUT_LIMIT,
        stdin: 'ignore',
        // What a program prints is compared: it has to be in one language.
        env: { LC_ALL: 'C' },
      });
      if (result.code === 'ENOENT') return null;
      return { exitCode: result.exitCode ?? null, stdout: result.stdout, stderr: result.stderr };
    },
    findBubblewrap: () => findBubblewrap(path),
    async loadKoffi() {
      const { koffiVersion } = await import('../kernel/libc.ts');
      return koffiVersion;
    },
    tryTracing,
  };
}

async function tryTracing(): Promise<string | null> {
  try {
    await traceOne();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** A program that does nothing is killed while it is traced: there is nothing to wait for but its end. */
async function traceOne(): Promise<void> {
  const { seize } = await import('../kernel/ptrace.ts');
  const child = spawn('sleep', ['10'], { stdio: 'ignore' });
  try {
    await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));
    seize(child.pid ?? 0);
  } finally {
    child.kill('SIGKILL');
  }
}
