import { blockEnd } from './blocks.ts';
import { nameKind } from './name-parts.ts';

/** Where a value may begin behind a word, and the name it would have there. */
export interface AssignedValue {
  start: number;
  name: string;
  /** A literal among the arguments of a call, whose function the word names: `Acme.login("user", "value")`. */
  argument: boolean;
}

/** A name that only says "here is the value", or which of several: `value`, `default`, `1`, `prod`. The one before it counts. */
const NEUTRAL =
  /^(?:value|val|default|content|contents|data|text|string|str|const|env|var|set|export|for|of|in|on|our|the|prod|production|live|staging|translatable|true|false|\d{1,2})$/i;
/** `The Acme key for production is …` */
const TELLS = /^(?:is|was|are)$/i;
/** A scheme in front of the credential in a header (RFC 9110, 11.4), no name. */
const SCHEME =
  /^(?:bearer|token|basic|apikey|api-key|key|ssws|genie|oauth|zoho-oauthtoken|pve|bot)$/i;
/** A value may be assigned across this many line ends: a table of YAML or JSON below its name; in a block more. */
const LINES = 2;
const BLOCK_LINES = 8;
/** Characters of a value that no sign assigns. */
const LONG = 16;
const DASH = 45;
const COLON = 58;
/** Characters of a name, before and behind the word. */
const LONGEST_NAME = 64;

/**
 * Every place behind a word where a value is assigned, passed, or put in a field, with the name nearest to it: `KEY=value`,
 * `"key": "value"`, `key => value`, `new Client("value")`, `<key>value`, `Header: Bearer value`, `--flag value`, `?key=value`.
 * As far as `within`, or as the block goes that the word heads. Linear in that.
 */
export function assignedValues(
  text: string,
  at: number,
  end: number,
  within: number,
): AssignedValue[] {
  const values: AssignedValue[] = [];
  const nameStart = leftOfName(text, at);
  const names = new Names(text.slice(nameStart, (end = rightOfName(text, end))));
  const block = blockEnd(text, nameStart, end);
  const call = callEnd(text, nameStart, end, block);
  const stop = Math.min(text.length, Math.max(end + within, block));
  let assigned = false;
  let lines = 0;
  let before = end;
  for (let place = end; place < stop;) {
    const code = text.charCodeAt(place);
    // `${KEY:-value}` of a shell.
    if (!isRun(code) || (code === DASH && text.charCodeAt(place - 1) === COLON)) {
      if (isAssigning(code)) assigned = true;
      if (code === 10 && (lines += 1) > (place < block ? BLOCK_LINES : LINES)) break;
      place += 1;
      continue;
    }
    const after = endOfRun(text, place);
    const run = text.slice(place, after);
    const called = names.latest;
    const argument = place < call && isArgument(text, place);
    if (assigned || called.startsWith('-') || isTold(text, before, place, after, called))
      values.push({ start: place, name: called, argument });
    if (TELLS.test(run) && text[after] === ' ') assigned = true;
    else if (!(assigned && SCHEME.test(run) && text[after] === ' ')) {
      if (!argument || nameKind(run) !== 'other') names.add(run);
      assigned = false;
    }
    place = before = after;
  }
  return values;
}

/** `ENV ACME_KEY value`, `#define ACME_KEY "value"`, `the Acme key value`: no sign, and long enough for a key. */
function isTold(text: string, before: number, start: number, end: number, name: string): boolean {
  return (
    end - start >= LONG &&
    /^[ \t]{1,16}["'`]?$/.test(text.slice(before, start)) &&
    !name.includes('/') &&
    text.slice(0, before).endsWith(name) &&
    text[before - name.length - 1] !== '/' &&
    nameKind(name) === 'secret'
  );
}

/** Where the call ends whose function is named at `start` to `end`; `end` where none is called there. */
function callEnd(text: string, start: number, end: number, block: number): number {
  const quoted = '"\'`'.includes(text[start - 1] ?? ' ');
  return !quoted && /^ ?\(/.test(text.slice(end, end + 2)) ? block : end;
}

/** Is what begins at `start` a literal that is an argument by itself, not the value of a name? */
function isArgument(text: string, start: number): boolean {
  return /[(,]\s{0,40}\\?["'`]$/.test(text.slice(Math.max(0, start - 48), start));
}

class Names {
  latest: string;
  constructor(private readonly word: string) {
    this.latest = word;
  }

  /** Two neutral names in a row (`default = { value:`) leave the word's own. */
  add(run: string): void {
    if (run.length > LONGEST_NAME) this.latest = this.word;
    else if (!NEUTRAL.test(run)) this.latest = run;
  }
}

function leftOfName(text: string, at: number): number {
  let start = at;
  while (start > 0 && at - start < LONGEST_NAME && isNamePart(text.charCodeAt(start - 1)))
    start -= 1;
  return start;
}

function rightOfName(text: string, end: number): number {
  let after = end;
  while (after < text.length && after - end < LONGEST_NAME && isNamePart(text.charCodeAt(after)))
    after += 1;
  return after;
}

function endOfRun(text: string, start: number): number {
  let after = start;
  while (after < text.length && isRun(text.charCodeAt(after))) after += 1;
  return after;
}

/** Letters, digits, `_`, `-`, `.`. */
function isNamePart(code: number): boolean {
  return (
    (code >= 48 && code <= 57) ||
    (code >= 65 && code <= 90) ||
    (code >= 97 && code <= 122) ||
    code === 95 ||
    code === 45 ||
    code === 46
  );
}

/** What a value may begin with or go on with: also `$`, `+`, `/`, `~`. */
function isRun(code: number): boolean {
  return isNamePart(code) || code === 36 || code === 43 || code === 47 || code === 126;
}

/** `= : , ( > [ | ? &` */
function isAssigning(code: number): boolean {
  return (
    code === 61 ||
    code === 58 ||
    code === 44 ||
    code === 40 ||
    code === 62 ||
    code === 91 ||
    code === 124 ||
    code === 63 ||
    code === 38
  );
}
