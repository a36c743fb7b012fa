import { UNRESOLVED } from '../types.ts';
import { codeTokens, type Token } from './code-tokens.ts';

/** A call that a one-line program plainly makes. */
export interface Call {
  /** `shutil.rmtree`, `fs.promises.rm`, `Path().unlink`: whatever joins the parts is a dot. */
  name: string;
  /** Its operands as far as they are texts, with UNRESOLVED for the rest; named and constant ones are left out. */
  arguments: Operand[];
}

interface Operand {
  text: string;
  /** Its place among the others, from 0. */
  at: number;
}

/** Calls whose value is the path they are given. */
const WRAPPERS = new Set([
  ...['Path', 'PurePath', 'PosixPath', 'File', 'Pathname', 'URL', 'String', 'str', 'Paths.get'],
  ...['path.join', 'path.resolve', 'path.normalize', 'path.abspath', 'path.expanduser', 'Path.of'],
  ...['path.realpath', 'File.join', 'File.expand_path', 'glob', 'globSync', 'glob.glob', 'iglob'],
  ...[
    'rglob',
    'iterdir',
    'file.path',
    'Path.expand',
    'Path.join',
    'joinpath',
    'expanduser',
    'resolve',
    'Dir',
  ],
]);
const HOME = new Set(['Path.home', 'os.homedir', 'homedir', 'Dir.home', 'process.env.HOME']);
const HERE = new Set(['os.getcwd', 'process.cwd', 'Path.cwd', 'Dir.pwd', '__dirname', 'getcwd']);
const CONSTANTS = new Set([
  ...['True', 'False', 'None', 'TRUE', 'FALSE', 'true', 'false', 'null', 'nil', 'undefined'],
  ...['new', 'await', 'my', 'our', 'const', 'let', 'var', 'not'],
]);
/** Words behind which no operand of theirs follows, and which end a call without brackets. */
const KEYWORDS = new Set([
  ...['if', 'unless', 'for', 'foreach', 'while', 'until', 'and', 'or', 'in', 'is', 'else', 'elif'],
  ...['import', 'from', 'as', 'with', 'return', 'do', 'end', 'then', 'try', 'use', 'lambda', 'def'],
  ...['function', 'sub', 'async'],
]);
const MODULES = new Set(['require', 'import', '__import__', 'import_module']);
const FUNCTIONS = new Set(['lambda', 'function', 'sub', 'async', 'def']);
const JOINS = new Set(['.', '::', '->', '?.']);
/** Methods of a path that are given what to write. */
const WRITES = new Set(['write_text', 'write_bytes']);
/** Methods that put something behind the path they are called on. */
const METHODS = new Set(['joinpath', 'join', 'glob', 'rglob', 'resolve', 'expanduser', 'iterdir']);
/** No rule speaks of more of a name, of a path or of what a call is given: a bound on what nested brackets cost. */
const PARTS = 8;
const TEXT_LIMIT = 1024;
const ARGUMENT_LIMIT = 16;

interface Argument {
  text: string;
  /** Something of it was read. */
  given: boolean;
  /** A named one, an object or a function: no path, unless it is one text and nothing else. */
  named: boolean;
  /** All of it is known. */
  exact: boolean;
}

interface Frame {
  /** What closes it; empty for a call without brackets. */
  closer: string;
  /** Null for brackets that are no call. */
  name: string[] | null;
  arguments: Argument[];
  /** What the calls inside the name were given. */
  receiver: Operand[];
}

/** Every call by name, in the order they end. Linear in the length of the code; never throws. */
export function callsIn(code: string): Call[] {
  return new CallReader().read(codeTokens(code));
}

class CallReader {
  readonly #calls: Call[] = [];
  readonly #frames: Frame[] = [newFrame('', null, [])];
  /** The name being put together, and what calls inside it were given. */
  #name: string[] = [];
  #receiver: Operand[] = [];
  /** The name goes on behind a dot. */
  #joining = false;

  read(tokens: Token[]): Call[] {
    for (const token of tokens) {
      if (token.kind === 'end') this.#endStatement();
      else if (token.kind === 'text') this.#text(token.text);
      else if (token.kind === 'word') this.#word(token.text, token.spaced);
      else this.#sign(token.text);
    }
    this.#settle();
    while (this.#frames.length > 1) this.#close();
    return this.#calls;
  }

  get #frame(): Frame {
    return this.#frames[this.#frames.length - 1] as Frame;
  }

