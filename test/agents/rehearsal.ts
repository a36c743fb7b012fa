import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { guard, outcome, type Outcome, type Place } from '../harness/guard.ts';
import type { Agent } from './agent.ts';
import { binFolder, install } from './install.ts';
import { startModelServer, type ModelServer } from './model-server.ts';
import { ENDING, steps, TASK, type StepName } from './scenario.ts';
import { makeWorkplace, write, type Workplace } from './workplace.ts';

/** The discard port (RFC 863), closed on any machine of today. */
const NOBODY = 'http://127.0.0.1:9';

/** What was left when a scripted agent had ended. */
export interface Rehearsal extends Outcome {
  place: Workplace;
  server: ModelServer;
  /** What the agent told the model about a step; empty when it never came to it. */
  resultOf: (step: StepName) => string;
}

export interface RehearsalOptions {
  /** Has something undone when all has been looked at. */
  atEnd: Place['atEnd'];
  /** False: the agent is started by itself. */
  guarded?: boolean;
  /** Further lines of the session's profile. */
  profile?: string;
  /** Further files of the project. */
  files?: Record<string, string>;
  /** In the place of the agent's own. */
  args?: Agent['args'];
}

/** Installs the agent if need be and has it do the scenario, in a session of guard's. */
export async function rehearse(agent: Agent, options: RehearsalOptions): Promise<Rehearsal> {
  const folder = install(agent);
  const place = makeWorkplace(options.atEnd, options.files);
  const scenario = steps(place);
  const server = await startModelServer(agent.wire, scenario.map(agent.call), ENDING);
  options.atEnd(() => void server.close());
  for (const [file, content] of Object.entries(agent.home(server.port)))
    write(join(place.home, file), content);
  const env = {
    ...place.env,
    ...agent.env(server.port),
    PATH: `${binFolder(folder)}:${place.home}/.local/bin:${place.env.PATH}`,
    DEPLOY_TOKEN: place.secrets.environment,
  };
  const command = [agent.name, ...(options.args ?? agent.args)(TASK, server.port)] as const;
  const profile = join(place.home, 'session.yaml');
  write(profile, sessionProfile(folder, server.port) + (options.profile ?? ''));
  const result =
    options.guarded === false
      ? await runBare(place, command, env)
      : await guard(place, ['run', '--profile', profile, ...command], { env });
  return {
    ...result,
    place,
    server,
    resultOf: (step) => server.results()[scenario.findIndex(({ name }) => name === step)] ?? '',
  };
}

/** What can be destroyed is granted, so that a refusal is all that stands before it. */
export function sessionProfile(agent: string, port: number): string {
  return `version: 1
home:
  read: [${JSON.stringify(agent)}]
  write: ['~/remote.git', '~/notes']
network:
  host-ports: [${port}]
`;
}

/** Without guard nothing keeps it from the network: it is told of a proxy where nobody listens. */
function runBare(
  place: Place,
  [program, ...args]: readonly [string, ...string[]],
  env: Record<string, string>,
): Promise<Outcome> {
  const child = spawn(program, args, {
    cwd: place.repository,
    env: { ...env, HTTP_PROXY: NOBODY, HTTPS_PROXY: NOBODY, NO_PROXY: '127.0.0.1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  place.atEnd(() => void child.kill('SIGKILL'));
  return outcome(child);
}
