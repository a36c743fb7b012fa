import { GuardError } from '../../guard-error.ts';
import { flagNames } from '../argv/flag-condition.ts';
import { compileGrammar, type Grammar } from '../argv/grammar.ts';
import { declaredFlag, grammarChain } from '../match.ts';
import type { ConditionData, GrammarData, RuleData, RulePackData } from './pack.ts';

/**
 * What only all packs together show: a command described twice, an id used twice, a rule about a command, a subcommand
 * or a flag that no pack declares. @throws GuardError
 */
export function checkTogether(packs: readonly RulePackData[]): void {
  const owners = new Map<string, string>();
  const grammars = new Map<string, Grammar>();
  for (const { commands, file } of packs)
    for (const [name, data] of Object.entries(commands)) {
      for (const each of [name, ...(data.aliases ?? [])]) {
        const other = owners.get(each);
        if (other) throw wrong(file, 0, `the command "${each}" is described in ${other} already`);
        owners.set(each, file);
      }
      grammars.set(name, readWhole(name, data, file));
    }
  const ids = new Map<string, string>();
  for (const { rules, file } of packs)
    for (const rule of rules) {
      const other = ids.get(rule.id);
      if (other) throw wrong(file, rule.line, `the id "${rule.id}" is used in ${other} already`);
      ids.set(rule.id, file);
      checkRule(rule, file, grammars);
    }
}

function wrong(file: string, line: number, why: string): GuardError {
  return new GuardError({
    what: `Cannot use the rules in ${file}${line ? `:${line}` : ''}`,
    why,
    fix: 'See docs/rules-format.md',
  });
}

/** Compiles every level, so that an option that cannot be read is found now. */
function readWhole(name: string, data: GrammarData, file: string): Grammar {
  const visit = (grammar: Grammar): void => {
    for (const child of Object.keys(grammar.data.subcommands ?? {})) visit(grammar.child(child));
  };
  try {
    const grammar = compileGrammar(name, data);
    visit(grammar);
    return grammar;
  } catch (error) {
    throw wrong(file, 0, `${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function checkRule(rule: RuleData, file: string, grammars: Map<string, Grammar>): void {
  const everywhere: Grammar[] = [];
  for (const match of rule.match)
    for (const line of match.command) {
      const [command = '', ...path] = line.split(/\s+/);
      const root = grammars.get(command);
      if (!root) throw wrong(file, rule.line, `no pack describes the command "${command}"`);
      const chain = grammarChain(root, path);
      const declared = path.every(
        (word, index) => chain[path.length - index]?.data.subcommands?.[word] !== undefined,
      );
      if (!declared)
        throw wrong(
          file,
          rule.line,
          `"${line}" has a subcommand that no pack declares by that name`,
        );
      checkFlags(match, chain, rule, file);
      everywhere.push(...chain);
    }
  for (const condition of rule.unless) checkFlags(condition, everywhere, rule, file);
}

function checkFlags(
  condition: ConditionData,
  chain: Grammar[],
  rule: RuleData,
  file: string,
): void {
  const last = condition['last-flag'];
  const names = [
    ...(condition.flags ?? []).flatMap(flagNames),
    ...(condition.text ?? []).flatMap((text) => text.in),
    ...(last === undefined ? [] : [last]),
  ];
  for (const name of names)
    if (
      !['operands', 'argv', 'stdin', 'code'].includes(name) &&
      declaredFlag(chain, name) === undefined
    )
      throw wrong(
        file,
        rule.line,
        `rule ${rule.id} speaks of the flag "${name}", which is not declared`,
      );
}
