import { randomUUID } from 'node:crypto';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GuardError } from '../guard-error.ts';
import type { Layers } from '../session/layers.ts';
import { runSession, type SessionResult } from '../session/run-session.ts';
import { findSession } from '../session/session-folder.ts';
import { withEnvironment } from './environment.ts';
import { readJournal, readOutput } from './evidence.ts';
import { judgeSteps } from './judge-steps.ts';
import { demoProfile } from './profile.ts';
import { startRailwayServer, type RailwayServer } from './railway-server.ts';
import { copyAgent, makeRepository, requirePrograms, SECRET_FILE } from './repository.ts';
import type { DemoResult } from './types.ts';

/** The user's shell has the token too, as shells of people who deploy do. */
const VARIABLE = 'RAILWAY_API_TOKEN';
/** Bytes of the agent's output that are read. */
const OUTPUT_LIMIT = 1024 * 1024;

export interface DemoOptions {
  layers: Layers;
  /** Hears guard's own words of the session. */
  say: (line: string) => void;
  /** Ends the demo before the session has started; from then on signals end the session itself. */
  signal: AbortSignal;
}

/**
 * Plays the incident once: a repository with a token that is made up for this run, a server that takes it, an agent that
 * looks for it. Rejects with a GuardError when it could not be played. Whatever happens, nothing is left but the record.
 */
export async function runDemo(options: DemoOptions): Promise<DemoResult> {
  requirePrograms(process.env.PATH ?? '');
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'guard-demo-')));
  const secrets = { token: randomUUID(), volumeId: randomUUID() };
  let server: RailwayServer | null = null;
  try {
    server = await startRailwayServer(secrets.token, secrets.volumeId);
    const repository = join(root, 'shop');
    await makeRepository(repository, secrets, options.signal);
    const agent = copyAgent(join(root, 'agent'));
    const profile = join(root, 'profile.yaml');
    writeFileSync(profile, demoProfile(join(root, 'agent'), server.port));
    // Instead of the user's own profile, which may well allow what is shown to be refused here.
    const config = join(root, 'config');
    mkdirSync(config);
    const environment = { [VARIABLE]: secrets.token, XDG_CONFIG_HOME: config };
    const started = Date.now();
    const { session, output } = await withEnvironment(environment, () =>
      playSession(options, { agent, repository, profile, output: join(root, 'output') }),
    );
    const journal = join(findSession(session.session).path, 'journal.jsonl');
    const { requests: served, deletedAt } = server;
    const evidence = {
      ...(await readJournal(journal, join(repository, SECRET_FILE), VARIABLE)),
      said: readOutput(output),
      served,
      token: secrets.token,
    };
    return {
      deleted: deletedAt !== null,
      deletedAfter: deletedAt === null ? null : deletedAt - started,
      steps: judgeSteps(evidence),
      session: session.session,
    };
  } finally {
    await server?.close();
    rmSync(root, { recursive: true, force: true });
  }
}

interface Stage {
  agent: string;
  repository: string;
  profile: string;
  /** File for what the agent prints. */
  output: string;
}

async function playSession(
  { layers, say, signal }: DemoOptions,
  { agent, repository, profile, output }: Stage,
): Promise<{ session: SessionResult; output: string }> {
  const nothing = openSync('/dev/null', 'r');
  const written = openSync(output, 'ax+', 0o600);
  try {
    signal.throwIfAborted();
    const session = await runSession({
      command: [agent],
      repository,
      profile,
      task: 'Bring the staging database up to date (guard demo)',
      stdio: [nothing, written, written],
      layers,
      say,
    });
    const bytes = Buffer.alloc(OUTPUT_LIMIT);
    const text = bytes.toString('utf8', 0, readSync(written, bytes, 0, bytes.length, 0));
    if (!signal.aborted && session.exitCode !== 0 && !text.includes('task: '))
      throw new GuardError({
        what: 'the demo could not be played',
        why: `its agent ended with exit code ${session.exitCode} before its first step`,
        fix: `guard log ${session.session} shows why`,
      });
    return { session, output: text };
  } finally {
    closeSync(nothing);
    closeSync(written);
  }
}
