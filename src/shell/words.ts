import { parse, type Word, type WordPart } from 'unbash';
import { UNRESOLVED } from '../policy/types.ts';
import { expandBraces } from './braces.ts';
import type { Environment } from './environment.ts';
import { applyOperation, specialParameter } from './parameters.ts';
import type { Cause, Stream } from './types.ts';

/** Words that one `"$@"` may become. */
const MOST_WORDS = 1000;
/** A word longer than this is taken as it is. */
const LONGEST = 1024;
/** Characters that expansions may add to one command. */
const MOST = 32 * 1024;

/** What expansion needs of the reader: it runs what is inside a word. */
export interface Substitutes {
  /** What a command substitution prints. */
  capture(script: Parameters<typeof parse>[0] | object, environment: Environment): Stream;
  /** A process substitution: the path that stands for it. */
  connect(
    part: Extract<WordPart, { type: 'ProcessSubstitution' }>,
    environment: Environment,
  ): string;
}

/** Expands words as bash(1) says under "EXPANSION"; patterns for files are left as they are. */
export class Expansion {
  readonly environment: Environment;
  readonly #substitutes: Substitutes;
  /** Why parts of what was expanded last are not known. */
  causes: Cause[] = [];
  #length = 0;

  constructor(environment: Environment, substitutes: Substitutes) {
    this.environment = environment;
    this.#substitutes = substitutes;
  }

  /** The arguments that words become. */
  fields(words: readonly Word[]): string[] {
    return words.flatMap((word) => this.wordFields(word));
  }

  wordFields(word: Word): string[] {
    if (!word.parts) return [this.#plain(word.value, word.text)];
    if (!word.parts.some(({ type }) => type === 'BraceExpansion')) return this.#split(word);
    if (word.text.length > LONGEST) return [...this.#split(word), UNRESOLVED];
    const { words, complete } = expandBraces(word.text);
    const fields = words.flatMap((text) => this.#reread(text));
    return complete ? fields : [...fields, UNRESOLVED];
  }

  /** As one word, in a place where a shell does not split. */
  text(word: Word): string {
    if (!word.parts) return this.#plain(word.value, word.text);
    const fields = new Fields(this.environment.variables.get('IFS') ?? ' \t\n');
    this.#parts(word.parts, fields, true, word.text);
    return fields.done().join(' ');
  }

  /** Parts of a here-document. */
  document(parts: readonly WordPart[]): string {
    const fields = new Fields(this.environment.variables.get('IFS') ?? ' \t\n');
    this.#parts(parts, fields, true, '');
    return fields.done().join(' ');
  }

  #plain(value: string, written: string): string {
    return written.startsWith('~') ? this.#tilde(value) : value;
  }

  #reread(text: string): string[] {
    const [statement] = parse(`: ${text}`).commands;
    const command = statement?.command;
    if (command?.type !== 'Command') return [text];
    return command.suffix.flatMap((word) => {
      if (word.type !== 'Word') return [text];
      // Braces that are left are no more than characters.
      return word.parts ? this.#split(word) : [this.#plain(word.value, word.text)];
    });
  }

  #split(word: Word): string[] {
    const fields = new Fields(this.environment.variables.get('IFS') ?? ' \t\n');
    this.#parts(word.parts ?? [], fields, false, word.text);
    return fields.done();
  }

