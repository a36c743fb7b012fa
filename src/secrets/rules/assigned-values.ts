/** Where a value may begin behind a word, and the name it would have there. */
export interface AssignedValue {
  start: number;
  name: string;
}

/** A name that only says "here is the value": `value`, `default`. The one before it counts. */
const NEUTRAL =
  /^(?:value|val|default|content|contents|data|text|string|str|const|env|var|set|export)$/i;
/** A scheme in front of the credential in a header (RFC 9110, 11.4), no name. */
const SCHEME =
  /^(?:bearer|token|basic|apikey|api-key|key|ssws|genie|oauth|zoho-oauthtoken|pve|bot)$/i;
/** A value may be assigned across this many line ends: a table of YAML or JSON below its name. */
const LINES = 2;
const DASH = 45;
const COLON = 58;
/** Characters of a name, before and behind the word. */
const LONGEST_NAME = 64;

/**
 * Every place behind a word where a value is assigned, passed, or put in a field, with the name nearest to it: `KEY=value`,
 * `"key": "value"`, `key => value`, `new Client("value")`, `<key>value`, `Header: Bearer value`, `--flag value`, `?key=value`.
 * Linear in `within`.
 */
export function assignedValues(
  text: string,
  at: number,
  end: number,
  within: number,
): AssignedValue[] {
  const values: AssignedValue[] = [];
  const names = new Names(text.slice(leftOfName(text, at), (end = rightOfName(text, end))));
  const stop = Math.min(text.length, end + within);
  let assigned = false;
  let lines = 0;
  for (let place = end; place < stop;) {
    const code = text.charCodeAt(place);
    // `${KEY:-value}` of a shell.
    if (!isRun(code) || (code === DASH && text.charCodeAt(place - 1) === COLON)) {
      if (isAssigning(code)) assigned = true;
      if (code === 10 && (lines += 1) > LINES) break;
      place += 1;
      continue;
    }
    const after = endOfRun(text, place);
    const run = text.slice(place, after);
    const called = names.latest;
    if (assigned || called.startsWith('-')) values.push({ start: place, name: called });
    if (!(assigned && SCHEME.test(run) && text[after] === ' ')) {
      names.add(run);
      assigned = false;
    }
    place = after;
  }
  return values;
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
