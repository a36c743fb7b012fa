import { printable } from '../printable.ts';
import type { Source } from '../policy/types.ts';
import { writtenCredential } from './read-credential.ts';
import type { EffectiveProfile, Sourced } from './types.ts';

/** Column at which `# FILE:LINE` starts, where the line leaves room. */
const SOURCE_COLUMN = 48;

/** The effective policy as YAML-like lines for people, each with the file and line it came from. Safe for a terminal. */
export function renderProfile(profile: EffectiveProfile): string[] {
  const { files, home, system, env, network } = profile;
  return [
    `# ${profile.agent ? `agent: ${printable(profile.agent)}, program: ${printable(profile.program ?? '')}` : 'no agent: what a bare command gets'}`,
    ...profile.sources.map(
      ({ layer, file, trusted }) =>
        `# ${layer}: ${printable(file)}${trusted ? '' : ' (not trusted: it only tightens)'}`,
    ),
    one('workspace', profile.workspace),
    ...block('files', [
      ...list('hide', files.hide),
      ...list('redact', files.redact),
      ...list('expose', files.expose),
      ...list('protect', files.protect),
    ]),
    ...block('home', [
      ...list('read', home.read),
      ...list('write', home.write),
      ...list('copy', home.copy),
    ]),
    ...block('system', [...list('read', system.read), ...list('hide', system.hide)]),
    ...block('env', [
      ...list('pass', env.pass),
      ...block(
        'set',
        Object.entries(env.set).map(([name, line]) => one(printable(name), line)),
      ),
    ]),
    ...block(
      'commands',
      profile.commands.map(({ value: { match, action, reason }, source }) =>
        line(
          `- { match: ${scalar(match)}, action: ${action}${reason === undefined ? '' : `, reason: ${scalar(reason)}`} }`,
          source,
        ),
      ),
    ),
    ...block('network', [
      ...list('allow', network.allow),
      ...list('deny', network.deny),
      ...block(
        'hosts',
        network.hosts.map(({ value: { name, address }, source }) =>
          line(`${scalar(name)}: ${scalar(address)}`, source),
        ),
      ),
      ...list('host-ports', network.hostPorts),
      ...list('publish', network.publish),
      ...block(
        'rules',
        network.rules.map(({ value, source }) => line(`- ${flow(value)}`, source)),
      ),
      ...list('inspect', network.inspect),
      ...list('opaque', network.opaque),
      ...list('foreign-credentials', network.foreignCredentials),
    ]),
    ...block(
      'credentials',
      profile.credentials.map(({ value, source }) =>
        line(`${scalar(value.name)}: ${flow(writtenCredential(value))}`, source),
      ),
    ),
    ...list('broker', profile.broker),
    ...block('sandbox', [one('user-namespaces', profile.sandbox.userNamespaces)]),
    ...block('approvals', [
      line(`timeout: ${profile.approvals.timeout.value}s`, profile.approvals.timeout.source),
    ]),
    ...ignored(profile),
  ];
}

function ignored(profile: EffectiveProfile): string[] {
  if (!profile.ignored.length) return [];
  return [
    '# left out, because the profile of this repository is not trusted (`guard trust` shows and accepts it):',
    ...profile.ignored.map(({ key, value, source }) =>
      line(`#   ${printable(key)}: ${printable(value)}`, source),
    ),
  ];
}

function block(name: string, lines: string[]): string[] {
  return lines.length ? [`${name}:`, ...lines.map((each) => `  ${each}`)] : [];
}

function list(name: string, lines: Sourced<string | number>[]): string[] {
  return block(
    name,
    lines.map(({ value, source }) => line(`- ${scalar(value)}`, source)),
  );
}

function one(name: string, { value, source }: Sourced<string | boolean>): string {
  return line(`${name}: ${scalar(value)}`, source);
}

function line(text: string, { file, line: number }: Source): string {
  return `${text.padEnd(SOURCE_COLUMN)} # ${printable(file)}:${number}`;
}

function scalar(value: string | number | boolean): string {
  if (typeof value !== 'string') return String(value);
  const safe = printable(value, 2000);
  if (safe !== value) return JSON.stringify(safe);
  const plain = /^[A-Za-z_~./][\w~./@-]*$/.test(safe) && !/^(true|false|null|~)$/i.test(safe);
  return plain ? safe : `'${safe.replaceAll("'", "''")}'`;
}

/** A flow mapping as it would be written. */
function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`;
  if (typeof value !== 'object' || value === null)
    return value === null ? 'null' : scalar(value as string | number | boolean);
  const parts = Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .map(([key, inner]) => `${scalar(key)}: ${flow(inner)}`);
  return `{ ${parts.join(', ')} }`;
}
