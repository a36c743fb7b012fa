import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Outcome } from '../../harness/guard.ts';
import { makeScene, reported, type Run, type Scene } from '../../attacks/scene.ts';

export const INSIDE = fileURLToPath(new URL('./inside', import.meta.url));
const MODULES = fileURLToPath(new URL('../../../node_modules', import.meta.url));
/** Debian's own, which has the modules of Debian. */
export const PYTHON = '/usr/bin/python3';

/** How a step of a session ended. */
export interface Step {
  code: number | null;
  out: string;
  err: string;
}

export interface World extends Scene {
  /** The profile: every command may run, the hosts live at the port, and what `more` says. */
  profile(hosts: readonly string[], port: number, more?: string, network?: string): void;
  /** Runs shell scripts one after the other in one session. */
  steps(scripts: Record<string, string>, options?: Run): Promise<Steps>;
  journals(): string;
}

export interface Steps {
  run: Outcome;
  said: Record<string, Step>;
}

/** A scene whose session reaches services of the test's own, and programs that speak with them. */
export function makeWorld(): World {
  const scene = makeScene();
  return {
    ...scene,
    profile(hosts, port, more = '', network = '') {
      scene.configure(`home:
  read: [${JSON.stringify(INSIDE)}, ${JSON.stringify(MODULES)}]
commands:
${['git', 'curl', 'wget', 'node', 'python3', 'sh', 'grep', 'base64']
  .map((name) => `  - { match: ${name}, action: allow }`)
  .join('\n')}
network:
  allow: [${hosts.map((host) => JSON.stringify(host)).join(', ')}]
  hosts: { ${hosts
    .filter((host) => !host.startsWith('*'))
    .map((host) => `${JSON.stringify(host.replace(/:\d+$/, ''))}: '127.0.0.1:${port}'`)
    .join(', ')} }
${network}
${more}`);
    },
    async steps(scripts, options = {}) {
      const run = await scene.attack([process.execPath, join(INSIDE, 'steps.mjs')], {
        ...options,
        input: JSON.stringify(scripts),
      });
      return { run, said: reported<Steps['said']>(run) };
    },
    journals: () => {
      const sessions = join(scene.state, 'guard', 'sessions');
      return readdirSync(sessions)
        .map((id) => readFileSync(join(sessions, id, 'journal.jsonl'), 'utf8'))
        .join('');
    },
  };
}

/** A token of GitHub's shape. */
export function gitHubToken(): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  const draw = (): string => letters[Math.floor(Math.random() * letters.length)] ?? 'A';
  return `ghp_${Array.from({ length: 36 }, draw).join('')}`;
}
