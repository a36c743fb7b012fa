import type { GrammarData, RuleData, RulePackData } from './pack.ts';

/** The names by which one command of a pack can be met. */
export interface CommandNames {
  command: string;
  aliases: string[];
  /** `git-push` is `git push`. */
  dashed: boolean;
  /** Programs of their own that are subcommands of it: `docker-compose` is `docker`, `[compose]`. */
  programs: [name: string, implied: string[]][];
}

/** A pack as a session carries it: names to find it by, and the rest as text until one of its programs is met. */
export interface CompactPack {
  file: string;
  names: CommandNames[];
  /** Commands that its rules speak of, which other packs may describe. */
  ruled: string[];
  /** JSON of a PackBody, or the file that holds it. */
  body: string | { file: string };
}

export interface PackBody {
  commands: Record<string, GrammarData>;
  rules: RuleData[];
}

export function compactPack({ file, commands, rules }: RulePackData): CompactPack {
  const body: PackBody = { commands, rules };
  return {
    file,
    names: Object.entries(commands).map(([command, data]) => ({
      command,
      aliases: data.aliases ?? [],
      dashed: data.dashed ?? false,
      programs: programsOf(data.subcommands ?? {}, []),
    })),
    ruled: [...new Set(rules.flatMap((rule) => [...commandsOf(rule)]))],
    body: JSON.stringify(body, (key, value: unknown) => (key === 'examples' ? undefined : value)),
  };
}

/** Programs that a rule speaks of, by their first names. */
export function commandsOf(rule: RuleData): Set<string> {
  return new Set(
    rule.match.flatMap(({ command }) => command.map((line) => line.split(/\s+/)[0] ?? '')),
  );
}

function programsOf(
  subcommands: Record<string, GrammarData>,
  path: readonly string[],
): CommandNames['programs'] {
  return Object.entries(subcommands).flatMap(([name, data]) => {
    const implied = [...path, name];
    const below = programsOf(data.subcommands ?? {}, implied);
    return data.program ? [[data.program, implied], ...below] : below;
  });
}
