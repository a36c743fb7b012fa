import { Programs } from './argv/program.ts';
import { compileCalls, type CallPolicy } from './call.ts';
import type { NetworkPolicy } from './connect.ts';
import { compileEntry, type Entry } from './entries.ts';
import type { Facts } from './facts.ts';
import { compileHost } from './hosts.ts';
import { compileMatch, compileUnless, type CompiledMatch } from './match.ts';
import type { PolicyData } from './policy-data.ts';
import type { RuleData } from './rules/pack.ts';
import type { Source } from './types.ts';

export interface CompiledRule {
  data: RuleData;
  source: Source;
  /** Those of its matches that speak of one program. */
  matches: CompiledMatch[];
  unless: (facts: Facts) => boolean;
}

export interface Policy {
  /** Names of the programs that rules and profiles speak of: those whose files are worth knowing. */
  programs: string[];
  known: Programs;
  /** By canonical program. Compiled when the program is first seen. */
  rulesOf: (command: string) => CompiledRule[];
  /** By the name they are written with. */
  entries: Map<string, Entry[]>;
  /** Those whose program is a pattern or a path. */
  openEntries: Entry[];
  network: NetworkPolicy;
  calls: CallPolicy;
}

/** @throws GuardError for a host pattern that cannot be read */
export function compilePolicy(data: PolicyData): Policy {
  const known = new Programs();
  const byCommand = new Map<string, { rule: RuleData; file: string }[]>();
  for (const { commands, rules, file } of data.packs) {
    for (const [name, grammar] of Object.entries(commands)) known.add(name, grammar);
    for (const rule of rules)
      for (const command of commandsOf(rule))
        byCommand.set(command, [...(byCommand.get(command) ?? []), { rule, file }]);
  }
  const entries = new Map<string, Entry[]>();
  const openEntries: Entry[] = [];
  for (const line of data.commands) {
    const entry = compileEntry(line, known);
    if (/[*/]/.test(entry.program)) openEntries.push(entry);
    else entries.set(entry.program, [...(entries.get(entry.program) ?? []), entry]);
  }
  return {
    programs: [...new Set([...known.names(), ...entries.keys()])],
    known,
    rulesOf: lazily(byCommand, known),
    entries,
    openEntries,
    network: {
      allow: data.network.allow.map((entry) => compileHost(entry, 'allow')),
      deny: data.network.deny.map((entry) => compileHost(entry, 'deny')),
      repositoryTrusted: data.repositoryTrusted,
    },
    calls: compileCalls(data.calls, data.repositoryTrusted),
  };
}

export function commandsOf(rule: RuleData): Set<string> {
  return new Set(
    rule.match.flatMap(({ command }) => command.map((line) => line.split(/\s+/)[0] ?? '')),
  );
}

function lazily(
  byCommand: Map<string, { rule: RuleData; file: string }[]>,
  known: Programs,
): (command: string) => CompiledRule[] {
  const compiled = new Map<string, CompiledRule[]>();
  return (command) => {
    const ready = compiled.get(command);
    if (ready) return ready;
    const rules = (byCommand.get(command) ?? []).map(({ rule, file }) =>
      compileRule(rule, file, command, known),
    );
    compiled.set(command, rules);
    return rules;
  };
}

function compileRule(data: RuleData, file: string, command: string, known: Programs): CompiledRule {
  const grammarOf = (name: string) => known.grammar(name);
  const matches = data.match
    .flatMap((match) => compileMatch(match, grammarOf))
    .filter((each) => each.command === command)
    .map(({ match }) => match);
  const about = data.match
    .flatMap((match) => match.command)
    .filter((line) => line.split(/\s+/)[0] === command);
  const unless = data.unless.map((condition) => compileUnless(condition, about, grammarOf));
  return {
    data,
    source: { layer: 'default', file, line: data.line },
    matches,
    unless: (facts) => unless.some((holds) => holds(facts)),
  };
}
