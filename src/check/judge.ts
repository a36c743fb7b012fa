import { lastComponent } from '../policy/argv/program.ts';
import { isUnknown, startedBy, type Started } from '../policy/argv/starts.ts';
import type { Policy } from '../policy/decide.ts';
import { isAllowedByName, strictest } from '../policy/strictest.ts';
import { UNRESOLVED, type ExecRequest, type Verdict } from '../policy/types.ts';
import { LONGEST_TEXT, readShell } from '../shell/read-shell.ts';
import type { Budget, Cause } from '../shell/types.ts';
import { besides } from './besides.ts';
import { judgeSent } from './connections.ts';
import { handedOver } from './handed-over.ts';
import { commandsIn, escapesToShell, isInterpreter } from './inline-code.ts';
import { listedBy, listedIn } from './many.ts';
import { decideAt } from './decide-at.ts';
import { rereadings } from './rereadings.ts';
import { plainOptions, scriptOf } from './scripts.ts';
import type { Checked, Place, Where } from './types.ts';
import { plainReading } from './unreadable.ts';
import { NOTHING, sceneAt, type Scene } from './scene.ts';
import { DOWNLOADED, isFetched, isForeignText, judgeUnknownName, PIPED } from './unresolved.ts';
import { asks, denies, NOTHING_SAID, TOO_DEEP } from './verdicts.ts';
import { judgeWrite } from './writes.ts';

/** The working folder, and a project around it, on a machine that nobody sees. */
const ELSEWHERE = '/elsewhere';
/** Clients that have a command of their own for starting another. */
const DATABASE_CLIENTS = /^(?:psql|mysql|mariadb|sqlite3)$/;
/** Behind these an interpreter is given its program. */
const CODE = /^-[a-zA-Z]*[ceErp]$|^--(?:eval|execute|command)$/;
const COMMANDS = 10_000;
const LOOPS = 200;
const DEPTH = 80;

/** Judges one item: of all that it would do the strictest verdict counts. Runs nothing; never throws. */
export class Judge {
  readonly #policy: Policy;
  readonly #place: Place;
  readonly #budget: Budget = { commands: COMMANDS, loops: LOOPS, depth: DEPTH };
  #worst: Checked = NOTHING_SAID;

  constructor(policy: Policy, place: Place) {
    this.#policy = policy;
    this.#place = place;
  }

  /** A program about to start. */
  argv(argv: readonly string[], cwd: string): Checked {
    this.#guarded(() => this.#command(argv, sceneAt(cwd)));
    return this.#worst;
  }

  /** Text for a shell. */
  text(text: string, cwd: string): Checked {
    this.#guarded(() => this.#text(text, sceneAt(cwd), null));
    for (const other of text.length > LONGEST_TEXT ? [] : rereadings(text)) {
      this.#budget.commands = COMMANDS;
      this.#guarded(() => this.#text(other, { ...sceneAt(cwd), documented: true }, null));
    }
    return this.#worst;
  }

  /** What a program starts on other machines and in containers, where no gate meets it. */
  startedAway(name: string, argv: readonly string[], cwd: string): Checked {
    this.#guarded(() => {
      const scene = sceneAt(cwd);
      for (const started of startedBy(this.#policy.known, name, argv) ?? [])
        if (started.where !== 'here') this.#started(started, scene);
    });
    return this.#worst;
  }