  get #argument(): Argument {
    return this.#frame.arguments[this.#frame.arguments.length - 1] as Argument;
  }

  #word(word: string, spaced: boolean): void {
    if (this.#joining) {
      this.#name = [...this.#name.slice(1 - PARTS), word];
      this.#joining = false;
    } else if (KEYWORDS.has(word)) {
      this.#settle();
      this.#closeBare();
      if (FUNCTIONS.has(word)) this.#argument.named = true;
    } else {
      this.#operandFollows(spaced);
      this.#name = [word];
    }
  }

  /** A name right before a text is a call too: sql`…`. */
  #text(text: string): void {
    this.#operandFollows(true);
    this.#add(text, true);
  }

  /** `unlink $file`: a name, a blank and an operand are a call without brackets. */
  #operandFollows(spaced: boolean): void {
    const bare = this.#name.length > 0 && spaced && !CONSTANTS.has(this.#name.at(-1) ?? '');
    if (bare) this.#open('');
    else this.#settle();
  }

  #sign(sign: string): void {
    if (JOINS.has(sign)) {
      this.#joining = this.#name.length > 0 || this.#onValue();
      return;
    }
    // `Dir["*"]` and `ENV["HOME"]` stand for what they name.
    const index = sign === '[' && this.#name.length > 0;
    if (sign === '(' || index) {
      this.#open(index ? ']' : ')');
      return;
    }
    this.#settle();
    if (sign === '[') this.#frames.push(newFrame(']', null, []));
    else if (sign === '{') {
      this.#argument.named = true;
      this.#frames.push(newFrame('}', null, []));
    } else if (sign === ')' || sign === ']' || sign === '}') this.#closeUpTo(sign);
    else if (sign === ',') this.#nextArgument();
    else if (sign === ';') {
      this.#endStatement();
      // Julia's named operands stand behind one: `rm("src"; recursive=true)`.
      if (this.#frame.closer === ')') this.#nextArgument();
    } else if (sign === '=' || sign === ':')
      Object.assign(this.#argument, newArgument(), { named: true });
    else if (sign === '=>') this.#argument.named = true;
    else if (sign === '/' && this.#argument.given) this.#argument.text += '/';
  }

  /** `(home / "x").rmdir()`: a method of what was just read. */
  #onValue(): boolean {
    if (!this.#argument.given) return false;
    this.#name = ['()'];
    this.#receiver = [{ text: this.#argument.text, at: 0 }];
    Object.assign(this.#argument, newArgument());
    return true;
  }

  /** What was read is no call: a variable, or a call whose value is an operand here. */
  #settle(): void {
    const name = this.#name.join('.');
    if (name !== '' && !CONSTANTS.has(name)) {
      const text = valueOf(name, this.#receiver);
      this.#add(text, !text.includes(UNRESOLVED));
    }
    this.#name = [];
    this.#receiver = [];
    this.#joining = false;
  }

  #add(text: string, exact: boolean): void {
    const argument = this.#argument;
    argument.text = (argument.text + text).slice(0, TEXT_LIMIT);
    argument.given = true;
    argument.exact &&= exact;
  }

  #nextArgument(): void {
    if (this.#frame.arguments.length < ARGUMENT_LIMIT) this.#frame.arguments.push(newArgument());
  }

  #open(closer: string): void {
    const name = this.#name.length ? this.#name : null;
    this.#frames.push(newFrame(closer, name, this.#receiver));
    this.#name = [];
    this.#receiver = [];
    this.#joining = false;
  }

  #endStatement(): void {
    this.#settle();
    this.#closeBare();
    if (this.#frames.length === 1) this.#frames[0] = newFrame('', null, []);
  }

  /** Calls without brackets end where their statement does. */
  #closeBare(): void {
    while (this.#frame.closer === '' && this.#frame.name) {
      this.#close();
      this.#settle();
    }
  }

  #closeUpTo(closer: string): void {
    this.#closeBare();
    if (this.#frame.closer === closer) this.#close();
  }

  #close(): void {
    const frame = this.#frames.pop() as Frame;
    const given = frame.arguments.flatMap(({ text, named, exact }, at) =>
      text !== '' && (!named || exact) ? [{ text, at }] : [],
    );
    if (!frame.name) this.#closeBracket(frame.closer, given);
    else this.#closeCall(frame.name, frame, given);
  }

  /** What is in a list counts as operands of what the list stands in. */
  #closeBracket(closer: string, given: Operand[]): void {
    if (closer === '}') return;
    for (const [index, { text }] of given.entries()) {
      if (index > 0) this.#nextArgument();
      this.#add(text, !text.includes(UNRESOLVED));
    }
  }

  #closeCall(name: string[], frame: Frame, given: Operand[]): void {
    const last = name.at(-1) ?? '';
    if (MODULES.has(last) && given[0]) {
      this.#name = frame.closer
        ? given[0].text
            .replace(/^node:/, '')
            .split('/')
            .slice(-PARTS)
        : [];
      return;
    }
    const alone = !frame.arguments.some((argument) => argument.given);
    // A method without operands acts on what it is called on.
    const ofReceiver = name.length > 1 && (alone || WRITES.has(last));
    const meant = ofReceiver ? orUnknown(frame.receiver) : given;
    if (frame.closer !== ']') this.#calls.push({ name: name.join('.'), arguments: meant });
    this.#name = [...name.slice(0, -1), `${last}${frame.closer === ']' ? '[]' : '()'}`];
    this.#receiver = METHODS.has(last)
      ? [...frame.receiver, ...given].slice(0, ARGUMENT_LIMIT)
      : meant;
  }
}

function newArgument(): Argument {
  return { text: '', given: false, named: false, exact: true };
}

function newFrame(closer: string, name: string[] | null, receiver: Operand[]): Frame {
  return { closer, name, arguments: [newArgument()], receiver };
}

function orUnknown(operands: Operand[]): Operand[] {
  return operands.length ? operands : [{ text: UNRESOLVED, at: 0 }];
}

/** The path that a name stands for, where one can tell. */
function valueOf(name: string, given: Operand[]): string {
  const plain = name.replace(/(?:\(\)|\[\])$/, '');
  if (isOneOf(plain, HOME)) return '~';
  if (isOneOf(plain, HERE)) return '.';
  if (plain === name) return UNRESOLVED;
  const texts = given.map(({ text }) => text);
  if (name.endsWith('[]') && texts[0] === 'HOME') return '~';
  return isOneOf(plain, WRAPPERS) && texts.length
    ? texts.join('/').slice(0, TEXT_LIMIT)
    : UNRESOLVED;
}

/** Whether a name, or the end of it behind a dot, is among these. */
export function isOneOf(name: string, names: ReadonlySet<string>): boolean {
  for (let at = 0; at >= 0; at = name.indexOf('.', at) + 1 || -1)
    if (names.has(name.slice(at))) return true;
  return false;
}
