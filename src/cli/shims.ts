import type { Command } from 'commander';
import type { BrokerContext, BrokerDefinition } from '../broker/definition.ts';
import type { BrokerOverview } from '../broker/overview.ts';
import { printable, printableArgv } from '../printable.ts';
import type { EffectiveProfile } from '../profile/types.ts';
import { notEmpty } from './misuse.ts';
import { paintFor } from './paint.ts';

interface Flags {
  agent?: string;
  profile?: string;
  repository?: string;
  json?: true;
}

interface Here {
  definitions: BrokerDefinition[];
  profile: EffectiveProfile;
  context: BrokerContext;
  cwd: string;
}

/** `guard shims`: which commands guard runs for a session with a credential the session does not get. */
export function registerShimsCommand(program: Command): void {
  program
    .command('shims')
    .description('list the commands guard runs for a session with a credential it does not get')
    .usage('[options] [-- COMMAND [args...]]')
    .argument('[command...]', 'say what would become of this command here; it is not run')
    .option('--agent <name>', 'as for this agent', notEmpty)
    .option('--profile <file>', 'a further profile, on top of your own', notEmpty)
    .option('--repository <dir>', 'the project folder')
    .option('--json', 'print one JSON object')
    .passThroughOptions()
    .action(async (command: string[], flags: Flags) => {
      const here = await look(flags);
      if (command.length) await sayOutcome(command, here, flags.json ?? false);
      else await list(here, flags.json ?? false);
    });
}

async function look(flags: Flags): Promise<Here> {
  const { userLocations } = await import('../profile/locations.ts');
  const { knownBrokers } = await import('../profile/builtins.ts');
  const { loadProfile } = await import('../profile/load.ts');
  const { findRepository } = await import('../session/repository.ts');
  const { loadBrokerDefinitions } = await import('../broker/load-definitions.ts');
  const locations = userLocations(process.env);
  const { root, cwd } = findRepository(flags.repository, locations.home);
  const profile = await loadProfile({
    agent: flags.agent ?? null,
    repository: root,
    ...(flags.profile === undefined ? {} : { explicit: flags.profile }),
  });
  return {
    profile,
    cwd,
    definitions: await loadBrokerDefinitions(knownBrokers(locations), locations.configHome),
    context: { repository: root, home: locations.home, env: process.env },
  };
}

async function list({ definitions, profile, context }: Here, json: boolean): Promise<void> {
  const { overview } = await import('../broker/overview.ts');
  const all = await Promise.all(
    definitions.map((definition) => {
      const line = profile.broker.find(({ value }) => value === definition.name)?.source;
      return overview(definition, line ? `${line.file}:${line.line}` : null, context);
    }),
  );
  if (json) return console.log(JSON.stringify({ brokers: all }, null, 2));
  const paint = paintFor(process.stdout);
  for (const each of all) {
    const state = each.on === null ? paint('dim', 'off') : paint('green', 'on');
    console.log(`${paint('bold', each.name.padEnd(10))}  ${state}`);
    for (const line of lines(each)) console.log(line);
    console.log('');
  }
  console.log('To turn one on, name it in a profile: `broker: [git]`. What would become of a');
  console.log('command here: `guard shims -- git push origin main`.');
}

/** For 80 columns: a label of ten, then the text. */
function lines(each: BrokerOverview): string[] {
  const { commands, refused } = each;
  const words = (outcome: 'runs' | 'asks'): string =>
    commands
      .filter((command) => command.outcome === outcome)
      .map((command) => command.words)
      .join(', ');
  const rows: [label: string, text: string][] = [
    ['', each.about],
    ...(each.on === null ? [] : [['on by', each.on] as [string, string]]),
    ['program', each.program ?? `${each.name} is not installed here`],
    ['covers', each.covers.join(', ')],
    [
      'credential',
      each.credential.length
        ? each.credential.join(', ')
        : `none found (${each.looked.join(', ')}). ${each.login}`,
    ],
    ['hosts', each.hosts?.join(', ') ?? 'those of the ssh remotes of the repository'],
    ['runs', words('runs')],
    ['asks', words('asks')],
    ['refuses', refused.map((refusal) => refusal.words).join(', ')],
    [
      'all else',
      each.otherwise === 'inside'
        ? 'runs in the session, without the credential'
        : 'is refused, as is every option that is not listed in its definition',
    ],
  ];
  return rows.filter(([, text]) => text !== '').flatMap(([label, text]) => row(label, text));
}

