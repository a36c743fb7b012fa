/** A lexical token of GraphQL (specification of October 2021, section 2.1). */
export interface Token {
  kind: 'name' | 'punctuator' | 'string' | 'number' | 'end';
  text: string;
}

const TOKEN =
  /(?:[\s,\ufeff]+|#[^\n\r]*)|(?<block>"""(?:\\"""|[^])*?""")|(?<string>"(?:\\.|[^"\\\n\r])*")|(?<name>[A-Za-z_]\w*)|(?<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?<punctuator>\.\.\.|[!$&():=@[\]{|}])/y;

/** The tokens of a document, strings decoded. Throws on what is no GraphQL. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < text.length;) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (!match) throw new Error(`Syntax Error: unexpected character at ${at}`);
    at = TOKEN.lastIndex;
    const token = toToken(match.groups ?? {});
    if (token) tokens.push(token);
  }
  return [...tokens, { kind: 'end', text: '' }];
}

function toToken(groups: Record<string, string | undefined>): Token | null {
  const { block, string, name, number, punctuator } = groups;
  if (name !== undefined) return { kind: 'name', text: name };
  if (punctuator !== undefined) return { kind: 'punctuator', text: punctuator };
  if (number !== undefined) return { kind: 'number', text: number };
  // The escapes of a string are those of JSON.
  if (string !== undefined) return { kind: 'string', text: JSON.parse(string) as string };
  if (block !== undefined)
    return { kind: 'string', text: block.slice(3, -3).replaceAll('\\"""', '"""').trim() };
  return null;
}
