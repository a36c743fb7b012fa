import { Lexer } from 'yaml';

/**
 * Limits checked on tokens before a document is built: the parser recurses and its check for duplicate keys is
 * quadratic, so a hostile file of a few kilobytes could otherwise exhaust the stack or the memory.
 */
const MAX_FLOW_DEPTH = 32;
const MAX_INDICATORS_ON_A_LINE = 16;
const MAX_INDENT = 200;
const MAX_TOKENS = 60_000;

/** Why a text is not to be parsed as YAML, with its line, or null when it is. */
export function exceedsBounds(text: string): { line: number; message: string } | null {
  let [line, depth, indicators, tokens] = [1, 0, 0, 0];
  let startOfLine = true;
  for (const token of new Lexer().lex(text)) {
    if (++tokens > MAX_TOKENS) return { line, message: 'more entries than a profile can have' };
    if (startOfLine && /^ +$/.test(token) && token.length > MAX_INDENT)
      return { line, message: 'nested too deep' };
    startOfLine = token.endsWith('\n');
    if (token === '[' || token === '{') depth++;
    else if (token === ']' || token === '}') depth = Math.max(0, depth - 1);
    else if (!depth && (token === '-' || token === '?' || token === ':')) indicators++;
    if (depth > MAX_FLOW_DEPTH || indicators > MAX_INDICATORS_ON_A_LINE)
      return { line, message: 'nested too deep' };
    for (const character of token) if (character === '\n') line++;
    if (startOfLine) indicators = 0;
  }
  return null;
}