  #parts(parts: readonly WordPart[], fields: Fields, quoted: boolean, written: string): void {
    parts.forEach((part, index) => {
      this.#part(part, fields, quoted, index === 0 && written.startsWith('~'));
    });
  }

  #part(part: WordPart, fields: Fields, quoted: boolean, leading: boolean): void {
    switch (part.type) {
      case 'Literal':
        fields.add(leading ? this.#tilde(part.value) : part.value);
        return;
      case 'SingleQuoted':
      case 'AnsiCQuoted':
        fields.add(part.value);
        return;
      case 'Glob':
      case 'ExtendedGlob':
      case 'BraceExpansion':
        if (part.parts) this.#substitutes.capture(part, this.environment);
        fields.add(part.text);
        return;
      case 'DoubleQuoted':
      case 'LocaleString':
        fields.add('');
        this.#parts(part.parts, fields, true, '');
        return;
      case 'SimpleExpansion':
        this.#parameter(part.text.slice(1), fields, quoted);
        return;
      case 'ParameterExpansion':
        this.#expansion(part, fields, quoted);
        return;
      case 'CommandExpansion':
        this.#put(this.#captured(part.script, quoted), fields, quoted);
        return;
      case 'ArithmeticExpansion':
        fields.add(this.#arithmetic(part));
        return;
      case 'ProcessSubstitution':
        fields.add(this.#substitutes.connect(part, this.environment));
        return;
    }
  }

  /** A value that grows without end (`X=$X$X`) is not known any more. */
  #put(value: string, fields: Fields, quoted: boolean): void {
    this.#length += value.length;
    fields.expand(this.#length > MOST ? UNRESOLVED : value, quoted);
  }

  #captured(script: object | undefined, quoted: boolean): string {
    if (!script) return UNRESOLVED;
    const { text, programs, found } = this.#substitutes.capture(script, this.environment);
    const listed = quoted ? {} : { listed: found ? { programs, found } : { programs } };
    if (text.includes(UNRESOLVED)) this.causes.push({ programs, ...listed });
    return text.replace(/\n+$/, '');
  }

  #parameter(name: string, fields: Fields, quoted: boolean): void {
    const { positional } = this.environment;
    if ((name === '@' || name === '*') && positional) {
      if (name === '@' && quoted) fields.list(positional);
      else this.#put(positional.join(' '), fields, quoted);
      return;
    }
    const value = this.#known(name);
    if (value?.includes(UNRESOLVED) && this.environment.listed.has(name)) this.#unknown(name);
    this.#put(value ?? this.#unknown(name), fields, quoted);
  }

  #expansion(
    part: Extract<WordPart, { type: 'ParameterExpansion' }>,
    fields: Fields,
    quoted: boolean,
  ): void {
    const { parameter, operation, prefix, index } = part;
    const list = this.environment.arrays.get(parameter);
    if (list && index && /^[@*]$/.test(index.text) && !operation && prefix === undefined) {
      if (quoted && index.text === '@') fields.list(list);
      else this.#put(list.join(' '), fields, quoted);
      return;
    }
    if (!operation && !index && prefix === undefined) {
      this.#parameter(parameter, fields, quoted);
      return;
    }
    let value = index ? this.#element(parameter, index) : this.#known(parameter);
    if (prefix === '#') value = String(value?.length ?? 1);
    else if (prefix === '!') value = value === undefined ? undefined : this.#known(value);
    const result = operation
      ? applyOperation(value, operation, (word) => this.text(word))
      : (value ?? UNRESOLVED);
    if (operation?.type === 'Default' && operation.operator.endsWith('=') && value === undefined)
      this.environment.assign(parameter, result);
    if (result.includes(UNRESOLVED)) this.#unknown(parameter);
    this.#put(result, fields, quoted);
  }

  #element(name: string, index: Word): string | undefined {
    const at = Number(this.text(index));
    const words = this.environment.arrays.get(name);
    return words && Number.isInteger(at) ? words.at(at) : undefined;
  }

  #known(written: string): string | undefined {
    const { variables, positional, arrays, references } = this.environment;
    const name = references.get(written) ?? written;
    if (/^\d+$/.test(name))
      return name === '0'
        ? undefined
        : (positional?.[Number(name) - 1] ?? (positional ? '' : undefined));
    if (name === '#' && positional) return String(positional.length);
    return variables.get(name) ?? arrays.get(name)?.[0] ?? specialParameter(name);
  }

  #unknown(name: string): string {
    const listed = this.environment.listed.get(name);
    this.causes.push({ variable: name, ...(listed ? { listed } : {}) });
    return UNRESOLVED;
  }

  #arithmetic(part: Extract<WordPart, { type: 'ArithmeticExpansion' }>): string {
    this.#substitutes.capture(part, this.environment);
    const plain = /^\$\(\(\s*(-?\d+)\s*(?:([-+*])\s*(\d+)\s*)?\)\)$/.exec(part.text);
    if (!plain) return '1';
    const [, left, operator, right] = plain;
    const [a, b] = [Number(left), Number(right ?? 0)];
    return String(operator === '*' ? a * b : operator === '-' ? a - b : a + b);
  }

  /** `~`, `~/x`, `~user`, `~+`, `~-`. */
  #tilde(value: string): string {
    const { context, cwd, variables } = this.environment;
    const [, name = '', rest = ''] = /^~([^/]*)(.*)$/s.exec(value) ?? [];
    if (name === '') return `${variables.get('HOME') ?? context.home}${rest}`;
    if (name === '+') return `${cwd}${rest}`;
    if (name === '-') return `${variables.get('OLDPWD') ?? UNRESOLVED}${rest}`;
    if (name === 'root') return `/root${rest}`;
    return /^[a-z_][\w-]*$/i.test(name) ? `/home/${name}${rest}` : value;
  }
}

/** Words in the making: what is quoted stays together, what is not is split at blanks. */
class Fields {
  readonly #done: string[] = [];
  #current: string | null = null;
  /** `$IFS`. */
  readonly separators: string;

  constructor(separators: string) {
    this.separators = separators;
  }

  add(text: string): string {
    const current = this.#current ?? '';
    // Of two unknown parts together no more is known than of one.
    const doubled = text === UNRESOLVED && current.endsWith(UNRESOLVED);
    this.#current = doubled ? current : current + text;
    return text;
  }

  expand(value: string, quoted: boolean): string {
    const { separators } = this;
    if (quoted || ![...separators].some((mark) => value.includes(mark))) {
      if (quoted || value !== '') this.add(value);
      return value;
    }
    const pieces = [...separators]
      .slice(1)
      .reduce((text, mark) => text.replaceAll(mark, separators[0] ?? ' '), value)
      .split(separators[0] ?? ' ');
    pieces.forEach((piece, index) => {
      if (index > 0) this.#end();
      if (piece !== '') this.add(piece);
    });
    return value;
  }

  /** `"$@"`. */
  list(words: readonly string[]): void {
    const known = words.length > MOST_WORDS ? [...words.slice(0, MOST_WORDS), UNRESOLVED] : words;
    known.forEach((word, index) => {
      if (index > 0) this.#end();
      this.add(word);
    });
  }

  done(): string[] {
    this.#end();
    return this.#done;
  }

  #end(): void {
    if (this.#current !== null) this.#done.push(this.#current);
    this.#current = null;
  }
}
