import type { Script } from './script.ts';

/** Filters by whose form alone every document fits. */
const EVERY: readonly RegExp[] = [
  /^\{\}$/,
  /^(?:new)?Object\(\)$/,
  /^\{_id:\{\$(?:exists:(?:true|1)|ne:null|nin:\[\]|gte?:MinKey(?:\(\))?)\}\}$/,
  /^\{_id:\/\.?\*?\/\}$/,
  /^\{\$expr:(?:true|1)\}$/,
  /^\{\$where:(?:'(?:return )?(?:true|1);?'|true)\}$/,
  /^\{\$(?:or|and):\[\{\}(?:,\{\})*\]\}$/,
  /^\{\$comment:'[^']*'\}$/,
];

/** What a filter leaves: every document, some, or what cannot be told from the text. */
export function chosen(
  script: Script,
  range: [from: number, to: number] | undefined,
): 'all' | 'some' | 'unknown' {
  if (!range) return 'all';
  const [from, to] = range;
  const text = script.text(from, to);
  if (EVERY.some((form) => form.test(text))) return 'all';
  // An object that is written out, whatever its values are.
  return script.is(from, '{') && !text.startsWith('{...') ? 'some' : 'unknown';
}
