import { readFileSync } from 'node:fs';
import { Programs } from './argv/program.ts';
import { compileCalls, type CallPolicy } from './call.ts';
import type { NetworkPolicy } from './connect.ts';
import { compileEntry, type Entry } from './entries.ts';
import type { Facts } from './facts.ts';
import { compileHost } from './hosts.ts';
import { compileMatch, compileUnless, type CompiledMatch } from './match.ts';
import type { PolicyData } from './policy-data.ts';
import { compactPack, commandsOf, type CompactPack, type PackBody } from './rules/compact.ts';
import type { GrammarData, RuleData } from './rules/pack.ts';
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
  const packs = data.packs.map((pack) => new Pack('body' in pack ? pack : compactPack(pack)));
  const byCommand = new Map<string, Pack[]>();
  for (const pack of packs) {
    for (const names of pack.names) known.add(names, () => pack.grammar(names.command));
    for (const command of pack.ruled)
      byCommand.set(command, [...(byCommand.get(command) ?? []), pack]);
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

/** Read when one of its programs is first met: most sessions meet few. */
class Pack {
  readonly names: CompactPack['names'];
  readonly ruled: readonly string[];
  readonly #file: string;
  readonly #text: CompactPack['body'];
  #body: PackBody | undefined;

  constructor({ file, names, ruled, body }: CompactPack) {
    this.#file = file;
    this.names = names;
    this.ruled = ruled;
    this.#text = body;
  }

  grammar(command: string): GrammarData {
    return this.#read().commands[command] ?? {};
  }

  rulesAbout(command: string): { rule: RuleData; file: string }[] {
    return this.#read()
      .rules.filter((rule) => commandsOf(rule).has(command))
      .map((rule) => ({ rule, file: this.#file }));
  }

  #read(): PackBody {
    const text = this.#text;
    return (this.#body ??= JSON.parse(
      typeof text === 'string' ? text : readFileSync(text.file, 'utf8'),
    ) as PackBody);
  }
}

function lazily(
  byCommand: ReadonlyMap<string, readonly Pack[]>,
  known: Programs,
): (command: string) => CompiledRule[] {
  const compiled = new Map<string, CompiledRule[]>();
  return (command) => {
    const ready = compiled.get(command);
    if (ready) return ready;
    const rules = (byCommand.get(command) ?? [])
      .flatMap((pack) => pack.rulesAbout(command))
      .map(({ rule, file }) => compileRule(rule, file, command, known));
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
