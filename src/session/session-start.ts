import { userInfo } from 'node:os';
import { programHash } from './command.ts';
import type { SessionStart } from './events.ts';
import type { SessionGrant } from '../policy/call.ts';
import type { Prepared } from './prepare.ts';
import { headCommit } from './repository.ts';
import { version } from './version.ts';

/** The first line of the record. */
export function sessionStart(prepared: Prepared): SessionStart {
  const { folder, profile, plan, view, program, task } = prepared;
  const user = userInfo();
  return {
    type: 'session-start',
    session: folder.id,
    guard: version(),
    agent: profile.agent,
    program: { path: program, sha256: programHash(program) },
    argv: plan.argv,
    task,
    user: user.username,
    uid: user.uid,
    repository: view.repository,
    commit: headCommit(view.repository),
    profiles: profile.sources,
    withheldEnv: plan.withheldEnv,
    credentials: granted(prepared),
    covered: view.covers.map(({ path }) => path),
  };
}

/** What the user is told before the command runs: one line, and one more for each thing that is only half enforced. */
export function startLines(prepared: Prepared): string[] {
  const { folder, profile, plan, view, services, content } = prepared;
  const parts = [
    `session ${folder.id}`,
    `${count(view.covers.length, 'secret file')} covered`,
    `${count(plan.withheldEnv.length, 'variable')} withheld`,
    `${count(profile.network.allow.length, 'host')} allowed`,
    ...(profile.credentials.length
      ? [`${count(profile.credentials.length, 'credential')} kept`]
      : []),
  ];
  const lines = [parts.join(' · ')];
  const tracked = view.covers.filter((cover) => cover.tracked);
  if (tracked.length)
    lines.push(
      `${count(tracked.length, 'covered file is', 'covered files are')} committed, e.g. ${tracked[0]?.path}: the agent can read them in git's history (\`git show\`). Take them out of the history, and change what they hold`,
    );
  const tooLong = content.found?.tooLong ?? [];
  if (tooLong.length)
    lines.push(
      `${count(tooLong.length, 'file is', 'files are')} too long to be looked through for secrets, e.g. ${tooLong[0]}`,
    );
  for (const { name, why } of services?.credentials.missing ?? [])
    lines.push(`the credential ${name} is not there, so requests with it are refused: ${why}`);
  for (const { name, why } of services?.credentials.weak ?? [])
    lines.push(`the credential ${name} is guarded less well than others: ${why}`);
  const [ignored] = profile.ignored;
  if (ignored)
    lines.push(
      `${count(profile.ignored.length, 'line')} of the repository's profile would widen the session and count only once trusted, e.g. ${ignored.key}: ${ignored.value} (${ignored.source.file}:${ignored.source.line}). \`guard trust\` shows them`,
    );
  return lines;
}

/** The credentials of the session, as they are recorded. */
function granted({ profile, policyData, services }: Prepared): SessionStart['credentials'] {
  const missing = services?.credentials.missing.map(({ name }) => name) ?? [];
  return profile.credentials
    .filter(({ value }) => !missing.includes(value.name))
    .map(({ value: { name, provider, hosts, ttl } }) => ({
      name,
      to: [provider ?? [], hosts].flat().join(', '),
      expires: ttl === null ? null : new Date(Date.now() + ttl * 1000).toISOString(),
      grants: grantsOf(policyData.calls.grants, name),
    }));
}

function grantsOf(grants: readonly SessionGrant[] | null, name: string): string[] | null {
  const given = grants?.filter((grant) => grant.name === name);
  if (!given || given.some(({ allow }) => allow === null)) return null;
  return given.flatMap(({ allow }) => allow ?? []);
}

function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}
