import { bareAt, insideQuotes, lineStart, quotedAt, restOfLine, type Literal } from './literals.ts';

/** How a name and its value are tied together. */
export type Tie = 'assigned' | 'compared' | 'called' | 'paired' | 'element' | 'spaced' | 'told';

export interface Assignment {
  name: string;
  /** Where the name begins. */
  at: number;
  tie: Tie;
  value: Literal;
}

export type Language = 'code' | 'settings' | 'other';

const NAME_BEFORE = 80;
const NAME_AFTER = 64;

/** `process.env.X ?? `, `os.getenv("X", `, `String::from(`, `new SecretStr(`: what may stand before a literal. */
const WRAPPER =
  /(?:new[ \t]+)?(?:(?:\[\]byte|String(?:::from|\.valueOf)?|str|bytes|Buffer\.from|[\w.]{0,32}[sS]ecret(?:Str|String|Value)?|Some|Password|[\w.]{0,24}(?:64|[bB]ase64\.|hex\.|getDecoder\(\)\.)_?[dD]ecode(?:String)?|[\w.]{0,24}sha\d{1,3}|[\w.]{0,24}md5|hash|hashSync|bcrypt\.hash(?:Sync)?|[\w.]{0,24}(?:hashpw|make_password|generate_password_hash)|ConvertTo-SecureString)[ \t]?\(?[ \t]*|[\w.:$]{1,40}\(?[ \t]*["'][\w.-]{1,64}["'][ \t]*,[ \t]*|[\w.$]{1,64}(?:\[["']\w{1,64}["']\]|\(["']\w{1,64}["']\))?[ \t]*(?:\|\||\?\?|\?:|or)[ \t]*)(?=\\{0,3}["'`]|[brufL]["'])/y;
/** Between a name and a literal in quotes: types, the ends of subscripts, the sign itself. */
const SIGN =
  /(?:\\{0,3}["'`])?(?:\[\w{0,16}\])?[\])]{0,2}(?:[ \t]{0,40}[?!]?:[ \t]{0,8}[A-Za-z_&][\w.<>[\]|?&' ]{0,48}(?=[ \t]{0,8}=[^=])|[ \t]+(?:string|str|String|text|char|As[ \t]String|&str|varchar\(\d{1,4}\))(?=[ \t]{0,8}:?=[^=]))?[ \t]{0,40}(===?|!==?|=>|:-|:=|\?=|\|\|=|\?\?=|\+=|=|:(?!:)|\|\||\?\?|<-)[ \t]{0,40}/y;
/** Go, Basic and SQL: the type behind the name. */
const TYPED =
  /[ \t]+(?:string|str|String|text|char|As[ \t]String|varchar\(\d{1,4}\))[ \t]{0,8}:?=[^=]/y;
const CALL = /[ \t]?\([ \t]{0,8}(?=\\{0,3}["'`]|[brufL]["'])/y;
/** `define("NAME", "value")`, `.setProperty('name', 'value')`, `.append(…)`. */
const ARGUMENT = /\\{0,3}["'`][ \t]{0,8},[ \t\r\n]{0,40}(?=\\{0,3}["'`])/y;
/** `name="password" value="…"`, `{"name": "PASSWORD", "value": "…"}`, `- name: PASSWORD` and `value:` below it. */
const PAIR =
  /(?:\\{0,3}["'`])?(?:[ \t]{0,8},)?\s{1,60}(?:\\{0,3}["'])?(?:value|Value|VALUE|defaultValue|default|initialValue|currentValue|password)(?:\\{0,3}["'])?[ \t]{0,8}(?:=>|[:=])[ \t]{0,8}|\\{0,3}["'`],\\{0,3}["'](?:value|Value|defaultValue|currentValue)\\{0,3}["']:/y;
/** `variable "db_password" { … default = "…" }`. */
const BLOCK_DEFAULT =
  /["'][ \t]{0,8}\{[^{}"]{0,200}(?:"[^"\n]{0,200}"[^{}"]{0,200}){0,4}\bdefault[ \t]{0,20}=[ \t]{0,8}/y;
/** `<password>…`, `<string name="api_key">…`, `<name>x.password</name> <value>…`, `<key>Password</key> <string>…`. */
const ELEMENT = /["']?(?:[ \t][^<>\n]{0,160})?>\s{0,80}(?:<!\[CDATA\[)?(?![\s<])/y;
const ELEMENT_BEHIND_NAME =
  /<\/(?:\w{1,20}:)?(?:name|key|Name|Key|stringProp)>\s{0,80}<(?:value|Value|string|stringProp name="[\w.]{0,40}value")>\s{0,40}(?![\s<])/y;
/** Windows' answer files: `<Password><Value>…`. */
const ELEMENT_AROUND = />\s{0,80}<(?:value|Value)>\s{0,40}(?![\s<])/y;
/** `NAME=${NAME:-value}`. */
const FALLBACK = /\$\{\w{1,64}:[-=]/y;
const SPACE = /[ \t]{1,40}/y;
const IN_TEMPLATE = /\{\{[ \t]?$/;
const TOLD = /[ \t]{1,4}(?:is|was|are|as|to)[ \t]*:?[ \t]{1,4}/y;
/** YAML: the value in the lines below. */
const BLOCK_SCALAR = /[|>][-+]?\d?[ \t]*\r?\n[ \t]{1,40}/y;

/** The assignment whose name holds the word at `at` to `end`, in any of the notations above. */
export function assignmentAt(
  text: string,
  at: number,
  end: number,
  language: Language,
): Assignment | undefined {
  const nameEnd = extent(text, end, NAME_AFTER);
  if (!mayTie(text, nameEnd)) return undefined;
  let nameStart = at;
  while (nameStart > 0 && at - nameStart < NAME_BEFORE && isName(text.charCodeAt(nameStart - 1)))
    nameStart--;
  while (nameStart < at && /[.-]/.test(text[nameStart] as string)) nameStart++;
  const name = text.slice(nameStart, nameEnd);
  const tied = tieAt(text, nameStart, nameEnd, language);
  // `{{TOKEN:base64}}`: a template names something; `{{ password: 'x' }}` is an object in JSX.
  if (!tied || (!tied.value.quoted && IN_TEMPLATE.test(text.slice(0, nameStart)))) return undefined;
  return { name, at: nameStart, ...tied };
}

type Tied = Omit<Assignment, 'name' | 'at'>;

function tieAt(text: string, start: number, end: number, language: Language): Tied | undefined {
  const before = text[start - 1] ?? '\n';
  const inQuotes = before === '"' || before === "'" || before === '`';
  if (isWordNext(text, end) && behind(TYPED, text, end) === undefined)
    return looseTie(text, start, end);
  if (inQuotes || before === ' ' || before === ':' || before === '=' || before === '\n') {
    const pair = behind(PAIR, text, end);
    const value = pair && valueAt(text, pair, language === 'code' ? 'code' : 'settings');
    if (value) return { tie: 'paired', value };
  }
  if (inQuotes) {
    const block = behind(BLOCK_DEFAULT, text, end);
    const value = block && quotedAt(text, block);
    if (value) return { tie: 'paired', value };
    const argument = behind(ARGUMENT, text, end);
    if (argument && /\w\]?\(\s*\\*["'`]$/.test(text.slice(Math.max(0, start - 12), start))) {
      const literal = quotedAt(text, argument);
      return literal && { tie: 'called', value: literal };
    }
  }
  const element = behind(ELEMENT, text, end) ?? behind(ELEMENT_AROUND, text, end);
  if (element && /<[^<>]{0,80}$/.test(text.slice(Math.max(0, start - 81), start)))
    return elementValue(text, element);
  const next = before === '<' ? undefined : behind(ELEMENT_BEHIND_NAME, text, end);
  if (next) return elementValue(text, next);
  const sign = signAt(text, end);
  if (sign) {
    const value = signedValue(text, start, sign, language);
    return value && { tie: /^[=!]==?$/.test(sign.sign) ? 'compared' : 'assigned', value };
  }
  const call = behind(CALL, text, end);
  if (call) {
    const value = quotedAt(text, call);
    return value && { tie: 'called', value };
  }
  return looseTie(text, start, end);
}

/** No sign between them: `#define NAME "value"`, `--password value`, `ENV NAME value`, `the password is value`. */
function looseTie(text: string, start: number, end: number): Tied | undefined {
  const told = behind(TOLD, text, end);
  if (told) {
    const value = quotedAt(text, told) ?? bareAt(text, told);
    if (value) return { tie: 'told', value };
  }
  const space = behind(SPACE, text, end);
  if (!space) return undefined;
  const quoted = text[space] === '`' ? undefined : quotedAt(text, space);
  if (quoted && !insideQuotes(text, start, text[quoted.start - 1] ?? ''))
    return { tie: 'spaced', value: quoted };
  const lead = text.slice(Math.max(lineStart(text, start), start - 120), start);
  if (
    !/(?:^|\s)--?$|^\s*(?:ENV|ARG|export|setenv|set|#\s?define|SetEnv|env)\s+(?:-\w+\s+)*$|^\s*$/i.test(
      lead,
    )
  )
    return undefined;
  const bare = bareAt(text, space);
  // Alone at the start of a line it is a directive, whose value ends the line: `requirepass …`.
  const more =
    bare && /^\s*$/.test(lead) && !/^[ \t]*(?:[#\r\n]|$)/.test(text.slice(bare.end, bare.end + 40));
  if (more) return undefined;
  return bare && { tie: 'spaced', value: bare };
}

interface Sign {
  sign: string;
  at: number;
}

function signAt(text: string, end: number): Sign | undefined {
  SIGN.lastIndex = end;
  const found = SIGN.exec(text);
  return found ? { sign: found[1] as string, at: SIGN.lastIndex } : undefined;
}

function signedValue(
  text: string,
  start: number,
  { sign, at }: Sign,
  language: Language,
): Literal | undefined {
  const wrapped = behind(WRAPPER, text, at) ?? at;
  const quote = quotedAt(text, wrapped);
  const before = text[start - 1] ?? '';
  if (quote) {
    const mark = text[quote.start - 1] as string;
    const nameQuoted = before === mark;
    return !nameQuoted && insideQuotes(text, start, mark) && text[quote.start - 2] !== '\\'
      ? undefined
      : quote;
  }
  if (text[at] === '"' || text[at] === "'") return undefined;
  const block = behind(BLOCK_SCALAR, text, at);
  if (block) return restOfLine(text, block);
  if (sign === ':' && text[at - 1] === ':' && text[at] === '/') return undefined;
  // `${db.password:value}` of Spring.
  if (sign === ':' && before === '{' && text[start - 2] === '$') {
    const value = bareAt(text, at);
    return value && { ...value, quoted: true };
  }
  if (sign === ':-') return before === '{' ? bareAt(text, at) : undefined;
  const fallback = behind(FALLBACK, text, at);
  if (fallback) return bareAt(text, fallback);
  if (sign !== '=' && sign !== ':' && sign !== '?=' && sign !== ':=') return undefined;
  return valueAt(text, at, language);
}

function valueAt(text: string, at: number, language: Language): Literal | undefined {
  const quoted = quotedAt(text, at);
  if (quoted || language === 'code' || /["'`\r\n]/.test(text[at] ?? '\n'))
    return quoted ?? (language === 'code' ? bareAt(text, at) : undefined);
  const word = bareAt(text, at);
  // White space inside: more than a word, unless something else goes on there.
  if (language === 'settings' && word) {
    const line = restOfLine(text, at);
    const next = text.slice(word.end, word.end + 40);
    if (line && line.end > word.end && /^\s/.test(next) && !/^\s+[\w-]{1,30}=/.test(next))
      return line;
  }
  return word;
}

function elementValue(text: string, at: number): Tied | undefined {
  const close = text.indexOf('<', at);
  const marked = text.indexOf(']]>', at);
  const end = marked >= 0 && (close < 0 || marked < close) ? marked : close;
  if (end <= at || end - at > 400 || (end === close && text[end + 1] !== '/')) return undefined;
  const value = text.slice(at, end).trimEnd();
  return value === ''
    ? undefined
    : { tie: 'element', value: { start: at, end: at + value.length, quoted: true } };
}

function behind(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}

/** A word behind white space: then nothing is assigned here, but a sentence or a command may go on. */
function isWordNext(text: string, at: number): boolean {
  let next = at;
  while (text[next] === ' ' || text[next] === '\t') next++;
  if (next === at) return false;
  const code = text.charCodeAt(next);
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57);
}

/** Cheap: nearly every word that is met stands in code that assigns nothing. */
function mayTie(text: string, at: number): boolean {
  let i = at;
  while (i < at + 40 && (text[i] === ' ' || text[i] === '\t')) i++;
  return i < text.length && (i > at || /["'`\\=:?!\])|[<>({,+\r\n]/.test(text[i] as string));
}

function extent(text: string, from: number, most: number): number {
  let end = from;
  while (end < text.length && end - from < most && isName(text.charCodeAt(end))) end++;
  // A full stop or a dash at the end belongs to the sentence.
  while (end > from && /[.-]/.test(text[end - 1] as string)) end--;
  return end;
}

/** `[\w.-]`, and any letter of UTF-8: `contraseña`. */
function isName(code: number): boolean {
  return (
    (code >= 97 && code <= 122) ||
    (code >= 65 && code <= 90) ||
    (code >= 48 && code <= 57) ||
    code === 95 ||
    code === 45 ||
    code === 46 ||
    code >= 0x80
  );
}
