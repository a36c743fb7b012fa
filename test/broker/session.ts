import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll } from 'vitest';
import type { RecordedEvent } from '../../src/session/journal-read.ts';
import { outcome, type Outcome, type Place } from '../harness/guard.ts';
import type { TestBroker } from './run-program.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const PERL = realpathSync('/usr/bin/perl');

let program = '';
/** In node_modules, because what is bundled finds guard's own files from where it lies. */
export function useTestBroker(): void {
  let folder: string;
  beforeAll(async () => {
    const cache = join(ROOT, 'node_modules', '.cache');
    mkdirSync(cache, { recursive: true });
    folder = mkdtempSync(join(cache, 'guard-broker-'));
    program = join(folder, 'run.mjs');
    await build({
      entryPoints: [join(import.meta.dirname, 'run-program.ts')],
      outfile: program,
      bundle: true,
      format: 'esm',
      platform: 'node',
      external: ['koffi'],
      logLevel: 'error',
      banner: {
        js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
      },
    });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
}

/** Perl as a program with a credential: `perl -e SCRIPT broker` is guard's to run. */
export function perlBroker(change: Partial<TestBroker['run']> = {}): TestBroker {
  return {
    program: 'perl',
    words: ['broker'],
    run: {
      argv: [PERL],
      env: { PATH: '/usr/bin:/bin', API_TOKEN: 'the-real-credential' },
      hosts: [],
      files: [],
      generated: [],
      sockets: [],
      runs: [],
      writesRepository: false,
      facts: [{ label: 'measured', text: 'by the test' }],
      ...change,
    },
  };
}

export function startBrokered(
  place: Place,
  script: string,
  broker: TestBroker = perlBroker(),
  env: Record<string, string> = {},
): ChildProcess {
  const child = spawn(process.execPath, [program, 'sh', '-c', script], {
    cwd: place.repository,
    env: { ...place.env, ...env, GUARD_TEST_BROKER: JSON.stringify(broker) },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  place.atEnd(() => void child.kill('SIGKILL'));
  return child;
}

/** Runs a shell script in a session of the place's repository. */
export function brokered(
  place: Place,
  script: string,
  broker: TestBroker = perlBroker(),
  options: { input?: string; env?: Record<string, string> } = {},
): Promise<Outcome> {
  const child = startBrokered(place, script, broker, options.env);
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(options.input ?? '');
  return outcome(child);
}

/** The record of the place's only session. */
export function journalOf(place: Place): RecordedEvent[] {
  const file = execFileSync('find', [place.state, '-name', 'journal.jsonl'], { encoding: 'utf8' });
  return readFileSync(file.trim(), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as RecordedEvent);
}

export function namesIn(folder: string): string[] {
  return readdirSync(folder).sort();
}
