import {
  forEachChild,
  type Command,
  type CommandNode,
  type CompoundList,
  type For,
  type PipelineNode,
  type Script,
  type Select,
  type Statement,
  type SyntaxNode,
  type WordPart,
} from 'unbash';
import { UNRESOLVED } from '../policy/types.ts';
import { assignmentsOf, wordsOf } from './assignments.ts';
import { runBuiltin } from './builtins.ts';
import { readCommandVariables } from './command-variables.ts';
import type { Environment } from './environment.ts';
import { eachWay, forgetReplaced, leaves } from './flow.ts';
import { isForkBomb, startsItself } from './fork-bomb.ts';
import { printedBy } from './printed.ts';
import { redirect } from './redirects.ts';
import { joined, NOTHING_PRINTED, unknownFrom } from './streams.ts';
import type { Budget, ShellCommand, ShellListener, Stream } from './types.ts';
import { Expansion, type Substitutes } from './words.ts';

/** Rounds of one loop. */
const ROUNDS = 40;

/** Walks a parsed text as a shell would, and says what it meets. */
export class Reader implements Substitutes {
  readonly listener: ShellListener;
  readonly #budget: Budget;
  /** Functions that are being run. */
  readonly #running: string[] = [];
  readonly #uncalled = new Set<string>();
  #connected = 0;

  constructor(listener: ShellListener, budget: Budget) {
    this.listener = listener;
    this.#budget = budget;
  }

