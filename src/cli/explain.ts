import { rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { credentialText } from '../profile/entries.ts';
import { printable, printableArgv } from '../printable.ts';
import type { MountStep } from '../sandbox/plan.ts';
import type { Cover } from '../view/types.ts';
import { ALL_LAYERS } from '../session/layers.ts';
import { prepare, type Prepared } from '../session/prepare.ts';
import { findRepository } from '../session/repository.ts';

/** Shows what a session would be, and starts nothing. Values of variables are never shown. */
export async function explain(
  command: [string, ...string[]],
  flags: { repository?: string; profile?: string },
  format: 'text' | 'json',
): Promise<void> {
  const home = homedir();
  const repository = findRepository(flags.repository, home);
  const prepared = await prepare({
    command,
    repository,
    home,
    profile: flags.profile,
    layers: ALL_LAYERS,
    dry: true,
  });
  try {
    process.stdout.write(
      format === 'json' ? `${JSON.stringify(facts(prepared), null, 2)}\n` : text(prepared),
    );
  } finally {
    rmSync(prepared.folder.path, { recursive: true, force: true });
  }
}

function facts({ plan, view, profile }: Prepared): object {
  const { env, ...rest } = plan;
  return {
    ...rest,
    env: Object.keys(env).sort(),
    covers: view.covers.map(({ path, kind, pattern, tracked, spans, writable, why }) => ({
      path,
      kind,
      pattern,
      tracked,
      ...(kind === 'spans' ? { secrets: spans, writable: writable ?? false } : {}),
      ...(why === undefined ? {} : { why }),
    })),
    readOnly: view.readOnly,
    allow: profile.network.allow,
    deny: profile.network.deny,
    hosts: profile.network.hosts,
    credentials: profile.credentials,
    profiles: profile.sources,
    ignored: profile.ignored,
  };
}

function text(prepared: Prepared): string {
  const { plan, view, profile } = prepared;
  const network = [
    ...profile.network.allow.map(
      ({ value, source }) => `${value}  (${source.file}:${source.line})`,
    ),
    ...plan.network.hostPorts.map((port) => `your own 127.0.0.1:${port}`),
    ...plan.network.publish.map((port) => `its port ${port} is on your 127.0.0.1`),
  ];
  const sections: [string, string[]][] = [
    ['command', [printableArgv(plan.argv), `in ${plan.cwd}`]],
    [
      'profiles',
      profile.sources.map(
        ({ layer, file, trusted }) => `${file}  (${layer}${trusted ? '' : ', not trusted'})`,
      ),
    ],
    ['secret files', view.covers.map(coverLine)],
    ['read-only in the repository', view.readOnly],
    ['variables passed', [Object.keys(plan.env).sort().join(' ')]],
    ['variables withheld', [plan.withheldEnv.join(' ')]],
    [
      'credentials',
      profile.credentials.map(
        ({ value, source }) => `${credentialText(value)}  (${source.file}:${source.line})`,
      ),
    ],
    ['network', network.length ? network : ['nothing']],
    ['mounts', plan.mounts.map(mountLine)],
    [
      'ignored lines of the repository',
      profile.ignored.map(
        ({ key, value, source }) => `${key}: ${value}  (${source.file}:${source.line})`,
      ),
    ],
  ];
  return sections
    .filter(([, lines]) => lines.some((line) => line !== ''))
    .map(
      ([title, lines]) =>
        `${title}\n${lines.map((line) => `  ${printable(line, 4000)}\n`).join('')}`,
    )
    .join('\n');
}

function coverLine({ path, kind, pattern, spans = 0, why }: Cover): string {
  const shown = {
    hide: `hidden by ${pattern}`,
    redact: `redacted by ${pattern}`,
    spans: `${spans} ${spans === 1 ? 'secret' : 'secrets'} in it replaced, ${pattern}`,
  }[kind];
  if (why === undefined) return `${path}  ${shown}`;
  return `${path}  ${shown}; ${kind === 'hide' ? '' : 'read-only, because '}${why}`;
}

function mountLine(step: MountStep): string {
  if (step.op === 'symlink') return `${step.target} → ${step.source}`;
  if (!('source' in step)) return `${step.op} ${step.target}`;
  const access = step.op === 'bind' ? 'read-write' : 'read-only';
  return step.source === step.target
    ? `${access} ${step.target}`
    : `${access} ${step.target} from ${step.source}`;
}