  #guarded(judge: () => void): void {
    try {
      judge();
    } catch {
      this.#say(
        denies('internal-error', 'guard failed to judge this, and so refuses it'),
        [],
        'here',
      );
    }
  }

  #say(verdict: Verdict, words: readonly string[], where: Where): void {
    const worst = strictest(this.#worst, verdict);
    if (worst === this.#worst && (this.#worst !== NOTHING_SAID || verdict.rule === 'default'))
      return;
    this.#worst = {
      ...verdict,
      ...(words.length ? { words } : {}),
      ...(where === 'here' ? {} : { where }),
    };
  }

  /** False when nothing more is read. */
  #spend(): boolean {
    if (this.#budget.depth > 0 && (this.#budget.commands -= 1) >= 0) return true;
    this.#say(TOO_DEEP, [], 'here');
    return false;
  }

  #text(text: string, scene: Scene, positional: readonly string[] | null): void {
    if (text.length > LONGEST_TEXT || !this.#spend()) {
      this.#say(TOO_DEEP, [], scene.where);
      return;
    }
    this.#budget.depth -= 1;
    const { repository, home } = this.#placeIn(scene.where);
    const { sound } = readShell(
      text,
      {
        ...scene,
        repository,
        home,
        user: this.#place.user,
        positional,
        budget: this.#budget,
      },
      {
        onCommand: ({ argv, ...more }) => {
          const many = listedIn(more.argumentCauses) ?? scene.many;
          this.#command(argv, { ...scene, ...more, many });
        },
        onSent: (path, stream) => {
          const sent = judgeSent([path.replace(/\/(?=\d+$)/, ':')], stream);
          if (Array.isArray(sent)) this.#command(sent, { ...scene, stdin: stream });
          else if (sent) this.#say(sent, ['>', path], scene.where);
        },
        onWrite: (write) => {
          const said = scene.where === 'container' ? null : judgeWrite(write, { repository, home });
          if (said) this.#say(said, [write.appends ? '>>' : '>', write.target], scene.where);
        },
        onForkBomb: (name) =>
          this.#say(
            denies('fork-bomb', 'it starts itself over and over, until nothing else can run'),
            [name],
            scene.where,
          ),
        onTooMuch: () => this.#say(TOO_DEEP, [], scene.where),
      },
    );
    this.#budget.depth += 1;
    if (!sound && this.#worst.action === 'allow') this.#plainly(text, scene);
  }

  /** A text that no shell would take, by its words: what they would do is a question at most. */
  #plainly(text: string, scene: Scene): void {
    for (const words of plainReading(text)) {
      const verdict = this.#decide(words, scene);
      if (verdict.action !== 'allow')
        this.#say(
          asks(
            'unparsed',
            `it cannot be read as a whole, and it may be that ${verdict.reason}`,
            verdict.safer,
          ),
          words,
          scene.where,
        );
    }
  }

  #command(given: readonly string[], scene: Scene): void {
    if (given.length === 0 || !this.#spend()) return;
    this.#budget.depth -= 1;
    const name = lastComponent(given[0] ?? '');
    const argv = plainOptions(this.#policy.known, name, given);
    const { where, stdin } = scene;
    if (name.includes(UNRESOLVED) && !scene.documented) this.#unknown(argv, scene.causes, where);
    const verdict = this.#decide(argv, scene);
    this.#say(verdict, argv, where);
    const started = startedBy(this.#policy.known, name, argv);
    if (!started) this.#say(TOO_DEEP, argv, where);
    for (const each of started ?? [])
      if (each.where === 'here' || !isAllowedByName(verdict)) this.#started(each, scene);
    this.#scripts(name, argv, scene);
    this.#besides(name, argv, scene);
    if (isInterpreter(name)) {
      // `python -c "$(curl …)"`
      if (
        argv.some((arg, at) => isUnknown(arg) && CODE.test(argv[at - 1] ?? '')) &&
        isFetched(scene.argumentCauses)
      )
        this.#say(PIPED, argv, where);
      const texts = [...argv.slice(1), ...(stdin && stdin.from === 'text' ? [stdin.text] : [])];
      for (const code of texts) this.#code(code, name, scene);
    }
    if (DATABASE_CLIENTS.test(name))
      for (const text of [...argv.slice(1), stdin?.text ?? ''])
        for (const command of escapesToShell(text))
          this.#text(command, { ...scene, stdin: null }, null);
    this.#budget.depth += 1;
  }

  #besides(name: string, argv: readonly string[], scene: Scene): void {
    const { many, where, stdin, argumentCauses: causes } = scene;
    const request = this.#request(argv, scene);
    const programs = this.#policy.known;
    for (const each of besides(name, request, { stdin, many, causes, programs }))
      if (each.kind === 'said') this.#say(each.said, argv, where);
      else if (each.kind === 'text') this.#text(each.text, { ...scene, stdin: null }, null);
      else if (each.named) this.#say(this.#decide(each.argv, scene), argv, where);
      else this.#command(each.argv, { ...scene, stdin: each.keepsInput ? stdin : null });
  }

  /** A script that a shell reads: from a file that this text wrote, or from standard input. */
  #scripts(name: string, argv: readonly string[], scene: Scene): void {
    const script = scriptOf(this.#policy.known, name, argv, scene);
    if (!script) return;
    const { stream, positional } = script;
    const away = script.where === 'elsewhere' && scene.where === 'here';
    const next: Scene = away
      ? {
          ...scene,
          where: 'elsewhere',
          cwd: ELSEWHERE,
          variables: NOTHING,
          files: NOTHING,
          stdin: null,
        }
      : { ...scene, stdin: null };
    if (stream.from === 'file') return;
    if (isUnknown(stream.text.trim())) {
      // What a tool of this machine prints for a shell, as in `source <(kubectl completion bash)`, is its own affair.
      const foreign = isForeignText(stream.programs) || script.always;
      if (foreign) this.#say(script.always ? PIPED : DOWNLOADED, argv, scene.where);
      return;
    }
    if (script.language === 'shell') this.#text(stream.text, next, positional);
    else this.#code(stream.text, name, scene);
  }

  #code(code: string, program: string, scene: Scene): void {
    for (const command of commandsIn(code, program))
      if ('argv' in command) this.#command(command.argv, { ...scene, causes: [] });
      else this.#text(command.text, { ...scene, stdin: null }, null);
    for (const text of escapesToShell(code)) this.#text(text, { ...scene, stdin: null }, null);
  }

  #started(started: Started, scene: Scene): void {
    const where =
      scene.where === 'here'
        ? started.where
        : scene.where === 'elsewhere' && started.where === 'container'
          ? 'container'
          : scene.where;
    const away = where !== 'here' && scene.where === 'here';
    const next: Scene = {
      ...scene,
      where,
      causes: isUnknown(started.words[0] ?? '') ? scene.argumentCauses : [],
      cwd: away ? ELSEWHERE : scene.cwd,
      variables: new Map([...(away ? [] : scene.variables), ...started.variables]),
      files: away ? NOTHING : scene.files,
      many: started.more ? listedBy(scene.stdin) : scene.many,
    };
    for (const { words, text, positional, stdin } of handedOver(started, scene.stdin)) {
      if (text === null) this.#command(words, { ...next, stdin });
      else if (isUnknown(text)) {
        if (!scene.documented) this.#unknown(words, next.causes, where);
      } else this.#text(text, { ...next, stdin }, positional);
    }
  }

  #unknown(argv: readonly string[], causes: readonly Cause[], where: Where): void {
    const said = judgeUnknownName(argv, causes);
    if (said) this.#say(said, argv, where);
  }

  #placeIn(where: Where): { repository: string; home: string } {
    return where === 'here' ? this.#place : { repository: ELSEWHERE, home: this.#place.home };
  }

  #decide(argv: readonly string[], scene: Scene): Verdict {
    return decideAt(this.#policy, scene.where, this.#request(argv, scene), this.#place.ignored);
  }

  #request(argv: readonly string[], { cwd, where, stdin }: Scene): ExecRequest {
    const { repository, home } = this.#placeIn(where);
    const [path = ''] = argv;
    const known = stdin && !isUnknown(stdin.text.trim()) ? stdin.text : undefined;
    return {
      kind: 'exec',
      path,
      names: [lastComponent(path)],
      argv: [...argv],
      cwd,
      repository,
      home,
      ...(known === undefined ? {} : { stdin: known }),
    };
  }
}