function row(label: string, text: string): string[] {
  return wrap(printable(text, 4000), 66).map(
    (line, index) => `  ${(index ? '' : label).padEnd(10)}  ${line}`,
  );
}

function wrap(text: string, width: number): string[] {
  const out: string[] = [];
  for (const word of text.split(' ')) {
    const last = out.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width)
      out[out.length - 1] = `${last} ${word}`;
    else out.push(word);
  }
  return out;
}

async function sayOutcome(command: string[], here: Here, json: boolean): Promise<void> {
  const { resolveBroker } = await import('../broker/resolve.ts');
  const name = (command[0] ?? '').split('/').at(-1) ?? '';
  const definition = here.definitions.find(
    ({ program }) => program === name || (program === 'git' && name.startsWith('git-')),
  );
  const on = here.profile.broker.some(({ value }) => value === definition?.name);
  const decision = definition
    ? await resolveBroker(definition, { argv: command, cwd: here.cwd }, here.context)
    : ({ kind: 'inside' } as const);
  const verdict = await rulesOn(command, here);
  if (json) {
    const shown =
      decision.kind === 'run'
        ? {
            outcome: decision.run.askBecause === null ? 'run' : 'ask',
            argv: decision.run.argv,
            hosts: decision.run.hosts,
            files: decision.run.files,
            sockets: decision.run.sockets,
            variables: Object.keys(decision.run.env).sort(),
            facts: decision.run.facts,
            askBecause: decision.run.askBecause,
          }
        : {
            outcome: decision.kind,
            ...(decision.kind === 'refuse'
              ? { reason: decision.reason, safer: decision.safer }
              : {}),
          };
    return console.log(
      JSON.stringify({ broker: definition?.name ?? null, on, ...shown, rules: verdict }, null, 2),
    );
  }
  console.log(printableArgv(command, 400));
  const rows: [string, string][] = [];
  if (decision.kind === 'inside')
    rows.push([
      'inside',
      definition
        ? 'it runs in the session, without the credential'
        : 'no shim covers it: it runs in the session',
    ]);
  else if (decision.kind === 'refuse') {
    rows.push(['refused', decision.reason]);
    if (decision.safer !== null) rows.push(['instead', decision.safer]);
  } else {
    const { askBecause, facts, hosts } = decision.run;
    rows.push(
      askBecause === null
        ? ['runs', 'guard runs it, outside of the session']
        : ['asks', `you are asked each time: ${askBecause}`],
    );
    for (const { label, text } of facts) rows.push([label, text]);
    rows.push(['reaches', hosts.map(({ host, port }) => `${host}:${port}`).join(', ')]);
  }
  if (verdict.action !== 'allow')
    rows.push(['rules', `${verdict.action}, by ${verdict.rule}: ${verdict.reason}`]);
  if (definition && !on && decision.kind !== 'inside')
    rows.push([
      'but',
      `no profile turns on "${definition.name}" here, so it runs in the session, without the credential`,
    ]);
  for (const [label, text] of rows) for (const line of row(label, text)) console.log(line);
}

/** What the rules say besides: a forced push is held whoever runs it. */
async function rulesOn(
  command: string[],
  { profile, context, cwd }: Here,
): Promise<{ action: string; rule: string; reason: string }> {
  const { loadCompactPacks } = await import('../policy/load-rules.ts');
  const { policyData } = await import('../policy/policy-data.ts');
  const { compilePolicy, decide } = await import('../policy/decide.ts');
  const { findProgram } = await import('../broker/programs.ts');
  const word = command[0] ?? '';
  const { action, rule, reason } = decide(
    compilePolicy(policyData(profile, await loadCompactPacks())),
    {
      kind: 'exec',
      path: findProgram(word, context) ?? word,
      names: [word.split('/').at(-1) ?? ''],
      argv: command,
      cwd,
      repository: context.repository,
      home: context.home,
    },
  );
  return { action, rule, reason };
}