  /** What the whole prints. */
  tree(tree: Script | CompoundList, environment: Environment, stdin: Stream | null): Stream {
    if (this.#budget.depth <= 0) {
      this.listener.onTooMuch();
      return unknownFrom('');
    }
    this.#budget.depth -= 1;
    let out = NOTHING_PRINTED;
    for (const statement of tree.commands)
      out = joined(out, this.#statement(statement, environment, stdin));
    this.#budget.depth += 1;
    return out;
  }

  /** Functions that nothing has called: with arguments that nobody knows. */
  rest(environment: Environment): void {
    const seen = new Set<string>();
    for (const name of this.#uncalled) {
      // A function may define itself again.
      if (seen.has(name)) continue;
      seen.add(name);
      const inside = environment.copy();
      inside.positional = null;
      this.call(name, inside, null);
    }
  }

  capture(node: object, environment: Environment): Stream {
    const inside = node as SyntaxNode;
    if (inside.type === 'Script') return this.tree(inside, environment.copy(), null);
    this.#substitutionsIn(inside, environment);
    return NOTHING_PRINTED;
  }

  connect(
    part: Extract<WordPart, { type: 'ProcessSubstitution' }>,
    environment: Environment,
  ): string {
    const path = `/dev/fd/${63 - (this.#connected++ % 50)}`;
    if (!part.script) return path;
    const stdin = part.operator === '>' ? unknownFrom('') : null;
    const stream = this.tree(part.script, environment.copy(), stdin);
    if (part.operator === '<') environment.files.set(path, stream);
    return path;
  }

  #statement(
    { command, background }: Statement,
    environment: Environment,
    stdin: Stream | null,
  ): Stream {
    const where = background ? environment.copy() : environment;
    if (command.type !== 'AndOr') return this.#pipeline(command, where, stdin);
    let out = NOTHING_PRINTED;
    let sure: ReadonlyMap<string, string> = where.variables;
    command.commands.forEach((each, index) => {
      if (index === 0 || command.operators[index - 1] === '&&') {
        out = joined(out, this.#pipeline(each, where, stdin));
        if (index === 0) sure = new Map(where.variables);
        return;
      }
      const other = where.copy();
      out = joined(out, this.#pipeline(each, other, stdin));
      if (!leaves(each)) where.meet(where, other);
    });
    forgetReplaced(sure, where);
    return out;
  }

  #pipeline(node: PipelineNode, environment: Environment, stdin: Stream | null): Stream {
    if (node.type !== 'Pipeline') return this.#node(node, environment, stdin);
    if (node.commands.length === 1)
      return this.#node(node.commands[0] as CommandNode, environment, stdin);
    if (startsItself(node)) this.listener.onForkBomb('$0');
    let stream = stdin;
    for (const each of node.commands) stream = this.#node(each, environment.copy(), stream);
    return stream ?? NOTHING_PRINTED;
  }

  #node(node: CommandNode, environment: Environment, stdin: Stream | null): Stream {
    switch (node.type) {
      case 'Command':
        return this.#command(node, environment, stdin);
      case 'Redirected': {
        const { input, output } = redirect(node.redirects, environment, this, stdin);
        return output(this.#node(node.command, environment, input));
      }
      case 'Subshell':
        return this.tree(node.body, environment.copy(), stdin);
      case 'BraceGroup':
        return this.tree(node.body, environment, stdin);
      case 'Function':
        if (isForkBomb(node)) this.listener.onForkBomb(node.name.value);
        environment.functions.set(node.name.value, node);
        this.#uncalled.add(node.name.value);
        return NOTHING_PRINTED;
      case 'Coproc':
        return node.body.type === 'CompoundList'
          ? this.tree(node.body, environment.copy(), stdin)
          : this.#node(node.body, environment.copy(), stdin);
      case 'If': {
        const out = this.tree(node.clause, environment, stdin);
        const ways = [
          node.then,
          ...node.elif.flatMap(({ clause, then }) => [clause, then]),
          node.else,
        ];
        return joined(out, this.#branches(ways, environment, stdin, node.else === undefined));
      }
      case 'Case': {
        for (const word of [node.word, ...node.items.flatMap(({ pattern }) => pattern)])
          this.#substitutionsIn(word, environment);
        const ways = node.items.map(({ body }) => body);
        return this.#branches(ways, environment, stdin, true);
      }
      case 'For':
      case 'Select':
        return this.#loop(node, environment, stdin);
      case 'While': {
        const out = this.tree(node.clause, environment, stdin);
        return joined(out, this.#branches([node.body], environment, stdin, true));
      }
      case 'ArithmeticFor':
        this.#substitutionsIn(node, environment);
        return this.#branches([node.body], environment, stdin, true);
      case 'TestCommand':
      case 'ArithmeticCommand':
        this.#substitutionsIn(node, environment);
        return NOTHING_PRINTED;
    }
  }

  #branches(
    ways: readonly (CompoundList | undefined)[],
    environment: Environment,
    stdin: Stream | null,
    maybeNone: boolean,
  ): Stream {
    return eachWay(ways, environment, maybeNone, (way, inside) => this.tree(way, inside, stdin));
  }

  #loop(node: For | Select, environment: Environment, stdin: Stream | null): Stream {
    const expansion = new Expansion(environment, this);
    const words = node.wordlist
      ? expansion.fields(node.wordlist)
      : [...(environment.positional ?? [UNRESOLVED])];
    const listed = expansion.causes.find((cause) => cause.listed)?.listed;
    const rounds = Math.min(words.length, ROUNDS, Math.max(this.#budget.loops, 0));
    let out = NOTHING_PRINTED;
    this.#budget.loops -= rounds;
    const values = rounds < words.length ? [...words.slice(0, rounds), UNRESOLVED] : words;
    for (const value of values) {
      environment.assign(node.name.value, value, listed);
      out = joined(out, this.tree(node.body, environment, stdin));
    }
    return out;
  }

  #command(node: Command, environment: Environment, stdin: Stream | null): Stream {
    if ((this.#budget.commands -= 1) < 0) {
      this.listener.onTooMuch();
      return unknownFrom('');
    }
    const expansion = new Expansion(environment, this);
    const assignments = assignmentsOf(node, expansion);
    const { argv, causes } = wordsOf(node, expansion);
    const given = stdin ?? environment.input;
    const { input, output } = redirect(node.redirects, environment, this, given, argv);
    if (argv[0] === 'exec' && argv.length === 1) environment.input = input;
    readCommandVariables(this, assignments, environment);
    if (argv.length === 0) for (const [name, value] of assignments) environment.assign(name, value);
    if (argv.length === 0) return output(NOTHING_PRINTED);
    if (argv[0] === '$' || argv[0] === '%') argv.shift();
    const written = node.name?.text ?? '';
    const alias = written === argv[0] ? environment.aliases.get(written) : undefined;
    const stream =
      alias !== undefined && !this.#running.includes(`alias ${written}`)
        ? this.#aliased(written, alias, argv.slice(1), environment, input)
        : this.run(argv, environment, input, {
            causes,
            assignments,
            argumentCauses: expansion.causes,
          });
    return output(stream);
  }

  /** Runs words as a command: a function, a builtin that matters here, or a program. */
  run(
    argv: string[],
    environment: Environment,
    stdin: Stream | null,
    known: Pick<ShellCommand, 'causes' | 'argumentCauses'> & {
      assignments: ReadonlyMap<string, string>;
    },
  ): Stream {
    const name = argv[0] ?? '';
    if (environment.functions.has(name)) {
      if (this.#running.includes(name)) return unknownFrom(name);
      return environment.given(argv.slice(1), () => this.call(name, environment, stdin));
    }
    const built = runBuiltin(this, argv, environment, stdin, known.argumentCauses);
    if (built) return built;
    this.listener.onCommand({
      argv,
      cwd: environment.cwd,
      stdin,
      causes: known.causes,
      argumentCauses: known.argumentCauses,
      variables: new Map([...environment.variables, ...known.assignments]),
      files: environment.files,
    });
    return printedBy(argv, stdin, environment);
  }

  call(name: string, environment: Environment, stdin: Stream | null): Stream {
    const body = environment.functions.get(name)?.body;
    if (!body) return NOTHING_PRINTED;
    this.#uncalled.delete(name);
    this.#running.push(name);
    const out =
      body.type === 'CompoundList'
        ? this.tree(body, environment, stdin)
        : this.#node(body, environment, stdin);
    this.#running.pop();
    return out;
  }

  #aliased(
    name: string,
    text: string,
    args: string[],
    environment: Environment,
    stdin: Stream | null,
  ): Stream {
    this.#running.push(`alias ${name}`);
    const run = (): Stream => this.text(`${text} "$@"`, environment, stdin);
    const out = environment.given(args, run);
    this.#running.pop();
    return out;
  }

  /** Text that is read in the same shell: `eval`, `source`, a trap. Set by whoever can parse. */
  text: (text: string, environment: Environment, stdin: Stream | null) => Stream = () =>
    unknownFrom('');

  /** Runs every substitution below a node that is no command itself. */
  #substitutionsIn(node: SyntaxNode, environment: Environment): void {
    if (node.type === 'CompoundList') return;
    if (node.type === 'Script') {
      this.tree(node, environment.copy(), null);
      return;
    }
    forEachChild(node, (child) => this.#substitutionsIn(child, environment));
  }
}
