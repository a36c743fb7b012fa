import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Fact } from '../../../src/approval/types.ts';
import { compilePolicy } from '../../../src/policy/decide.ts';
import { loadRulePacks } from '../../../src/policy/load-rules.ts';
import { measureFacts } from '../../../src/session/facts/measure.ts';
import { data } from '../../policy/support.ts';

export const { known: programs } = compilePolicy(data({ packs: await loadRulePacks() }));

/** A folder of the test's own, free of links. */
export function makeFolder(files: Record<string, string> = {}): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'guard-facts-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  fill(folder, files);
  return folder;
}

export function fill(folder: string, files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

/** Plain git of the test's own, with no settings but these. */
export function git(cwd: string, ...args: string[]): string {
  const who = ['-c', 'user.name=Ann', '-c', 'user.email=ann@example.com'];
  return execFileSync('git', [...who, '-c', 'init.defaultBranch=main', ...args], {
    cwd,
    encoding: 'utf8',
    env: { PATH: process.env.PATH, HOME: '/nonexistent', GIT_CONFIG_NOSYSTEM: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim();
}

export function commit(folder: string, subject: string, files: Record<string, string>): string {
  fill(folder, files);
  git(folder, 'add', '-A');
  git(folder, 'commit', '-q', '--allow-empty', '-m', subject);
  return git(folder, 'rev-parse', 'HEAD');
}

export interface MeasuredCommand {
  argv: string[];
  cwd: string;
  repository?: string;
  home?: string;
  pid?: number;
  /** Measurements a rule asks for. */
  wanted?: string[];
  time?: number;
  signal?: AbortSignal;
}

export function measure(command: MeasuredCommand): Promise<Fact[]> {
  const { argv, cwd, repository = cwd, home = '/nonexistent', pid = process.pid } = command;
  const name = argv[0] ?? '';
  const path = `/usr/bin/${name}`;
  return measureFacts(
    { kind: 'exec', path, names: [name], argv, cwd, repository, home },
    {
      pid,
      programs,
      wanted: command.wanted ?? [],
      ...(command.time === undefined ? {} : { time: command.time }),
    },
    command.signal ?? new AbortController().signal,
  );
}

/** As `label: text` lines. */
export async function lines(command: MeasuredCommand): Promise<string[]> {
  return (await measure(command)).map(({ label, text }) => `${label}: ${text}`);
}
